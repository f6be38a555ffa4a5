#include "winograd.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace winograd {

namespace {

/// Tiles of one block: a multiple of the rows of the largest kernel; its transforms stay in the cache.
constexpr int64_t block_tiles = 24;

} // namespace

int64_t Shape::blocks() const { return (tiles() + block_tiles - 1) / block_tiles; }

#if defined(__x86_64__)

namespace {

constexpr int64_t kernel_rows = 6;
/// Vectors of a panel: so many output channels are accumulated in registers at once.
constexpr int64_t panel_vectors = 4;

struct Free {
  void operator()(float *pointer) const { std::free(pointer); }
};

/// Scratch memory of a thread, kept between calls.
float *scratch(int64_t floats) {
  thread_local std::unique_ptr<float, Free> memory;
  thread_local int64_t size = 0;
  if (size < floats) {
    memory.reset();
    size = 0;
    memory.reset(static_cast<float *>(std::aligned_alloc(64, floats * sizeof(float))));
    if (!memory)
      throw std::bad_alloc();
    size = floats;
  }
  return memory.get();
}

} // namespace

bool is_supported() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,fma"))), apply_to = function)

namespace {

typedef float Vector __attribute__((vector_size(64)));
typedef float UnalignedVector __attribute__((vector_size(64), aligned(4)));

inline Vector load(const float *p) { return *reinterpret_cast<const UnalignedVector *>(p); }
inline void store(float *p, Vector v) { *reinterpret_cast<UnalignedVector *>(p) = v; }
inline Vector positive(Vector v) { return v > 0.0f ? v : Vector{}; }

/// One dimension of the input transform, Bᵀ d.
inline void transform_input(const Vector d[6], Vector out[6]) {
  Vector even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
  Vector outer = d[4] - d[2], inner = 2 * (d[3] - d[1]);
  out[0] = 4 * d[0] - 5 * d[2] + d[4];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = outer + inner;
  out[4] = outer - inner;
  out[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/// One dimension of the output transform, Aᵀ m.
inline void transform_output(const Vector m[6], Vector out[4]) {
  Vector near = m[1] + m[2], far = m[3] + m[4];
  Vector near_odd = m[1] - m[2], far_odd = m[3] - m[4];
  out[0] = m[0] + near + far;
  out[1] = near_odd + 2 * far_odd;
  out[2] = near + 4 * far;
  out[3] = near_odd + 8 * far_odd + m[5];
}

/// One dimension of the filter transform, G g.
inline void transform_weight(const Vector g[3], Vector out[6]) {
  Vector sum = (g[0] + g[2]) * (1.0f / 6), middle = g[1] * (1.0f / 6);
  Vector far = g[0] * (1.0f / 24) + g[2] * (1.0f / 6), half = g[1] * (1.0f / 12);
  out[0] = g[0] * 0.25f;
  out[1] = -sum - middle;
  out[2] = middle - sum;
  out[3] = far + half;
  out[4] = far - half;
  out[5] = g[2];
}

/// Place of a tile in its image.
struct Tile {
  int64_t image, row, column;

  Tile(const Shape &s, int64_t index) {
    int64_t per_image = s.tile_rows() * s.tile_columns(), rest = index % per_image;
    image = index / per_image;
    row = rest / s.tile_columns() * 4;
    column = rest % s.tile_columns() * 4;
  }
};

/// Writes the transform of one tile, entry e and channel c, to out[e * stride + c].
void read_tile(const Shape &s, const Operands &o, const Tile &tile, float *out, int64_t stride) {
  const float *image = o.x + tile.image * s.height * s.width * s.inputs;
  for (int64_t c = 0; c < s.inputs; c += lanes) {
    Vector scale{}, shift{};
    if (o.scale) {
      scale = load(o.scale + c);
      shift = load(o.shift + c);
    }
    Vector half[6][6];
    for (int64_t j = 0; j < 6; ++j) {
      Vector d[6], column[6];
      int64_t at_column = tile.column + j - 1;
      for (int64_t i = 0; i < 6; ++i) {
        int64_t at_row = tile.row + i - 1;
        bool inside = at_row >= 0 && at_row < s.height && at_column >= 0 && at_column < s.width;
        d[i] = Vector{};
        if (inside) {
          d[i] = load(image + (at_row * s.width + at_column) * s.inputs + c);
          if (o.scale)
            d[i] = positive(d[i] * scale + shift);
        }
      }
      transform_input(d, column);
      for (int64_t i = 0; i < 6; ++i)
        half[i][j] = column[i];
    }
    for (int64_t i = 0; i < 6; ++i) {
      Vector row[6];
      transform_input(half[i], row);
      for (int64_t j = 0; j < 6; ++j)
        store(out + (i * 6 + j) * stride + c, row[j]);
    }
  }
}

/// Transforms one tile back, adds the residual, writes the part of y that exists and sums it up.
void write_tile(const Shape &s, const Operands &o, const Tile &tile, const float *in,
                int64_t stride, float *sums) {
  int64_t image = tile.image * s.height * s.width;
  int64_t rows = std::min<int64_t>(4, s.height - tile.row);
  int64_t columns = std::min<int64_t>(4, s.width - tile.column);
  for (int64_t k = 0; k < s.outputs; k += lanes) {
    Vector half[4][6];
    for (int64_t j = 0; j < 6; ++j) {
      Vector m[6], column[4];
      for (int64_t i = 0; i < 6; ++i)
        m[i] = load(in + (i * 6 + j) * stride + k);
      transform_output(m, column);
      for (int64_t i = 0; i < 4; ++i)
        half[i][j] = column[i];
    }
    Vector sum{}, squares{};
    for (int64_t i = 0; i < rows; ++i) {
      Vector row[4];
      transform_output(half[i], row);
      int64_t first = image + (tile.row + i) * s.width + tile.column;
      for (int64_t j = 0; j < columns; ++j) {
        Vector value = row[j];
        int64_t at = (first + j) * s.outputs + k;
        if (o.residual)
          value += load(o.residual + at);
        store(o.y + at, value);
        sum += value;
        squares += value * value;
      }
    }
    if (sums) {
      store(sums + k, load(sums + k) + sum);
      store(sums + s.outputs + k, load(sums + s.outputs + k) + squares);
    }
  }
}

/// rows x (16 vectors) outputs: out = v u, v [rows, inputs], u [inputs, 16 vectors].
template <int rows, int vectors>
inline void multiply_piece(const float *v, const float *u, int64_t inputs, float *out,
                           int64_t stride) {
  Vector sums[rows][vectors] = {};
  for (int64_t c = 0; c < inputs; ++c) {
    Vector right[vectors];
    for (int j = 0; j < vectors; ++j)
      right[j] = load(u + (c * vectors + j) * lanes);
    for (int i = 0; i < rows; ++i) {
      float left = v[i * inputs + c];
      for (int j = 0; j < vectors; ++j)
        sums[i][j] += left * right[j];
    }
  }
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < vectors; ++j)
      store(out + i * stride + j * lanes, sums[i][j]);
}

template <int vectors>
void multiply_panel(const float *v, const float *u, int64_t inputs, float *out, int64_t stride,
                    int64_t tiles) {
  int64_t row = 0;
  for (; row + kernel_rows <= tiles; row += kernel_rows)
    multiply_piece<kernel_rows, vectors>(v + row * inputs, u, inputs, out + row * stride, stride);
  for (; row < tiles; ++row)
    multiply_piece<1, vectors>(v + row * inputs, u, inputs, out + row * stride, stride);
}

/// out [tiles, K] = v [tiles, C] u, u [C, K] in panels.
void multiply(const Shape &s, const float *v, const float *u, float *out, int64_t tiles) {
  for (int64_t k = 0; k < s.outputs; k += panel_vectors * lanes) {
    const float *panel = u + k * s.inputs;
    switch (std::min(panel_vectors, (s.outputs - k) / lanes)) {
    case 1:
      multiply_panel<1>(v, panel, s.inputs, out + k, s.outputs, tiles);
      break;
    case 2:
      multiply_panel<2>(v, panel, s.inputs, out + k, s.outputs, tiles);
      break;
    case 3:
      multiply_panel<3>(v, panel, s.inputs, out + k, s.outputs, tiles);
      break;
    default:
      multiply_panel<4>(v, panel, s.inputs, out + k, s.outputs, tiles);
    }
  }
}

} // namespace

void transform_filter(const float *weight, int64_t inputs, int64_t outputs, float *filter) {
  for (int64_t k = 0; k < outputs; k += lanes) {
    int64_t panel = k / (panel_vectors * lanes) * panel_vectors * lanes;
    int64_t width = std::min(panel_vectors * lanes, outputs - panel);
    for (int64_t c = 0; c < inputs; ++c) {
      Vector half[6][3];
      for (int64_t j = 0; j < 3; ++j) {
        Vector g[3], column[6];
        for (int64_t i = 0; i < 3; ++i)
          g[i] = load(weight + (c * 9 + i * 3 + j) * outputs + k);
        transform_weight(g, column);
        for (int64_t i = 0; i < 6; ++i)
          half[i][j] = column[i];
      }
      for (int64_t i = 0; i < 6; ++i) {
        Vector row[6];
        transform_weight(half[i], row);
        for (int64_t j = 0; j < 6; ++j)
          store(filter + (i * 6 + j) * inputs * outputs + panel * inputs + c * width + k - panel,
                row[j]);
      }
    }
  }
}

void convolve(const Shape &s, const Operands &o, int64_t first, int64_t last) {
  int64_t in_entry = block_tiles * s.inputs, out_entry = block_tiles * s.outputs;
  float *in = scratch(entries * (in_entry + out_entry)), *out = in + entries * in_entry;
  for (int64_t block = first; block < last; ++block) {
    int64_t start = block * block_tiles, count = std::min(block_tiles, s.tiles() - start);
    float *sums = o.sums ? o.sums + block * 2 * s.outputs : nullptr;
    if (sums)
      std::memset(sums, 0, 2 * s.outputs * sizeof(float));
    for (int64_t t = 0; t < count; ++t)
      read_tile(s, o, Tile(s, start + t), in + t * s.inputs, in_entry);
    for (int64_t e = 0; e < entries; ++e)
      multiply(s, in + e * in_entry, o.filter + e * s.inputs * s.outputs, out + e * out_entry,
               count);
    for (int64_t t = 0; t < count; ++t)
      write_tile(s, o, Tile(s, start + t), out + t * s.outputs, out_entry, sums);
  }
}

#pragma clang attribute pop

#else

bool is_supported() { return false; }
void transform_filter(const float *, int64_t, int64_t, float *) { std::abort(); }
void convolve(const Shape &, const Operands &, int64_t, int64_t) { std::abort(); }

#endif

} // namespace winograd
