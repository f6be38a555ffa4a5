// The replicas' group over NCCL. Compiled where the headers of NCCL and CUDA are, as after `LSKD_TORCH=cuda make setup`;
// the library is empty elsewhere.

#if __has_include(<nccl.h>) && __has_include(<crt/host_config.h>) && __has_include(<cusparse.h>)

// The header declares this back end only where it is asked for.
#define USE_C10D_NCCL

#include "nccl.hpp"

#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

extern "C" ctorch::nccl::Open ctorch_nccl_open;

void ctorch_nccl_open(c10::intrusive_ptr<c10d::Store> store, int rank, int size,
                      std::chrono::milliseconds timeout, at::Device place,
                      c10::intrusive_ptr<c10d::Backend> &out) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  auto backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
  backend->setBoundDeviceId(place);
  out = std::move(backend);
}

#endif
