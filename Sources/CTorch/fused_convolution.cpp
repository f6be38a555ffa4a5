#include "fused_maps.hpp"

#include <ATen/ops/empty_like.h>

using namespace ctorch;

namespace {

const float *channels(const ct_tensor *tensor, int64_t count) {
  if (!tensor)
    return nullptr;
  const auto &values = unwrap(tensor);
  TORCH_CHECK(values.numel() == count && values.is_contiguous() &&
                  values.scalar_type() == at::kFloat,
              "need ", count, " float32 values, one per channel");
  return elements<float>(values);
}

} // namespace

const char *ct_kernel_level(void) {
  auto table = kernels::active();
  return table ? table->name : nullptr;
}

const char *ct_available_kernel_level(int32_t index) {
  auto tables = kernels::available();
  for (int32_t i = 0; tables[i]; ++i)
    if (i == index)
      return tables[i]->name;
  return nullptr;
}

bool ct_force_kernel_level(const char *name) { return kernels::force(name); }

ct_status ct_fused_filter(const ct_tensor *weight, ct_tensor **out) {
  return produce(out, [&] {
    check_filter(unwrap(weight));
    return transformed_filter(active_kernels(), unwrap(weight).detach(), false);
  });
}

ct_status ct_fused_convolution(const ct_tensor *x, const ct_tensor *filter, const ct_tensor *scale,
                               const ct_tensor *shift, const ct_tensor *residual, ct_tensor **out,
                               ct_tensor **statistics) {
  return guarded([&] {
    const auto &source = unwrap(x), &u = unwrap(filter);
    check_maps(source);
    TORCH_CHECK(u.dim() == 4 && u.size(0) == kernels::entries && u.size(2) == source.size(1) &&
                    u.size(3) == kernels::group && u.is_contiguous(),
                "the filter does not fit ", source.size(1), " channels");
    int64_t count = source.size(1);
    at::Tensor moments;
    auto y = fused_convolution(active_kernels(), source, u,
                               {channels(scale, count), channels(shift, count)},
                               residual ? unwrap(residual) : at::Tensor(),
                               statistics ? &moments : nullptr);
    if (statistics)
      *statistics = wrap(moments);
    *out = wrap(y);
  });
}

ct_status ct_channel_map(const ct_tensor *x, const ct_tensor *scale, const ct_tensor *shift,
                         ct_tensor **out) {
  return produce(out, [&] {
    const auto &source = unwrap(x);
    check_maps(source);
    const auto &table = active_kernels();
    kernels::Activation map{channels(scale, source.size(1)), channels(shift, source.size(1))};
    auto result = at::empty_like(source);
    const float *in = elements<float>(source);
    float *y = result.data_ptr<float>();
    for_each_pixel_block(source, [&](int64_t, int64_t first, kernels::Pixels pixels) {
      table.map(in + first, pixels, map, /*rectified=*/false, y + first);
    });
    return result;
  });
}

ct_status ct_channel_moments(const ct_tensor *x, ct_tensor **out) {
  return produce(out, [&] {
    check_maps(unwrap(x));
    return channel_moments(active_kernels(), unwrap(x));
  });
}
