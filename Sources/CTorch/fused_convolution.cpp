#include "guarded.hpp"
#include "parallel.hpp"
#include "winograd.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

using namespace ctorch;

namespace {

const float *channels(const ct_tensor *tensor, int64_t count) {
  if (!tensor)
    return nullptr;
  const auto &values = unwrap(tensor);
  TORCH_CHECK(values.numel() == count && values.is_contiguous() &&
                  values.scalar_type() == at::kFloat,
              "need ", count, " float32 values, one per channel");
  return values.const_data_ptr<float>();
}

void check_maps(const at::Tensor &x) {
  TORCH_CHECK(x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat &&
                  x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
                  x.size(1) % winograd::lanes == 0,
              "need channels-last float32 maps on the host with a multiple of ", winograd::lanes,
              " channels, got ", x.sizes());
}

/// Mean and biased variance [2, C] from sums and sums of squares [blocks, 2, C] over `count` values.
at::Tensor moments(const at::Tensor &sums, int64_t count) {
  int64_t blocks = sums.size(0), size = sums.size(2);
  std::vector<double> totals(2 * size, 0.0);
  const float *source = sums.const_data_ptr<float>();
  for (int64_t b = 0; b < blocks; ++b)
    for (int64_t i = 0; i < 2 * size; ++i)
      totals[i] += source[b * 2 * size + i];
  auto result = at::empty({2, size}, at::kFloat);
  float *out = result.data_ptr<float>();
  for (int64_t c = 0; c < size; ++c) {
    double mean = totals[c] / count;
    out[c] = static_cast<float>(mean);
    out[size + c] = static_cast<float>(std::max(0.0, totals[size + c] / count - mean * mean));
  }
  return result;
}

/// Pixels whose values one block of `channel_moments` sums in float32.
constexpr int64_t block_pixels = 512;

at::Tensor channel_moments(const at::Tensor &x) {
  int64_t size = x.size(1), pixels = x.numel() / size;
  auto sums = at::zeros({(pixels + block_pixels - 1) / block_pixels, 2, size}, at::kFloat);
  const float *source = x.const_data_ptr<float>();
  float *out = sums.data_ptr<float>();
  for_each_block(sums.size(0), [&](int64_t block) {
    float *sum = out + block * 2 * size, *squares = sum + size;
    for (int64_t p = block * block_pixels; p < std::min(pixels, (block + 1) * block_pixels); ++p)
      for (int64_t c = 0; c < size; ++c) {
        float value = source[p * size + c];
        sum[c] += value;
        squares[c] += value * value;
      }
  });
  return moments(sums, pixels);
}

} // namespace

bool ct_can_fuse_convolutions(void) { return winograd::is_supported(); }

ct_status ct_fused_filter(const ct_tensor *weight, ct_tensor **out) {
  return produce(out, [&] {
    const auto &w = unwrap(weight);
    TORCH_CHECK(winograd::is_supported(), "this CPU lacks the instructions of the fused kernels");
    TORCH_CHECK(w.dim() == 4 && w.size(2) == 3 && w.size(3) == 3 && w.is_cpu() &&
                    w.scalar_type() == at::kFloat && w.size(0) % winograd::lanes == 0 &&
                    w.size(1) % winograd::lanes == 0,
                "need a float32 filter [O, I, 3, 3] on the host with multiples of ",
                winograd::lanes, " channels, got ", w.sizes());
    int64_t outputs = w.size(0), inputs = w.size(1);
    auto ordered = w.detach().permute({1, 2, 3, 0}).contiguous();
    auto filter = at::empty({winograd::entries, inputs, outputs}, at::kFloat);
    winograd::transform_filter(ordered.const_data_ptr<float>(), inputs, outputs,
                               filter.data_ptr<float>());
    return filter;
  });
}

ct_status ct_fused_convolution(const ct_tensor *x, const ct_tensor *filter, const ct_tensor *scale,
                               const ct_tensor *shift, const ct_tensor *residual, ct_tensor **out,
                               ct_tensor **statistics) {
  return guarded([&] {
    const auto &source = unwrap(x), &u = unwrap(filter);
    check_maps(source);
    TORCH_CHECK(u.dim() == 3 && u.size(0) == winograd::entries && u.size(1) == source.size(1) &&
                    u.is_contiguous(),
                "the filter does not fit ", source.size(1), " channels");
    winograd::Shape shape{source.size(0), source.size(2), source.size(3), u.size(1), u.size(2)};
    auto y = at::empty({shape.images, shape.outputs, shape.height, shape.width},
                       source.options().memory_format(at::MemoryFormat::ChannelsLast));
    if (residual) {
      check_maps(unwrap(residual));
      TORCH_CHECK(unwrap(residual).sizes() == y.sizes(), "the residual does not fit the result");
    }
    auto sums = statistics ? at::empty({shape.blocks(), 2, shape.outputs}, at::kFloat)
                           : at::Tensor();
    winograd::Operands operands{source.const_data_ptr<float>(),
                                u.const_data_ptr<float>(),
                                channels(scale, shape.inputs),
                                channels(shift, shape.inputs),
                                residual ? unwrap(residual).const_data_ptr<float>() : nullptr,
                                y.data_ptr<float>(),
                                statistics ? sums.data_ptr<float>() : nullptr};
    for_each_block(shape.blocks(),
                   [&](int64_t block) { winograd::convolve(shape, operands, block, block + 1); });
    if (statistics)
      *statistics = wrap(moments(sums, y.numel() / shape.outputs));
    *out = wrap(y);
  });
}

ct_status ct_channel_map(const ct_tensor *x, const ct_tensor *scale, const ct_tensor *shift,
                         ct_tensor **out) {
  return produce(out, [&] {
    const auto &source = unwrap(x);
    check_maps(source);
    int64_t size = source.size(1), pixels = source.numel() / size;
    const float *in = source.const_data_ptr<float>();
    const float *factor = channels(scale, size), *offset = channels(shift, size);
    auto result = at::empty_like(source);
    float *y = result.data_ptr<float>();
    for_each_block((pixels + block_pixels - 1) / block_pixels, [&](int64_t block) {
      for (int64_t p = block * block_pixels; p < std::min(pixels, (block + 1) * block_pixels); ++p)
        for (int64_t c = 0; c < size; ++c)
          y[p * size + c] = in[p * size + c] * factor[c] + offset[c];
    });
    return result;
  });
}

ct_status ct_channel_moments(const ct_tensor *x, ct_tensor **out) {
  return produce(out, [&] {
    check_maps(unwrap(x));
    return channel_moments(unwrap(x));
  });
}
