#include "fused_maps.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace ctorch {

const kernels::Table &active_kernels() {
  auto table = kernels::active();
  TORCH_CHECK(table, "this CPU lacks the instructions of the fused kernels");
  return *table;
}

bool are_maps(const at::Tensor &x) {
  return x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast) && x.size(1) % kernels::group == 0;
}

void check_maps(const at::Tensor &x) {
  TORCH_CHECK(are_maps(x), "need channels-last float32 maps on the host with a multiple of ",
              kernels::group, " channels, got ", x.sizes());
}

void check_filter(const at::Tensor &w) {
  TORCH_CHECK(w.dim() == 4 && w.size(2) == 3 && w.size(3) == 3 && w.is_cpu() &&
                  w.scalar_type() == at::kFloat && w.size(0) % kernels::group == 0 &&
                  w.size(1) % kernels::group == 0,
              "need a float32 filter [O, I, 3, 3] on the host with multiples of ", kernels::group,
              " channels, got ", w.sizes());
}

at::Tensor transformed_filter(const kernels::Table &table, const at::Tensor &weight,
                              bool rotated) {
  // The data gradient is a convolution from the outputs to the inputs.
  int64_t outputs = weight.size(rotated ? 1 : 0), inputs = weight.size(rotated ? 0 : 1);
  auto ordered = (rotated ? weight.permute({0, 2, 3, 1}) : weight.permute({1, 2, 3, 0}));
  auto contiguous = ordered.contiguous();
  auto filter = at::empty({kernels::entries, outputs / kernels::group, inputs, kernels::group},
                          at::kFloat);
  table.transform_filter(elements<float>(contiguous), inputs, outputs, rotated,
                         filter.data_ptr<float>());
  return filter;
}

/// Mean and biased variance [2, C] of all from means and sums of squared differences [blocks, 2, C] of blocks of
/// `counts` values. Joining blocks by their means cancels no digits.
static at::Tensor joined(const at::Tensor &moments, const std::vector<int64_t> &counts) {
  int64_t size = moments.size(2), blocks = moments.size(0), total = 0;
  std::vector<double> means(size, 0.0), squares(size, 0.0);
  const float *source = elements<float>(moments);
  for (int64_t b = 0; b < blocks; ++b) {
    double count = static_cast<double>(counts[b]), all = static_cast<double>(total + counts[b]);
    for (int64_t c = 0; c < size; ++c) {
      double difference = source[b * 2 * size + c] - means[c];
      means[c] += difference * (count / all);
      squares[c] += source[(b * 2 + 1) * size + c]
                    + difference * difference * (static_cast<double>(total) * count / all);
    }
    total += counts[b];
  }
  auto result = at::empty({2, size}, at::kFloat);
  float *out = result.data_ptr<float>();
  for (int64_t c = 0; c < size; ++c) {
    out[c] = static_cast<float>(means[c]);
    double variance = squares[c] / static_cast<double>(total);
    // Not `max`, for which what is no number is the smaller one.
    out[size + c] = static_cast<float>(variance < 0 ? 0 : variance);
  }
  return result;
}

at::Tensor channel_moments(const kernels::Table &table, const at::Tensor &x) {
  int64_t channels = x.size(1), blocks = pixel_blocks_of(x);
  auto moments = at::empty({blocks, 2, channels}, at::kFloat);
  std::vector<int64_t> counts(blocks);
  const float *source = elements<float>(x);
  float *out = moments.data_ptr<float>();
  for_each_pixel_block(x, [&](int64_t block, int64_t first, kernels::Pixels pixels) {
    table.moments(source + first, pixels, out + block * 2 * channels);
    counts[block] = pixels.count;
  });
  return joined(moments, counts);
}

at::Tensor fused_convolution(const kernels::Table &table, const at::Tensor &x,
                             const at::Tensor &filter, kernels::Activation input,
                             const at::Tensor &residual, at::Tensor *moments) {
  kernels::Shape shape{x.size(0), x.size(2), x.size(3), x.size(1), filter.size(1) * kernels::group};
  auto y = at::empty({shape.images, shape.outputs, shape.height, shape.width},
                     x.options().memory_format(at::MemoryFormat::ChannelsLast));
  if (residual.defined()) {
    check_maps(residual);
    TORCH_CHECK(residual.sizes() == y.sizes(), "the residual does not fit the result");
  }
  auto parts = moments ? at::empty({shape.blocks(), 2, shape.outputs}, at::kFloat) : at::Tensor();
  kernels::Convolution operands{elements<float>(x),
                                elements<float>(filter),
                                input,
                                residual.defined() ? elements<float>(residual) : nullptr,
                                y.data_ptr<float>(),
                                moments ? parts.data_ptr<float>() : nullptr};
  for_each_block(shape.blocks(),
                 [&](int64_t block) { table.convolve(shape, operands, block); });
  if (moments) {
    std::vector<int64_t> counts;
    for (int64_t block = 0; block < shape.blocks(); ++block)
      counts.push_back(shape.pixels_of_block(block));
    *moments = joined(parts, counts);
  }
  return y;
}

} // namespace ctorch
