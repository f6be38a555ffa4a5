// What CTorch and the library CTorchNCCL agree upon. The library is one of its own because its code refers to
// libtorch's CUDA part, without which the programs have to start.
#pragma once

#include <c10/core/Device.h>
#include <c10/util/intrusive_ptr.h>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>

namespace ctorch::nccl {

/// Joins a group on a CUDA device; throws what NCCL throws.
using Open = void(c10::intrusive_ptr<c10d::Store> store, int rank, int size,
                  std::chrono::milliseconds timeout, at::Device place,
                  c10::intrusive_ptr<c10d::Backend> &out);

constexpr const char *library = "liblskd-nccl.so";
constexpr const char *open_name = "ctorch_nccl_open";

} // namespace ctorch::nccl
