// Kernels for channels-last float32 maps on the host, written once for a vector width that is a parameter and compiled
// for several instruction sets; the widest that the processor has is taken when the program runs.
//
// 3 x 3 convolutions of stride 1 by Winograd's minimal filtering F(4 x 4, 3 x 3), with what surrounds a convolution in a
// pre-activation network done in the same pass: the affine map of a batch norm and ReLU while reading, the residual sum
// and the statistics of the result, or the gradient of both, while writing.
//
// Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", for the transforms. 4 x 4 outputs take 36
// products per channel pair instead of 144; the rounding error is a few times that of the direct sum.
#pragma once

#include <cstdint>

namespace kernels {

/// Channels are handled in groups of this many, whatever the width of the vectors.
constexpr int64_t group = 16;
/// Entries of a transformed 6 x 6 tile.
constexpr int64_t entries = 36;
/// Tiles of one block: a multiple of the rows of the largest product; its transforms stay in the cache.
constexpr int64_t block_tiles = 24;
/// Pixels of one block of the kernels that walk through maps.
constexpr int64_t block_pixels = 512;
/// Output channels whose weight gradient is summed up at once.
constexpr int64_t gradient_panel = 64;

/// Extents of one convolution of stride 1 with one zero of padding on each side. How the work is cut into blocks and
/// parts does not depend on the number of threads.
struct Shape {
  int64_t images, height, width, inputs, outputs;

  int64_t tile_rows() const { return (height + 3) / 4; }
  int64_t tile_columns() const { return (width + 3) / 4; }
  int64_t tiles() const { return images * tile_rows() * tile_columns(); }
  int64_t blocks() const { return (tiles() + block_tiles - 1) / block_tiles; }
  int64_t panels() const { return (outputs + gradient_panel - 1) / gradient_panel; }
  /// Parts of the batch whose weight gradients are summed up apart.
  int64_t parts() const {
    int64_t parts = tiles() / 64;
    return parts < 1 ? 1 : parts > 16 ? 16 : parts;
  }
  /// Pixels that the tiles of a block cover.
  int64_t pixels_of_block(int64_t block) const;
};

/// relu(x * scale + shift), one value of each per channel.
struct Activation {
  const float *scale, *shift;
};

/// Pointers of one convolution; those that may be null switch their step off.
struct Convolution {
  /// [N, H, W, C]
  const float *x;
  /// [36, K / 16, C, 16], from `transform_filter`
  const float *filter;
  /// [C] each or null: what of `x` is convolved
  Activation input;
  /// [N, H, W, K] or null: added to the result
  const float *residual;
  /// [N, H, W, K]
  float *y;
  /// [blocks, 2, K] or null: mean and sum of squared differences from it of the block's part of y
  float *moments;
};

/// The data gradient of a convolution is that of `x`, a gradient, with the rotated filter. Where the convolution read
/// relu(z), z = before * scale + shift, the result is the gradient with respect to z.
struct Mask {
  /// [N, H, W, K] or null
  const float *before;
  Activation map;
  /// [K], of `before`
  const float *mean;
  /// [blocks, 2, K]: the block's sums of the result, and of the result times (before - mean)
  float *sums;
};

/// Pointers of one weight gradient.
struct WeightGradient {
  /// [N, H, W, C]
  const float *x;
  /// [C] each or null: what of `x` was convolved
  Activation input;
  /// [N, H, W, K]
  const float *gradient;
  /// [parts, 3, 3, C, K]: the part's sum
  float *sums;
};

/// A piece of a map with `channels` neighbours per pixel.
struct Pixels {
  int64_t count, channels;
};

/// The kernels of one instruction set.
struct Table {
  const char *name;
  /// [C, 3, 3, K], or the same rotated by half a turn, to [36, K / 16, C, 16].
  void (*transform_filter)(const float *weight, int64_t inputs, int64_t outputs, bool rotated,
                           float *filter);
  /// Carries out one block of a convolution.
  void (*convolve)(const Shape &shape, const Convolution &operands, int64_t block);
  /// Carries out one block of a data gradient; `residual` and `moments` of the operands are not looked at.
  void (*data_gradient)(const Shape &shape, const Convolution &operands, const Mask &mask,
                        int64_t block);
  /// Carries out one part for one panel of output channels.
  void (*weight_gradient)(const Shape &shape, const WeightGradient &operands, int64_t part,
                          int64_t panel);
  /// Mean and sum of squared differences from it, [2, channels].
  void (*moments)(const float *x, Pixels pixels, float *out);
  /// y = x * scale + shift, or its ReLU.
  void (*map)(const float *x, Pixels pixels, Activation map, bool rectified, float *y);
  /// Sums [2, channels] of g, and of g * (x - mean), where g is `gradient`, or, `rectified`, that of them for which
  /// x * scale + shift is positive.
  void (*gradient_sums)(const float *gradient, const float *x, Pixels pixels, Activation map,
                        const float *mean, bool rectified, float *sums);
  /// out = g * factors[0] + (x - mean) * factors[1] + factors[2], g as above, factors [3, channels].
  void (*norm_gradient)(const float *gradient, const float *x, Pixels pixels, Activation map,
                        const float *mean, bool rectified, const float *factors, float *out);
};

/// Those that this processor can run, the widest first; the list ends with null.
const Table *const *available();
/// Those that the calling thread takes; null where there are none or `force` has switched them off.
const Table *active();
/// Makes the calling thread take the kernels of this name, none for "none", the widest for null; false for a name that
/// this processor does not have.
bool force(const char *name);

/// Scratch memory of a thread, kept between calls.
float *scratch(int64_t floats);

} // namespace kernels
