#include "guarded.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

namespace ctorch {

std::string &last_error() {
  thread_local std::string message;
  return message;
}

} // namespace ctorch

using namespace ctorch;

const char *ct_last_error(void) { return last_error().c_str(); }

const char *ct_version(void) { return TORCH_VERSION; }

const char *ct_cpu_capability(void) {
  static const std::string capability = at::get_cpu_capability();
  return capability.c_str();
}

ct_status ct_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

int32_t ct_threads(void) { return at::get_num_threads(); }

ct_status ct_set_tf32(bool enabled) {
  return guarded([&] {
    at::globalContext().setAllowTF32CuBLAS(enabled);
    at::globalContext().setAllowTF32CuDNN(enabled);
  });
}

ct_status ct_synchronize(ct_device target) {
  return guarded([&] {
    auto where = device(target);
    if (where.is_cuda())
      c10::impl::getDeviceGuardImpl(where.type())->synchronizeDevice(where.index());
  });
}
