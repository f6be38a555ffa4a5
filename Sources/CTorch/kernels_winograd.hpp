// Included by each instruction set behind the transforms: convolutions and data gradients, whose products
// `product_panels` groups of output channels share in the registers.

/// Rows of a product that are accumulated in registers at once.
constexpr int product_rows = 6;
constexpr int group_vectors = group / lanes;

static inline void add(float *sums, Vector value) { store(sums, load(sums) + value); }

/// rows x (16 panels) outputs: out = v u, v [rows, inputs], u [panels, inputs, 16].
template <int rows, int panels>
static inline void multiply_piece(const float *v, const float *u, int64_t inputs, float *out,
                                  int64_t stride) {
  constexpr int vectors = panels * group_vectors;
  Vector sums[rows][vectors] = {};
  for (int64_t c = 0; c < inputs; ++c) {
    Vector right[vectors];
    for (int j = 0; j < vectors; ++j)
      right[j] = load(u + (j / group_vectors * inputs + c) * group + j % group_vectors * lanes);
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

template <int panels>
static void multiply_panels(const float *v, const float *u, int64_t inputs, float *out,
                            int64_t stride, int64_t tiles) {
  int64_t row = 0;
  for (; row + product_rows <= tiles; row += product_rows)
    multiply_piece<product_rows, panels>(v + row * inputs, u, inputs, out + row * stride, stride);
  for (; row < tiles; ++row)
    multiply_piece<1, panels>(v + row * inputs, u, inputs, out + row * stride, stride);
}

/// out [tiles, K] = v [tiles, C] u, u [K / 16, C, 16].
static void multiply(const Shape &s, const float *v, const float *u, float *out, int64_t tiles) {
  for (int64_t k = 0; k < s.outputs; k += product_panels * group) {
    const float *panel = u + k * s.inputs;
    int64_t panels = std::min<int64_t>(product_panels, (s.outputs - k) / group);
    if constexpr (product_panels > 1) {
      if (panels == 4)
        multiply_panels<4>(v, panel, s.inputs, out + k, s.outputs, tiles);
      else if (panels == 3)
        multiply_panels<3>(v, panel, s.inputs, out + k, s.outputs, tiles);
      else if (panels == 2)
        multiply_panels<2>(v, panel, s.inputs, out + k, s.outputs, tiles);
    }
    if (panels == 1)
      multiply_panels<1>(v, panel, s.inputs, out + k, s.outputs, tiles);
  }
}

static void transform_filter(const float *weight, int64_t inputs, int64_t outputs, bool rotated,
                             float *filter) {
  for (int64_t k = 0; k < outputs; k += lanes)
    for (int64_t c = 0; c < inputs; ++c) {
      Vector half[6][3];
      for (int64_t j = 0; j < 3; ++j) {
        Vector g[3], column[6];
        for (int64_t i = 0; i < 3; ++i) {
          int64_t place = i * 3 + j;
          g[i] = load(weight + (c * 9 + (rotated ? 8 - place : place)) * outputs + k);
        }
        transform_weight(g, column);
        for (int64_t i = 0; i < 6; ++i)
          half[i][j] = column[i];
      }
      for (int64_t i = 0; i < 6; ++i) {
        Vector row[6];
        transform_weight(half[i], row);
        for (int64_t j = 0; j < 6; ++j)
          store(filter + ((i * 6 + j) * (outputs / group) + k / group) * inputs * group + c * group
                    + k % group,
                row[j]);
      }
    }
}

/// Reads, multiplies and calls `write(tile, transforms, stride, isFirst)` for the tiles of a block.
template <typename Write>
static inline void each_tile(const Shape &s, const Convolution &o, int64_t block, Write &&write) {
  int64_t in_entry = block_tiles * s.inputs, out_entry = block_tiles * s.outputs;
  float *in = scratch(entries * (in_entry + out_entry)), *out = in + entries * in_entry;
  int64_t start = block * block_tiles, count = std::min(block_tiles, s.tiles() - start);
  for (int64_t t = 0; t < count; ++t)
    read_tile(s, o.x, o.input, Tile(s, start + t), in + t * s.inputs, in_entry);
  for (int64_t e = 0; e < entries; ++e)
    multiply(s, in + e * in_entry, o.filter + e * s.inputs * s.outputs, out + e * out_entry, count);
  for (int64_t t = 0; t < count; ++t)
    write(Tile(s, start + t), out + t * s.outputs, out_entry);
}

static void convolve(const Shape &s, const Convolution &o, int64_t block) {
  float *moments = o.moments ? o.moments + block * 2 * s.outputs : nullptr;
  if (moments)
    std::memset(moments, 0, 2 * s.outputs * sizeof(float));
  int64_t pixels = 0;
  // The block's first values: sums of differences from them lose no digits to a large mean.
  const float *pivots = nullptr;
  each_tile(s, o, block, [&](const Tile &tile, const float *in, int64_t stride) {
    int64_t corner = (tile.image + tile.row * s.width + tile.column) * s.outputs;
    for (int64_t k = 0; k < s.outputs; k += lanes) {
      Vector pivot{}, sum{}, squares{};
      if (pivots)
        pivot = load(pivots + k);
      write_tile(s, tile, in, stride, k, [&](int64_t at, Vector value) {
        if (o.residual)
          value += load(o.residual + at);
        store(o.y + at, value);
        if (!pivots && at == corner + k)
          pivot = value;
        Vector difference = value - pivot;
        sum += difference;
        squares += difference * difference;
      });
      if (moments) {
        add(moments + k, sum);
        add(moments + s.outputs + k, squares);
      }
    }
    if (!pivots)
      pivots = o.y + corner;
    pixels += tile.rows * tile.columns;
  });
  if (moments)
    settle_moments(pivots, moments, s.outputs, pixels);
}

static void data_gradient(const Shape &s, const Convolution &o, const Mask &mask, int64_t block) {
  float *sums = mask.before ? mask.sums + block * 2 * s.outputs : nullptr;
  if (sums)
    std::memset(sums, 0, 2 * s.outputs * sizeof(float));
  each_tile(s, o, block, [&](const Tile &tile, const float *in, int64_t stride) {
    for (int64_t k = 0; k < s.outputs; k += lanes) {
      if (!sums) {
        write_tile(s, tile, in, stride, k,
                   [&](int64_t at, Vector value) { store(o.y + at, value); });
        continue;
      }
      Lanes lane(mask.map, k);
      Vector mean = load(mask.mean + k), sum{}, products{};
      write_tile(s, tile, in, stride, k, [&](int64_t at, Vector value) {
        Vector before = load(mask.before + at);
        value = passed(value, lane(before), true);
        store(o.y + at, value);
        sum += value;
        products += value * (before - mean);
      });
      add(sums + k, sum);
      add(sums + s.outputs + k, products);
    }
  });
}
