#pragma once

#include "guarded.hpp"

#include <torch/csrc/distributed/c10d/Backend.hpp>

#include <mutex>

namespace ctorch {

/// The replicas of one training, each a process with its part of every batch.
struct ProcessGroup : torch::CustomClassHolder {
  c10::intrusive_ptr<c10d::Backend> backend;
  at::Device place;
  double timeout_seconds;
  /// One collective operation at a time.
  std::mutex lock;

  ProcessGroup(c10::intrusive_ptr<c10d::Backend> backend, at::Device place, double timeout_seconds)
      : backend(std::move(backend)), place(place), timeout_seconds(timeout_seconds) {}
  ~ProcessGroup() override { close(*backend); }

  int rank() const { return backend->getRank(); }
  int size() const { return backend->getSize(); }

  /// Replaces `tensor` by its sum over the replicas, outside autograd.
  void all_reduce(at::Tensor &tensor);
  /// Replaces `tensor` by that of rank 0.
  void broadcast(at::Tensor &tensor);

private:
  /// NCCL complains of a group that is left open; every result has been waited for.
  template <typename Back> void close(Back &back) {
    if constexpr (requires { back.abort(); })
      if (place.is_cuda())
        back.abort();
  }
  template <typename Body> void on_dense(at::Tensor &tensor, Body &&body);
};

using Group = c10::intrusive_ptr<ProcessGroup>;

inline const Group &unwrap(const ct_process_group *group) {
  return *reinterpret_cast<const Group *>(group);
}

} // namespace ctorch
