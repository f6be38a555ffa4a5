// Included by each instruction set behind the vectors: the transforms of Winograd's F(4 x 4, 3 x 3) and tiles of maps.
//
// With y = Aᵀ [(G g Gᵀ) (Bᵀ d B)] A the gradient with respect to g is Gᵀ [(Bᵀ d B) (A dy Aᵀ)] G, summed over all tiles.

/// One dimension of the input transform, Bᵀ d.
static inline void transform_input(const Vector d[6], Vector out[6]) {
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
static inline void transform_output(const Vector m[6], Vector out[4]) {
  Vector near = m[1] + m[2], far = m[3] + m[4];
  Vector near_odd = m[1] - m[2], far_odd = m[3] - m[4];
  out[0] = m[0] + near + far;
  out[1] = near_odd + 2 * far_odd;
  out[2] = near + 4 * far;
  out[3] = near_odd + 8 * far_odd + m[5];
}

/// Its transpose for gradients, A d.
static inline void spread_gradient(const Vector d[4], Vector out[6]) {
  Vector even = d[0] + d[2], odd = d[1] + d[3];
  Vector far_even = d[0] + 4 * d[2], far_odd = 2 * d[1] + 8 * d[3];
  out[0] = d[0];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = far_even + far_odd;
  out[4] = far_even - far_odd;
  out[5] = d[3];
}

/// One dimension of the filter transform, G g.
static inline void transform_weight(const Vector g[3], Vector out[6]) {
  Vector sum = (g[0] + g[2]) * (1.0f / 6), middle = g[1] * (1.0f / 6);
  Vector far = g[0] * (1.0f / 24) + g[2] * (1.0f / 6), half = g[1] * (1.0f / 12);
  out[0] = g[0] * 0.25f;
  out[1] = -sum - middle;
  out[2] = middle - sum;
  out[3] = far + half;
  out[4] = far - half;
  out[5] = g[2];
}

/// Its transpose for gradients, Gᵀ m.
static inline void gather_weight(const Vector m[6], Vector out[3]) {
  Vector near = (m[1] + m[2]) * (1.0f / 6), far = m[3] + m[4];
  out[0] = m[0] * 0.25f - near + far * (1.0f / 24);
  out[1] = (m[2] - m[1]) * (1.0f / 6) + (m[3] - m[4]) * (1.0f / 12);
  out[2] = far * (1.0f / 6) - near + m[5];
}

/// A tile's place: its image's first pixel, its own first row and column, and how much of it lies in the image.
struct Tile {
  int64_t image, row, column, rows, columns;

  Tile(const Shape &s, int64_t index) {
    int64_t per_image = s.tile_rows() * s.tile_columns(), rest = index % per_image;
    image = index / per_image * s.height * s.width;
    row = rest / s.tile_columns() * 4;
    column = rest % s.tile_columns() * 4;
    rows = std::min<int64_t>(4, s.height - row);
    columns = std::min<int64_t>(4, s.width - column);
  }
};

/// Writes the transform of one tile with its border, entry e and channel c, to out[e * stride + c].
static void read_tile(const Shape &s, const float *x, Activation input, const Tile &tile,
                      float *out, int64_t stride) {
  const float *image = x + tile.image * s.inputs;
  for (int64_t c = 0; c < s.inputs; c += lanes) {
    Lanes lane(input, c);
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
          if (input.scale)
            d[i] = positive(lane(d[i]));
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

/// Transforms one tile back and calls `write(pixel, channel, value)` for the part of it that exists.
template <typename Write>
static inline void write_tile(const Shape &s, const Tile &tile, const float *in, int64_t stride,
                              int64_t k, Write &&write) {
  Vector half[4][6];
  for (int64_t j = 0; j < 6; ++j) {
    Vector m[6], column[4];
    for (int64_t i = 0; i < 6; ++i)
      m[i] = load(in + (i * 6 + j) * stride + k);
    transform_output(m, column);
    for (int64_t i = 0; i < 4; ++i)
      half[i][j] = column[i];
  }
  for (int64_t i = 0; i < tile.rows; ++i) {
    Vector row[4];
    transform_output(half[i], row);
    int64_t first = tile.image + (tile.row + i) * s.width + tile.column;
    for (int64_t j = 0; j < tile.columns; ++j)
      write((first + j) * s.outputs + k, row[j]);
  }
}
