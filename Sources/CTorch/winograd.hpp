// Winograd's minimal filtering F(4 x 4, 3 x 3) for channels-last float32 maps, with what surrounds a
// convolution in a pre-activation network done in the same pass: the affine map of a batch norm and
// ReLU while reading, the residual sum and the statistics of the result while writing.
//
// Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", for the transforms. 4 x 4
// outputs take 36 products per channel pair instead of 144; the rounding error is a few times that of
// the direct sum.
#pragma once

#include <cstdint>

namespace winograd {

/// Channels are handled in groups of this many.
constexpr int64_t lanes = 16;
/// Entries of a transformed 6 x 6 tile.
constexpr int64_t entries = 36;

/// Extents of one convolution of stride 1 with one zero of padding on each side.
struct Shape {
  int64_t images, height, width, inputs, outputs;

  int64_t tile_rows() const { return (height + 3) / 4; }
  int64_t tile_columns() const { return (width + 3) / 4; }
  int64_t tiles() const { return images * tile_rows() * tile_columns(); }
  /// Units of work; the partition does not depend on the number of threads.
  int64_t blocks() const;
};

/// Pointers of one call; those that may be null switch their step off.
struct Operands {
  /// [N, H, W, C]
  const float *x;
  /// [36, C, K] in panels, from `transform_filter`
  const float *filter;
  /// [C] each or null: relu(x * scale + shift) is convolved
  const float *scale, *shift;
  /// [N, H, W, K] or null: added to the result
  const float *residual;
  /// [N, H, W, K]
  float *y;
  /// [blocks, 2, K] or null: sums and sums of squares of the block's part of y
  float *sums;
};

/// Whether this CPU has the instructions that the kernels are written for.
bool is_supported();

/// [C, 3, 3, K] to [36, C, K] in the order that `convolve` reads.
void transform_filter(const float *weight, int64_t inputs, int64_t outputs, float *filter);

/// Carries out the blocks [first, last).
void convolve(const Shape &shape, const Operands &operands, int64_t first, int64_t last);

} // namespace winograd
