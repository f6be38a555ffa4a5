#include "guarded.hpp"

#include <ATen/ops/fft_rfft2.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/linalg_svdvals.h>

using namespace ctorch;

ct_status ct_singular_values(const ct_tensor *x, ct_tensor **out) {
  return produce(out, [&] { return at::linalg_svdvals(unwrap(x)); });
}

ct_status ct_symmetric_eigenvalues(const ct_tensor *x, ct_tensor **out) {
  return produce(out, [&] { return at::linalg_eigvalsh(unwrap(x)); });
}

ct_status ct_symmetric_eigenvectors(const ct_tensor *x, ct_tensor **values, ct_tensor **vectors) {
  return guarded([&] {
    auto [w, v] = at::linalg_eigh(unwrap(x));
    *vectors = wrap(v);
    *values = wrap(w);
  });
}

ct_status ct_frequency_matrices(const ct_tensor *kernel, int64_t height, int64_t width,
                                ct_tensor **out) {
  return produce(out, [&] {
    const auto &k = unwrap(kernel);
    TORCH_CHECK(k.dim() == 4, "needs a kernel of four axes, got ", k.sizes());
    TORCH_CHECK(k.size(2) <= height && k.size(3) <= width, "a kernel of ", k.size(2), " x ",
                k.size(3), " is larger than the map of ", height, " x ", width);
    auto symbols = at::fft_rfft2(k, at::IntArrayRef({height, width}));
    return symbols.permute({2, 3, 0, 1}).reshape({-1, k.size(0), k.size(1)});
  });
}

ct_status ct_adjoint(const ct_tensor *x, ct_tensor **out) {
  return produce(out, [&] { return unwrap(x).mH(); });
}
