#pragma once

#include "elements.hpp"
#include "guarded.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

namespace ctorch {

/// The kernels that the calling thread takes; throws where there are none.
const kernels::Table &active_kernels();
/// Throws unless `x` is what the kernels take.
void check_maps(const at::Tensor &x);
/// Whether `check_maps` passes.
bool are_maps(const at::Tensor &x);
/// Throws unless `weight` is a filter [O, I, 3, 3] that the kernels take.
void check_filter(const at::Tensor &weight);
/// The transform of a filter, or, `rotated`, of that of its data gradient.
at::Tensor transformed_filter(const kernels::Table &table, const at::Tensor &weight, bool rotated);

/// Pixels [N, H, W] of maps [N, C, H, W].
inline int64_t pixels_of(const at::Tensor &x) { return x.numel() / x.size(1); }

/// Blocks of `kernels::block_pixels` of them, the last one shorter.
inline int64_t pixel_blocks_of(const at::Tensor &x) {
  return (pixels_of(x) + kernels::block_pixels - 1) / kernels::block_pixels;
}

/// Calls `body(block, first, pixels)`, `first` the block's first element, for all of them on libtorch's threads.
template <typename Body> void for_each_pixel_block(const at::Tensor &x, Body &&body) {
  int64_t channels = x.size(1), count = pixels_of(x);
  for_each_block(pixel_blocks_of(x), [&](int64_t block) {
    int64_t first = block * kernels::block_pixels;
    kernels::Pixels pixels{std::min(kernels::block_pixels, count - first), channels};
    body(block, first * channels, pixels);
  });
}

/// Mean and biased variance [2, C] over all axes but 1.
at::Tensor channel_moments(const kernels::Table &table, const at::Tensor &x);

/// The second one of two rows, such as the variances of [2, C].
inline const float *second_row(const at::Tensor &rows) {
  return elements<float>(rows) + rows.size(1);
}

/// conv(x) or conv(relu(map(x))), plus `residual` where it is defined, for a transformed filter; takes the moments
/// [2, O] of the result where `moments` is not null.
at::Tensor fused_convolution(const kernels::Table &table, const at::Tensor &x,
                             const at::Tensor &filter, kernels::Activation input,
                             const at::Tensor &residual, at::Tensor *moments);

} // namespace ctorch
