#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <new>
#include <stdexcept>
#include <string>

#include "ctorch.h"

namespace ctorch {

/// Message of the last failure on this thread.
std::string &last_error();

/// Wraps a tensor for the caller and counts it.
ct_tensor *wrap(at::Tensor tensor);

inline at::Tensor &unwrap(ct_tensor *tensor) { return *reinterpret_cast<at::Tensor *>(tensor); }
inline const at::Tensor &unwrap(const ct_tensor *tensor) {
  return *reinterpret_cast<const at::Tensor *>(tensor);
}

at::ScalarType scalar_type(ct_dtype dtype);
at::Device device(ct_device device);
std::vector<at::Tensor> unwrap_all(const ct_tensor *const *tensors, int32_t count);

/// Runs `body`; the one place where C++ exceptions end.
template <typename Body> ct_status guarded(Body &&body) noexcept {
  try {
    body();
    return CT_OK;
  } catch (const c10::OutOfMemoryError &error) {
    last_error() = error.what_without_backtrace();
    return CT_OUT_OF_MEMORY;
  } catch (const c10::Error &error) {
    last_error() = error.what_without_backtrace();
    return CT_TORCH;
  } catch (const std::bad_alloc &) {
    last_error() = "out of host memory";
    return CT_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    last_error() = error.what();
    return CT_UNKNOWN;
  } catch (...) {
    last_error() = "an unknown C++ exception";
    return CT_UNKNOWN;
  }
}

/// Runs `body`, which returns a tensor, and hands that tensor to the caller.
template <typename Body> ct_status produce(ct_tensor **out, Body &&body) noexcept {
  return guarded([&] { *out = wrap(body()); });
}

} // namespace ctorch
