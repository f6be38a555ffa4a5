#pragma once

#include "fused_maps.hpp"

#include <torch/csrc/autograd/custom_function.h>

namespace ctorch {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A batch norm by known moments as the kernels take it, [4, C]: scale, shift, mean, 1 / deviation.
struct Constants {
  at::Tensor rows;

  Constants(const at::Tensor &moments, const at::Tensor &weight, const at::Tensor &bias,
            double epsilon);
  explicit Constants(at::Tensor rows) : rows(std::move(rows)) {}

  const float *row(int64_t index) const {
    return elements<float>(rows) + index * rows.size(1);
  }
  kernels::Activation map() const { return {row(0), row(1)}; }
  const float *mean() const { return row(2); }
};

/// The gradients of a batch norm's parameters, and the factors [3, C] of its data gradient, from sums [blocks, 2, C] of
/// the gradient g behind it and of g * (x - mean) over `count` values per channel.
struct NormGradient {
  at::Tensor weight, bias, factors;

  NormGradient(const Constants &constants, const at::Tensor &sums, int64_t count);
};

/// Carries out `norm_gradient` over whole maps; `out` may be `gradient`.
void apply_norm_gradient(const kernels::Table &table, const at::Tensor &gradient,
                         const at::Tensor &x, const Constants &constants, bool rectified,
                         const at::Tensor &factors, at::Tensor &out);

/// The moments [2, C] by which x is normalised, taken where they are not known; moves the running statistics.
at::Tensor moments_of(const at::Tensor &x, const ct_tensor *known, const ct_norm &norm);

/// The gradients of `y` as a graph of libtorch's operations, for second derivatives; undefined for absent inputs.
variable_list composed_gradients(const at::Tensor &y, const variable_list &inputs,
                                 const at::Tensor &gradient);

/// The kernels that a forward pass took, for its gradient.
inline void save_kernels(AutogradContext *context, const kernels::Table &table) {
  context->saved_data["kernels"] = reinterpret_cast<int64_t>(&table);
}
inline const kernels::Table &saved_kernels(AutogradContext *context) {
  return *reinterpret_cast<const kernels::Table *>(context->saved_data["kernels"].toInt());
}

inline at::Tensor channels_last(const at::Tensor &x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

} // namespace ctorch
