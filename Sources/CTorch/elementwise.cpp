#include "guarded.hpp"

#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/log.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <c10/core/GradMode.h>

#include <numeric>

using namespace ctorch;

static at::Tensor unary(ct_unary operation, const at::Tensor &x) {
  switch (operation) {
  case CT_NEGATE: return at::neg(x);
  case CT_ABSOLUTE: return at::abs(x);
  case CT_SQUARE: return at::square(x);
  case CT_SQUARE_ROOT: return at::sqrt(x);
  case CT_EXPONENTIAL: return at::exp(x);
  case CT_LOGARITHM: return at::log(x);
  case CT_RELU: return at::relu(x);
  case CT_SIGN: return at::sign(x);
  case CT_IS_FINITE: return at::isfinite(x);
  case CT_RELU6: return at::relu6(x);
  }
  throw std::invalid_argument("unknown operation");
}

static at::Tensor binary(ct_binary operation, const at::Tensor &x, const at::Tensor &y) {
  switch (operation) {
  case CT_ADD: return at::add(x, y);
  case CT_SUBTRACT: return at::sub(x, y);
  case CT_MULTIPLY: return at::mul(x, y);
  case CT_DIVIDE: return at::div(x, y);
  case CT_MAXIMUM: return at::maximum(x, y);
  case CT_GREATER: return at::gt(x, y);
  case CT_EQUAL: return at::eq(x, y);
  case CT_MATRIX_PRODUCT: return at::matmul(x, y);
  }
  throw std::invalid_argument("unknown operation");
}

static at::Tensor scalar(ct_scalar operation, const at::Tensor &x, double value) {
  switch (operation) {
  case CT_ADD_SCALAR: return at::add(x, value);
  case CT_MULTIPLY_SCALAR: return at::mul(x, value);
  case CT_POWER_SCALAR: return at::pow(x, value);
  case CT_AT_LEAST: return at::clamp_min(x, value);
  case CT_GREATER_SCALAR: return at::gt(x, value);
  }
  throw std::invalid_argument("unknown operation");
}

static at::Tensor reduce(ct_reduction reduction, const at::Tensor &x, at::IntArrayRef axes,
                         bool keeps_axes) {
  switch (reduction) {
  case CT_SUM: return at::sum(x, axes, keeps_axes);
  case CT_MEAN: return at::mean(x, axes, keeps_axes);
  case CT_LARGEST: return at::amax(x, axes, keeps_axes);
  }
  throw std::invalid_argument("unknown reduction");
}

ct_status ct_apply_unary(ct_unary operation, const ct_tensor *x, ct_tensor **out) {
  return produce(out, [&] { return unary(operation, unwrap(x)); });
}

ct_status ct_apply_binary(ct_binary operation, const ct_tensor *x, const ct_tensor *y,
                          ct_tensor **out) {
  return produce(out, [&] { return binary(operation, unwrap(x), unwrap(y)); });
}

ct_status ct_apply_scalar(ct_scalar operation, const ct_tensor *x, double value, ct_tensor **out) {
  return produce(out, [&] { return scalar(operation, unwrap(x), value); });
}

ct_status ct_relu_in_place(ct_tensor *x, ct_tensor **out) {
  return produce(out, [&] { return unwrap(x).relu_(); });
}

ct_status ct_scale_and_add(ct_tensor *target, double scale, const ct_tensor *other,
                           double factor) {
  return guarded([&] {
    at::NoGradGuard no_gradient;
    unwrap(target).mul_(scale).add_(unwrap(other), factor);
  });
}

ct_status ct_reduce(ct_reduction reduction, const ct_tensor *x, const int64_t *axes,
                    int32_t axis_count, bool keeps_axes, ct_tensor **out) {
  return produce(out, [&] {
    if (axis_count > 0)
      return reduce(reduction, unwrap(x), at::IntArrayRef(axes, axis_count), keeps_axes);
    std::vector<int64_t> all(unwrap(x).dim());
    std::iota(all.begin(), all.end(), 0);
    return reduce(reduction, unwrap(x), all, keeps_axes);
  });
}

ct_status ct_reshape(const ct_tensor *x, const int64_t *shape, int32_t rank, ct_tensor **out) {
  return produce(out, [&] { return unwrap(x).reshape(at::IntArrayRef(shape, rank)); });
}

ct_status ct_transpose(const ct_tensor *x, int64_t first, int64_t second, ct_tensor **out) {
  return produce(out, [&] { return unwrap(x).transpose(first, second); });
}

ct_status ct_narrow(const ct_tensor *x, int64_t axis, int64_t start, int64_t length,
                    ct_tensor **out) {
  return produce(out, [&] { return unwrap(x).narrow(axis, start, length); });
}

ct_status ct_concatenate(const ct_tensor *const *tensors, int32_t count, int64_t axis,
                         ct_tensor **out) {
  return produce(out, [&] { return at::cat(unwrap_all(tensors, count), axis); });
}

ct_status ct_select_rows(const ct_tensor *x, const ct_tensor *indices, ct_tensor **out) {
  return produce(out, [&] { return at::index_select(unwrap(x), 0, unwrap(indices)); });
}

ct_status ct_gather_columns(const ct_tensor *x, const ct_tensor *indices, ct_tensor **out) {
  return produce(out, [&] { return at::gather(unwrap(x), 1, unwrap(indices)); });
}

ct_status ct_descending_order(const ct_tensor *x, int64_t axis, ct_tensor **out) {
  return produce(out, [&] {
    return at::argsort(unwrap(x), /*stable=*/true, axis, /*descending=*/true);
  });
}

ct_status ct_assign_rows(ct_tensor *target, const ct_tensor *indices, const ct_tensor *rows) {
  return guarded([&] {
    at::NoGradGuard no_gradient;
    unwrap(target).index_copy_(0, unwrap(indices), unwrap(rows));
  });
}
