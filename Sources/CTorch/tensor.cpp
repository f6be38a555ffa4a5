#include "guarded.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>

#include <atomic>
#include <cstring>

namespace ctorch {

static std::atomic<int64_t> live{0};

ct_tensor *wrap(at::Tensor tensor) {
  auto *box = new at::Tensor(std::move(tensor));
  live.fetch_add(1, std::memory_order_relaxed);
  return reinterpret_cast<ct_tensor *>(box);
}

at::ScalarType scalar_type(ct_dtype dtype) {
  switch (dtype) {
  case CT_FLOAT32: return at::kFloat;
  case CT_FLOAT64: return at::kDouble;
  case CT_FLOAT16: return at::kHalf;
  case CT_BFLOAT16: return at::kBFloat16;
  case CT_INT64: return at::kLong;
  case CT_INT32: return at::kInt;
  case CT_UINT8: return at::kByte;
  case CT_BOOL: return at::kBool;
  }
  throw std::invalid_argument("unknown dtype");
}

at::Device device(ct_device device) {
  return device.index < 0
             ? at::Device(at::kCPU)
             : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
}

std::vector<at::Tensor> unwrap_all(const ct_tensor *const *tensors, int32_t count) {
  std::vector<at::Tensor> list;
  list.reserve(count);
  for (int32_t i = 0; i < count; ++i)
    list.push_back(unwrap(tensors[i]));
  return list;
}

static ct_dtype ct_dtype_of(const at::Tensor &tensor) {
  switch (tensor.scalar_type()) {
  case at::kFloat: return CT_FLOAT32;
  case at::kDouble: return CT_FLOAT64;
  case at::kHalf: return CT_FLOAT16;
  case at::kBFloat16: return CT_BFLOAT16;
  case at::kLong: return CT_INT64;
  case at::kInt: return CT_INT32;
  case at::kByte: return CT_UINT8;
  case at::kBool: return CT_BOOL;
  default: throw std::invalid_argument("a dtype that the suite does not use");
  }
}

} // namespace ctorch

using namespace ctorch;

int64_t ct_live_tensors(void) { return live.load(std::memory_order_relaxed); }

void ct_tensor_free(ct_tensor *tensor) {
  if (!tensor)
    return;
  delete &unwrap(tensor);
  live.fetch_sub(1, std::memory_order_relaxed);
}

ct_status ct_tensor_from_host(const void *bytes, size_t count, ct_dtype dtype,
                              const int64_t *shape, int32_t rank, ct_device target,
                              ct_tensor **out) {
  return produce(out, [&] {
    // From pinned memory the copy to a device is queued, and the host goes on.
    auto place = device(target);
    auto host = at::empty(
        at::IntArrayRef(shape, rank),
        at::TensorOptions(scalar_type(dtype)).pinned_memory(place.is_cuda()));
    TORCH_CHECK(host.nbytes() == count, "shape needs ", host.nbytes(), " bytes, got ", count);
    if (count > 0)
      std::memcpy(host.data_ptr(), bytes, count);
    return host.to(place, /*non_blocking=*/true);
  });
}

ct_status ct_tensor_full(double value, ct_dtype dtype, const int64_t *shape, int32_t rank,
                         ct_device target, ct_tensor **out) {
  return produce(out, [&] {
    return at::full(at::IntArrayRef(shape, rank), value,
                    at::TensorOptions(scalar_type(dtype)).device(device(target)));
  });
}

ct_status ct_tensor_to_host(const ct_tensor *tensor, ct_dtype dtype, void *bytes, size_t count) {
  return guarded([&] {
    at::NoGradGuard no_gradient;
    auto host = unwrap(tensor).to(at::kCPU, scalar_type(dtype)).contiguous();
    TORCH_CHECK(host.nbytes() == count, "tensor has ", host.nbytes(), " bytes, buffer ", count);
    if (count > 0)
      std::memcpy(bytes, host.data_ptr(), count);
  });
}

int32_t ct_tensor_rank(const ct_tensor *tensor) {
  return static_cast<int32_t>(unwrap(tensor).dim());
}

int64_t ct_tensor_extent(const ct_tensor *tensor, int32_t axis) {
  return unwrap(tensor).sizes()[axis];
}

ct_status ct_tensor_dtype(const ct_tensor *tensor, ct_dtype *out) {
  return guarded([&] { *out = ct_dtype_of(unwrap(tensor)); });
}

ct_device ct_tensor_device(const ct_tensor *tensor) {
  auto device = unwrap(tensor).device();
  return {device.is_cpu() ? -1 : static_cast<int32_t>(device.index())};
}

ct_status ct_tensor_convert(const ct_tensor *tensor, ct_dtype dtype, ct_device target,
                            ct_layout layout, ct_tensor **out) {
  return produce(out, [&] {
    auto format = std::optional<at::MemoryFormat>();
    if (layout == CT_LAYOUT_CONTIGUOUS)
      format = at::MemoryFormat::Contiguous;
    if (layout == CT_LAYOUT_CHANNELS_LAST && unwrap(tensor).dim() == 4)
      format = at::MemoryFormat::ChannelsLast;
    return unwrap(tensor).to(device(target), scalar_type(dtype), false, false, format);
  });
}

ct_status ct_tensor_clone(const ct_tensor *tensor, ct_tensor **out) {
  return produce(out, [&] { return unwrap(tensor).detach().clone(); });
}

ct_status ct_tensor_assign(ct_tensor *target, const ct_tensor *source) {
  return guarded([&] {
    at::NoGradGuard no_gradient;
    TORCH_CHECK(unwrap(target).sizes() == unwrap(source).sizes(), "shape ",
                unwrap(source).sizes(), " does not fit ", unwrap(target).sizes());
    unwrap(target).copy_(unwrap(source));
  });
}

ct_status ct_tensor_fill(ct_tensor *target, double value) {
  return guarded([&] {
    at::NoGradGuard no_gradient;
    unwrap(target).fill_(value);
  });
}
