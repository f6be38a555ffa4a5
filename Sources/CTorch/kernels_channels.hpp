// Included by each instruction set into its namespace, which knows `lanes`, the floats of a vector: the vectors, and the
// kernels that walk through maps pixel by pixel. All channel numbers are multiples of `group`, so of `lanes`.

typedef float Vector __attribute__((vector_size(lanes * 4)));
typedef float UnalignedVector __attribute__((vector_size(lanes * 4), aligned(4)));

static inline Vector load(const float *p) { return *reinterpret_cast<const UnalignedVector *>(p); }
static inline void store(float *p, Vector v) { *reinterpret_cast<UnalignedVector *>(p) = v; }
/// ReLU; what is no number stays none, so that a training that diverges is seen to.
static inline Vector positive(Vector v) { return v <= 0.0f ? Vector{} : v; }

/// One activation's values of some channels; the identity where there is none.
struct Lanes {
  Vector scale{}, shift{};

  Lanes(Activation map, int64_t channel) {
    if (map.scale) {
      scale = load(map.scale + channel);
      shift = load(map.shift + channel);
    }
  }
  Vector operator()(Vector x) const { return x * scale + shift; }
};

/// Turns sums of (value - pivot) and their squares into the mean and the sum of squared differences from it.
static void settle_moments(const float *pivots, float *moments, int64_t channels, int64_t count) {
  for (int64_t c = 0; c < channels; c += lanes) {
    Vector sum = load(moments + c), mean = sum * (1.0f / static_cast<float>(count));
    store(moments + c, load(pivots + c) + mean);
    store(moments + channels + c, load(moments + channels + c) - sum * mean);
  }
}

static void moments(const float *x, Pixels pixels, float *out) {
  for (int64_t c = 0; c < pixels.channels; c += lanes) {
    Vector pivot = load(x + c), sum{}, squares{};
    for (int64_t p = 0; p < pixels.count; ++p) {
      Vector value = load(x + p * pixels.channels + c) - pivot;
      sum += value;
      squares += value * value;
    }
    store(out + c, sum);
    store(out + pixels.channels + c, squares);
  }
  settle_moments(x, out, pixels.channels, pixels.count);
}

static void map(const float *x, Pixels pixels, Activation map, bool rectified, float *y) {
  for (int64_t p = 0; p < pixels.count; ++p)
    for (int64_t c = 0; c < pixels.channels; c += lanes) {
      int64_t at = p * pixels.channels + c;
      Vector value = Lanes(map, c)(load(x + at));
      store(y + at, rectified ? positive(value) : value);
    }
}

static inline Vector passed(Vector gradient, Vector z, bool rectified) {
  return rectified ? (z <= 0.0f ? Vector{} : gradient) : gradient;
}

static void gradient_sums(const float *gradient, const float *x, Pixels pixels, Activation map,
                          const float *mean, bool rectified, float *sums) {
  for (int64_t c = 0; c < pixels.channels; c += lanes) {
    Lanes lane(map, c);
    Vector middle = load(mean + c), sum{}, products{};
    for (int64_t p = 0; p < pixels.count; ++p) {
      int64_t at = p * pixels.channels + c;
      Vector value = load(x + at), g = passed(load(gradient + at), lane(value), rectified);
      sum += g;
      products += g * (value - middle);
    }
    store(sums + c, sum);
    store(sums + pixels.channels + c, products);
  }
}

static void norm_gradient(const float *gradient, const float *x, Pixels pixels, Activation map,
                          const float *mean, bool rectified, const float *factors, float *out) {
  for (int64_t p = 0; p < pixels.count; ++p)
    for (int64_t c = 0; c < pixels.channels; c += lanes) {
      int64_t at = p * pixels.channels + c;
      Vector value = load(x + at);
      Vector g = passed(load(gradient + at), Lanes(map, c)(value), rectified);
      store(out + at, g * load(factors + c)
                          + (value - load(mean + c)) * load(factors + pixels.channels + c)
                          + load(factors + 2 * pixels.channels + c));
    }
}
