// Convolutions for training by the fused kernels, with their gradients.
#include "fused_norm.hpp"

#include <ATen/autocast_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sum.h>
#include <c10/core/GradMode.h>

using namespace ctorch;

namespace {

using Optional = std::optional<at::Tensor>;

at::Tensor weight_gradient(const kernels::Table &table, const at::Tensor &x,
                           kernels::Activation input, const at::Tensor &gradient,
                           const at::Tensor &weight) {
  kernels::Shape shape{x.size(0), x.size(2), x.size(3), x.size(1), gradient.size(1)};
  auto sums = at::empty({shape.parts(), 3, 3, shape.inputs, shape.outputs}, at::kFloat);
  kernels::WeightGradient operands{elements<float>(x), input,
                                   elements<float>(gradient), sums.data_ptr<float>()};
  for_each_block(shape.parts() * shape.panels(), [&](int64_t unit) {
    table.weight_gradient(shape, operands, unit / shape.panels(), unit % shape.panels());
  });
  return at::sum(sums, 0).permute({3, 2, 0, 1}).contiguous(weight.suggest_memory_format());
}

/// conv(relu(norm(x))) or conv(x), plus a residual. Keeps x alone from which the rest is computed again while reading.
struct FusedConvolution : torch::autograd::Function<FusedConvolution> {
  static variable_list forward(AutogradContext *context, const at::Tensor &x,
                               const at::Tensor &weight, const Optional &gamma,
                               const Optional &beta, const Optional &residual,
                               const Optional &moments, double epsilon, bool measured) {
    const auto &table = active_kernels();
    kernels::Activation input{};
    auto constants = at::Tensor();
    if (gamma) {
      constants = Constants(*moments, *gamma, *beta, epsilon).rows;
      input = Constants(constants).map();
    }
    at::Tensor statistics;
    auto y = fused_convolution(table, x, transformed_filter(table, weight, false), input,
                               residual.value_or(at::Tensor()), measured ? &statistics : nullptr);
    context->save_for_backward({x, weight, gamma.value_or(at::Tensor()),
                                beta.value_or(at::Tensor()), constants});
    context->saved_data["has_residual"] = residual && residual->requires_grad();
    save_kernels(context, table);
    context->saved_data["epsilon"] = epsilon;
    if (!measured)
      return {y};
    context->mark_non_differentiable({statistics});
    return {y, statistics};
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &gamma = saved[2], &beta = saved[3];
    variable_list result(8);
    if (c10::GradMode::is_enabled()) {
      auto z = gamma.defined() ? at::relu(at::batch_norm(x, gamma, beta, {}, {}, true, 0,
                                                         context->saved_data["epsilon"].toDouble(),
                                                         false))
                               : x;
      auto y = at::conv2d(z, weight, {}, {1, 1}, at::IntArrayRef({1, 1}));
      auto found = composed_gradients(y, {x, weight, gamma, beta}, gradients[0]);
      std::copy(found.begin(), found.end(), result.begin());
    } else {
      const auto &table = saved_kernels(context);
      auto dy = channels_last(gradients[0]);
      Constants constants(saved[4]);
      auto input = gamma.defined() ? constants.map() : kernels::Activation{};
      if (weight.requires_grad())
        result[1] = weight_gradient(table, x, input, dy, weight);
      bool norm_is_trained = gamma.defined() && (gamma.requires_grad() || beta.requires_grad());
      if (x.requires_grad() || norm_is_trained)
        std::tie(result[0], result[2], result[3]) = data_gradient(table, x, dy, weight, constants);
    }
    if (context->saved_data["has_residual"].toBool())
      result[4] = gradients[0];
    return result;
  }

private:
  /// With respect to x, gamma and beta.
  static std::tuple<at::Tensor, at::Tensor, at::Tensor>
  data_gradient(const kernels::Table &table, const at::Tensor &x, const at::Tensor &dy,
                const at::Tensor &weight, const Constants &constants) {
    kernels::Shape shape{x.size(0), x.size(2), x.size(3), dy.size(1), x.size(1)};
    auto filter = transformed_filter(table, weight, true);
    auto dx = at::empty_like(x);
    bool has_norm = constants.rows.defined();
    auto sums = has_norm ? at::empty({shape.blocks(), 2, shape.outputs}, at::kFloat) : at::Tensor();
    kernels::Convolution operands{elements<float>(dy), elements<float>(filter), {},
                                  nullptr, dx.data_ptr<float>(), nullptr};
    kernels::Mask mask{};
    if (has_norm)
      mask = {elements<float>(x), constants.map(), constants.mean(),
              sums.data_ptr<float>()};
    for_each_block(shape.blocks(),
                   [&](int64_t block) { table.data_gradient(shape, operands, mask, block); });
    if (!has_norm)
      return {dx, {}, {}};
    NormGradient norm(constants, sums, pixels_of(x));
    apply_norm_gradient(table, dx, x, constants, /*rectified=*/false, norm.factors, dx);
    return {dx, norm.weight, norm.bias};
  }
};

} // namespace

bool ct_trains_fused(const ct_tensor *x) {
  return kernels::active() && are_maps(unwrap(x)) && !at::autocast::is_autocast_enabled(at::kCPU);
}

ct_status ct_trained_convolution(const ct_tensor *x, const ct_tensor *moments,
                                 const ct_norm *norm, const ct_tensor *weight,
                                 const ct_tensor *residual, ct_tensor **out,
                                 ct_tensor **statistics) {
  return guarded([&] {
    const auto &source = unwrap(x), &filter = unwrap(weight);
    check_maps(source);
    check_filter(filter);
    TORCH_CHECK(filter.size(1) == source.size(1), "the filter does not fit ", source.size(1),
                " channels");
    Optional gamma, beta, known, added;
    if (norm) {
      known = moments_of(source, moments, *norm);
      gamma = unwrap(norm->weight);
      beta = unwrap(norm->bias);
    }
    if (residual)
      added = unwrap(residual);
    auto results = FusedConvolution::apply(source, filter, gamma, beta, added, known,
                                           norm ? norm->epsilon : 0, statistics != nullptr);
    if (statistics)
      *statistics = wrap(results[1]);
    *out = wrap(results[0]);
  });
}
