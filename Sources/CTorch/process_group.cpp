// The header declares this back end only where it is asked for.
#define USE_C10D_GLOO

#include "process_group.hpp"

#include "cuda.hpp"
#include "nccl.hpp"

#include <ATen/core/ivalue.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace ctorch;

namespace {

using Meeting = c10::intrusive_ptr<c10d::Store>;

const Meeting &unwrap(const ct_meeting *meeting) {
  return *reinterpret_cast<const Meeting *>(meeting);
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

/// The network of the replicas' sums: the interface that GLOO_SOCKET_IFNAME names; the loopback where they meet there;
/// otherwise that of the machine's name.
std::shared_ptr<gloo::transport::Device> gloo_device(const std::string &address) {
  const char *interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface && *interface)
    return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
  if (address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0)
    return c10d::ProcessGroupGloo::createDeviceForHostname(address);
  return c10d::ProcessGroupGloo::createDefaultDevice();
}

c10::intrusive_ptr<c10d::Backend> open_backend(c10::intrusive_ptr<c10d::Store> store, int rank,
                                               int size, const std::string &address,
                                               std::chrono::milliseconds timeout,
                                               at::Device place) {
  if (place.is_cuda()) {
    c10::intrusive_ptr<c10d::Backend> backend;
    nccl_opener()(store, rank, size, timeout, place, backend);
    return backend;
  }
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(gloo_device(address));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
}

} // namespace

template <typename Body> void ctorch::ProcessGroup::on_dense(at::Tensor &tensor, Body &&body) {
  at::NoGradGuard no_gradient;
  std::lock_guard<std::mutex> guard(lock);
  // The back ends walk memory, which must lie in the same order everywhere.
  auto own = tensor.detach();
  std::vector<at::Tensor> dense{own.contiguous()};
  auto done = body(dense)->getFuture();
  done->wait();
  TORCH_CHECK(!done->hasError(), "another replica has ended or did not answer within ",
              timeout_seconds, " seconds; its own message says why (",
              done->tryRetrieveErrorMessage(), ")");
  if (!own.is_contiguous())
    own.copy_(dense[0]);
}

void ctorch::ProcessGroup::all_reduce(at::Tensor &tensor) {
  on_dense(tensor, [&](std::vector<at::Tensor> &dense) { return backend->allreduce(dense); });
}

void ctorch::ProcessGroup::broadcast(at::Tensor &tensor) {
  on_dense(tensor, [&](std::vector<at::Tensor> &dense) { return backend->broadcast(dense); });
}

ct_status ct_meeting_is_open(const char *address, int32_t port, bool *out) {
  return guarded([&] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *first = nullptr;
    int failure = getaddrinfo(address, std::to_string(port).c_str(), &hints, &first);
    TORCH_CHECK(failure == 0, "no machine is called ", address, " (", gai_strerror(failure), ")");
    std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(first, freeaddrinfo);
    *out = false;
    for (auto *place = first; place && !*out; place = place->ai_next) {
      int end = socket(place->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (end < 0)
        continue;
      int error = connect(end, place->ai_addr, place->ai_addrlen) == 0 ? 0 : errno;
      pollfd wait{end, POLLOUT, 0};
      socklen_t size = sizeof error;
      if (error == EINPROGRESS && poll(&wait, 1, 1000) == 1)
        getsockopt(end, SOL_SOCKET, SO_ERROR, &error, &size);
      *out = error == 0;
      close(end);
    }
  });
}

ct_status ct_meeting_open(int32_t rank, const char *address, int32_t port, double timeout_seconds,
                          ct_meeting **out) {
  return guarded([&] {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = rank == 0;
    options.waitWorkers = false;
    options.timeout = milliseconds(timeout_seconds);
    *out = reinterpret_cast<ct_meeting *>(
        new Meeting(c10::make_intrusive<c10d::TCPStore>(address, options)));
  });
}

ct_status ct_meeting_note(const ct_meeting *meeting, const char *note) {
  return guarded([&] { unwrap(meeting)->set(note, std::vector<uint8_t>{1}); });
}

ct_status ct_meeting_has_note(const ct_meeting *meeting, const char *note, bool *out) {
  return guarded([&] { *out = unwrap(meeting)->check({note}); });
}

void ct_meeting_close(ct_meeting *meeting) { delete reinterpret_cast<Meeting *>(meeting); }

ct_status ct_process_group_open(const ct_meeting *meeting, int32_t rank, int32_t size,
                                const char *address, double timeout_seconds, ct_device target,
                                ct_process_group **out) {
  return guarded([&] {
    auto timeout = milliseconds(timeout_seconds);
    auto place = device(target);
    auto store = unwrap(meeting);
    store->setTimeout(timeout);
    auto backend = open_backend(store, rank, size, address, timeout, place);
    *out = reinterpret_cast<ct_process_group *>(
        new Group(c10::make_intrusive<ctorch::ProcessGroup>(std::move(backend), place,
                                                         timeout_seconds)));
  });
}

void ct_process_group_close(ct_process_group *group) { delete reinterpret_cast<Group *>(group); }

ct_status ct_all_reduce(const ct_process_group *group, ct_tensor *tensor) {
  return guarded([&] { unwrap(group)->all_reduce(unwrap(tensor)); });
}

ct_status ct_broadcast(const ct_process_group *group, ct_tensor *tensor) {
  return guarded([&] { unwrap(group)->broadcast(unwrap(tensor)); });
}

ct_status ct_barrier(const ct_process_group *group) {
  return guarded([&] {
    // A sum that nobody needs: a replica has it when all others have come.
    auto one = at::zeros({1}, at::TensorOptions().device(unwrap(group)->place));
    unwrap(group)->all_reduce(one);
    one.to(at::kCPU);
  });
}

ct_status ct_all_reduce_gradients(const ct_process_group *group,
                                  ct_tensor *const *parameters, int32_t count) {
  return guarded([&] {
    at::NoGradGuard no_gradient;
    if (count == 0)
      return;
    std::vector<at::Tensor> parts;
    auto present = at::zeros({count}, unwrap(parameters[0]).options());
    for (int32_t i = 0; i < count; ++i) {
      const auto &parameter = unwrap(parameters[i]), &gradient = parameter.grad();
      if (gradient.defined())
        present[i] = 1;
      parts.push_back(gradient.defined() ? gradient.reshape({-1})
                                         : at::zeros({parameter.numel()}, parameter.options()));
    }
    parts.push_back(present);
    auto sum = at::cat(parts);
    unwrap(group)->all_reduce(sum);
    present = sum.slice(0, sum.numel() - count).to(at::kCPU);
    int64_t start = 0;
    for (int32_t i = 0; i < count; ++i) {
      auto &parameter = unwrap(parameters[i]);
      auto part = sum.slice(0, start, start + parameter.numel()).view(parameter.sizes());
      start += parameter.numel();
      if (present[i].item<double>() == 0)
        continue;
      if (!parameter.grad().defined())
        parameter.mutable_grad() = at::empty_like(parameter);
      parameter.mutable_grad().copy_(part);
    }
  });
}
