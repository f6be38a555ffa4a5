// Included by each instruction set behind the convolutions: weight gradients.

/// Writes the transform of one tile's gradient, channels [first, first + count), to out[e * stride + c].
static void read_gradient(const Shape &s, const float *gradient, const Tile &tile, int64_t first,
                          int64_t count, float *out, int64_t stride) {
  for (int64_t k = 0; k < count; k += lanes) {
    Vector half[6][4];
    for (int64_t j = 0; j < 4; ++j) {
      Vector d[4], column[6];
      for (int64_t i = 0; i < 4; ++i) {
        int64_t pixel = tile.image + (tile.row + i) * s.width + tile.column + j;
        d[i] = Vector{};
        if (i < tile.rows && j < tile.columns)
          d[i] = load(gradient + pixel * s.outputs + first + k);
      }
      spread_gradient(d, column);
      for (int64_t i = 0; i < 6; ++i)
        half[i][j] = column[i];
    }
    for (int64_t i = 0; i < 6; ++i) {
      Vector row[6];
      spread_gradient(half[i], row);
      for (int64_t j = 0; j < 6; ++j)
        store(out + (i * 6 + j) * stride + k, row[j]);
    }
  }
}

/// out [rows, 16 panels] += vᵀ u, v [tiles, rows] and u [tiles, 16 panels] with their strides.
template <int rows, int panels>
static inline void accumulate_piece(const float *v, int64_t v_stride, const float *u,
                                    int64_t u_stride, int64_t tiles, float *out,
                                    int64_t out_stride) {
  constexpr int vectors = panels * group_vectors;
  Vector sums[rows][vectors];
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < vectors; ++j)
      sums[i][j] = load(out + i * out_stride + j * lanes);
  for (int64_t t = 0; t < tiles; ++t) {
    Vector right[vectors];
    for (int j = 0; j < vectors; ++j)
      right[j] = load(u + t * u_stride + j * lanes);
    for (int i = 0; i < rows; ++i) {
      float left = v[t * v_stride + i];
      for (int j = 0; j < vectors; ++j)
        sums[i][j] += left * right[j];
    }
  }
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < vectors; ++j)
      store(out + i * out_stride + j * lanes, sums[i][j]);
}

template <int rows, int panels>
static void accumulate_rows(const float *v, int64_t inputs, const float *u, int64_t u_stride,
                            int64_t tiles, float *out, int64_t out_stride) {
  for (int64_t c = 0; c < inputs; c += rows)
    accumulate_piece<rows, panels>(v + c, inputs, u, u_stride, tiles, out + c * out_stride,
                                   out_stride);
}

/// out [C, width] += vᵀ u, v [tiles, C], u [tiles, width].
static void accumulate(const float *v, int64_t inputs, const float *u, int64_t width,
                       int64_t tiles, float *out) {
  for (int64_t k = 0; k < width; k += product_panels * group) {
    int64_t panels = std::min<int64_t>(product_panels, (width - k) / group);
    if constexpr (product_panels > 1) {
      if (panels == 4)
        accumulate_rows<4, 4>(v, inputs, u + k, width, tiles, out + k, width);
      else if (panels == 3)
        accumulate_rows<4, 3>(v, inputs, u + k, width, tiles, out + k, width);
      else if (panels == 2)
        accumulate_rows<8, 2>(v, inputs, u + k, width, tiles, out + k, width);
      else
        accumulate_rows<16, 1>(v, inputs, u + k, width, tiles, out + k, width);
    } else {
      accumulate_rows<4, 1>(v, inputs, u + k, width, tiles, out + k, width);
    }
  }
}

static void weight_gradient(const Shape &s, const WeightGradient &o, int64_t part, int64_t panel) {
  int64_t first = panel * gradient_panel, width = std::min(gradient_panel, s.outputs - first);
  int64_t in_entry = block_tiles * s.inputs, out_entry = block_tiles * width;
  int64_t sum_entry = s.inputs * width;
  float *in = scratch(entries * (in_entry + out_entry + sum_entry));
  float *out = in + entries * in_entry, *sums = out + entries * out_entry;
  std::memset(sums, 0, entries * sum_entry * sizeof(float));
  int64_t begin = part * s.tiles() / s.parts(), end = (part + 1) * s.tiles() / s.parts();
  for (int64_t start = begin; start < end; start += block_tiles) {
    int64_t count = std::min(block_tiles, end - start);
    for (int64_t t = 0; t < count; ++t) {
      Tile tile(s, start + t);
      read_tile(s, o.x, o.input, tile, in + t * s.inputs, in_entry);
      read_gradient(s, o.gradient, tile, first, width, out + t * width, out_entry);
    }
    for (int64_t e = 0; e < entries; ++e)
      accumulate(in + e * in_entry, s.inputs, out + e * out_entry, width, count,
                 sums + e * sum_entry);
  }
  for (int64_t c = 0; c < s.inputs; ++c)
    for (int64_t k = 0; k < width; k += lanes) {
      Vector half[3][6];
      for (int64_t j = 0; j < 6; ++j) {
        Vector m[6], column[3];
        for (int64_t i = 0; i < 6; ++i)
          m[i] = load(sums + (i * 6 + j) * sum_entry + c * width + k);
        gather_weight(m, column);
        for (int64_t i = 0; i < 3; ++i)
          half[i][j] = column[i];
      }
      for (int64_t i = 0; i < 3; ++i) {
        Vector row[3];
        gather_weight(half[i], row);
        for (int64_t j = 0; j < 3; ++j)
          store(o.sums + ((part * 9 + i * 3 + j) * s.inputs + c) * s.outputs + first + k, row[j]);
      }
    }
}
