// Batch norms for training by the fused kernels, with their gradients.
#include "fused_norm.hpp"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

using namespace ctorch;

namespace ctorch {

Constants::Constants(const at::Tensor &moments, const at::Tensor &weight, const at::Tensor &bias,
                     double epsilon)
    : rows(at::empty({4, moments.size(1)}, at::kFloat)) {
  int64_t channels = moments.size(1);
  const float *mean = elements<float>(moments), *variance = second_row(moments);
  const float *gamma = elements<float>(weight), *beta = elements<float>(bias);
  float *out = rows.data_ptr<float>();
  for (int64_t c = 0; c < channels; ++c) {
    double inverse = 1 / std::sqrt(variance[c] + epsilon), scale = gamma[c] * inverse;
    out[c] = static_cast<float>(scale);
    out[channels + c] = static_cast<float>(beta[c] - mean[c] * scale);
    out[2 * channels + c] = mean[c];
    out[3 * channels + c] = static_cast<float>(inverse);
  }
}

NormGradient::NormGradient(const Constants &constants, const at::Tensor &sums, int64_t count) {
  int64_t channels = sums.size(2), blocks = sums.size(0);
  std::vector<double> totals(2 * channels, 0.0);
  const float *source = elements<float>(sums);
  for (int64_t b = 0; b < blocks; ++b)
    for (int64_t i = 0; i < 2 * channels; ++i)
      totals[i] += source[b * 2 * channels + i];
  weight = at::empty({channels}, at::kFloat);
  bias = at::empty({channels}, at::kFloat);
  factors = at::empty({3, channels}, at::kFloat);
  float *out = factors.data_ptr<float>();
  for (int64_t c = 0; c < channels; ++c) {
    double scale = constants.row(0)[c], inverse = constants.row(3)[c];
    weight.data_ptr<float>()[c] = static_cast<float>(totals[channels + c] * inverse);
    bias.data_ptr<float>()[c] = static_cast<float>(totals[c]);
    out[c] = static_cast<float>(scale);
    out[channels + c] = static_cast<float>(-scale * inverse * inverse * totals[channels + c]
                                           / static_cast<double>(count));
    out[2 * channels + c] = static_cast<float>(-scale * totals[c] / static_cast<double>(count));
  }
}

void apply_norm_gradient(const kernels::Table &table, const at::Tensor &gradient,
                         const at::Tensor &x, const Constants &constants, bool rectified,
                         const at::Tensor &factors, at::Tensor &out) {
  const float *g = elements<float>(gradient), *source = elements<float>(x);
  const float *f = elements<float>(factors);
  float *result = out.data_ptr<float>();
  for_each_pixel_block(x, [&](int64_t, int64_t first, kernels::Pixels pixels) {
    table.norm_gradient(g + first, source + first, pixels, constants.map(), constants.mean(),
                        rectified, f, result + first);
  });
}

variable_list composed_gradients(const at::Tensor &y, const variable_list &inputs,
                                 const at::Tensor &gradient) {
  variable_list asked, result(inputs.size());
  for (const auto &input : inputs)
    if (input.defined() && input.requires_grad())
      asked.push_back(input);
  auto found = torch::autograd::grad({y}, asked, {gradient}, /*retain_graph=*/true,
                                     /*create_graph=*/true, /*allow_unused=*/true);
  for (size_t i = 0, next = 0; i < inputs.size(); ++i)
    if (inputs[i].defined() && inputs[i].requires_grad())
      result[i] = found[next++];
  return result;
}

/// Moves running statistics by the moments of a batch of `count` values per channel, as PyTorch does.
static void move_statistics(const ct_norm &norm, const at::Tensor &moments, int64_t count) {
  double momentum = norm.momentum;
  double unbiased = static_cast<double>(count) / static_cast<double>(std::max<int64_t>(count - 1, 1));
  const float *mean = elements<float>(moments), *variance = second_row(moments);
  auto move = [&](ct_tensor *running, const float *values, double factor) {
    float *statistics = unwrap(running).data_ptr<float>();
    for (int64_t c = 0; c < moments.size(1); ++c)
      for (int32_t i = 0; i < norm.moves; ++i)
        statistics[c] = static_cast<float>((1 - momentum) * statistics[c]
                                           + momentum * factor * values[c]);
  };
  move(norm.running_mean, mean, 1);
  move(norm.running_variance, variance, unbiased);
}

at::Tensor moments_of(const at::Tensor &x, const ct_tensor *known, const ct_norm &norm) {
  int64_t channels = x.size(1);
  for (const ct_tensor *values :
       {norm.weight, norm.bias, const_cast<const ct_tensor *>(norm.running_mean),
        const_cast<const ct_tensor *>(norm.running_variance)})
    TORCH_CHECK(unwrap(values).numel() == channels && unwrap(values).is_contiguous() &&
                    unwrap(values).scalar_type() == at::kFloat,
                "need ", channels, " float32 values of a norm, one per channel");
  auto moments = known ? unwrap(known) : channel_moments(active_kernels(), x.detach());
  TORCH_CHECK(moments.numel() == 2 * channels && moments.is_contiguous(),
              "the moments do not fit ", channels, " channels");
  move_statistics(norm, moments, pixels_of(x));
  return moments;
}

} // namespace ctorch

namespace {

/// norm(x) or relu(norm(x)); keeps x alone.
struct FusedNorm : torch::autograd::Function<FusedNorm> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x,
                            const at::Tensor &gamma, const at::Tensor &beta,
                            const at::Tensor &moments, double epsilon, bool rectified) {
    const auto &table = active_kernels();
    Constants constants(moments, gamma, beta, epsilon);
    auto result = at::empty_like(x);
    const float *source = elements<float>(x);
    float *y = result.data_ptr<float>();
    for_each_pixel_block(x, [&](int64_t, int64_t first, kernels::Pixels pixels) {
      table.map(source + first, pixels, constants.map(), rectified, y + first);
    });
    context->save_for_backward({x, gamma, beta, constants.rows});
    save_kernels(context, table);
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["rectified"] = rectified;
    return result;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &gamma = saved[1], &beta = saved[2];
    bool rectified = context->saved_data["rectified"].toBool();
    variable_list result(6);
    if (c10::GradMode::is_enabled()) {
      auto y = at::batch_norm(x, gamma, beta, {}, {}, true, 0,
                              context->saved_data["epsilon"].toDouble(), false);
      auto found = composed_gradients(rectified ? at::relu(y) : y, {x, gamma, beta}, gradients[0]);
      std::copy(found.begin(), found.end(), result.begin());
      return result;
    }
    const auto &table = saved_kernels(context);
    auto dy = channels_last(gradients[0]);
    Constants constants(saved[3]);
    int64_t channels = x.size(1);
    auto sums = at::empty({pixel_blocks_of(x), 2, channels}, at::kFloat);
    const float *g = elements<float>(dy), *source = elements<float>(x);
    float *out = sums.data_ptr<float>();
    for_each_pixel_block(x, [&](int64_t block, int64_t first, kernels::Pixels pixels) {
      table.gradient_sums(g + first, source + first, pixels, constants.map(), constants.mean(),
                          rectified, out + block * 2 * channels);
    });
    NormGradient norm(constants, sums, pixels_of(x));
    result[0] = at::empty_like(x);
    apply_norm_gradient(table, dy, x, constants, rectified, norm.factors, result[0]);
    result[1] = norm.weight;
    result[2] = norm.bias;
    return result;
  }
};

} // namespace

ct_status ct_trained_norm(const ct_tensor *x, const ct_tensor *moments, const ct_norm *norm,
                          bool rectified, ct_tensor **out) {
  return produce(out, [&] {
    const auto &source = unwrap(x);
    check_maps(source);
    auto known = moments_of(source, moments, *norm);
    return FusedNorm::apply(source, unwrap(norm->weight), unwrap(norm->bias), known,
                            norm->epsilon, rectified);
  });
}
