#include "process_group.hpp"

#include <ATen/ops/batch_norm_update_stats.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/native_batch_norm_backward.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace ctorch;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Mean and biased variance [C], float64, of all replicas' batches together, and the values per channel.
struct Moments {
  at::Tensor mean, variance;
  double count;
};

/// Every replica puts its own moments into its row of a table and all get the sum of the tables. Joining rows by their
/// means cancels no digits, and their order is the same everywhere.
Moments moments_over(ProcessGroup &group, const at::Tensor &x) {
  int64_t channels = x.size(1), replicas = group.size();
  auto [mean, variance] = at::batch_norm_update_stats(x, {}, {}, 0);
  auto options = mean.options().dtype(at::kDouble);
  auto table = at::zeros({replicas, 2 * channels + 1}, options);
  auto row = table[group.rank()];
  row.slice(0, 0, channels).copy_(mean);
  row.slice(0, channels, 2 * channels).copy_(variance);
  row.slice(0, 2 * channels).fill_(static_cast<double>(x.numel() / channels));
  group.all_reduce(table);
  auto means = table.slice(1, 0, channels), variances = table.slice(1, channels, 2 * channels);
  auto counts = table.slice(1, 2 * channels);
  double count = counts.sum().item<double>();
  auto joint = (counts * means).sum(0) / count;
  auto spread = (counts * (variances + (means - joint).square())).sum(0) / count;
  return {joint, spread, count};
}

/// [C] as a factor of [N, C, ...].
at::Tensor per_channel(const at::Tensor &values, const at::Tensor &x) {
  std::vector<int64_t> shape(x.dim(), 1);
  shape[1] = values.numel();
  return values.to(x.scalar_type()).view(shape);
}

/// Batch norm with the moments of all replicas' batches. In its backward pass the two sums over the batch, of dy and of
/// dy * xhat, are taken over all replicas; the gradients of weight and bias stay those of the own batch.
struct SyncBatchNorm : torch::autograd::Function<SyncBatchNorm> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, const at::Tensor &bias, const Group &group,
                            at::Tensor running_mean, at::Tensor running_variance, double momentum,
                            double epsilon) {
    auto x = input.contiguous(input.suggest_memory_format());
    auto [mean, variance, count] = moments_over(*group, x);
    // As in PyTorch: the batch is normalised by the biased variance, the running one takes the unbiased one.
    double unbiased = count / std::max(count - 1, 1.0);
    running_mean.mul_(1 - momentum).add_(mean.to(running_mean.scalar_type()), momentum);
    running_variance.mul_(1 - momentum)
        .add_((variance * unbiased).to(running_variance.scalar_type()), momentum);
    auto type = weight.scalar_type();
    context->save_for_backward({x, weight, mean, variance});
    context->saved_data["group"] = c10::IValue::make_capsule(group);
    context->saved_data["count"] = count;
    context->saved_data["epsilon"] = epsilon;
    return std::get<0>(at::native_batch_norm(x, weight, bias, mean.to(type), variance.to(type),
                                             /*training=*/false, 0, epsilon));
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(),
                "batch norm over several replicas has no second derivative");
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    auto capsule = context->saved_data["group"].toCapsule();
    auto &group = static_cast<ProcessGroup &>(*capsule);
    double count = context->saved_data["count"].toDouble();
    double epsilon = context->saved_data["epsilon"].toDouble();
    auto type = weight.scalar_type();
    auto inverse = at::rsqrt(variance + epsilon);
    auto dy = gradients[0].contiguous(x.suggest_memory_format());
    // dy * weight * inverse, the sum of dy * xhat, the sum of dy.
    auto [dx, d_weight, d_bias] = at::native_batch_norm_backward(
        dy, x, weight, mean.to(type), variance.to(type), mean.to(type), inverse.to(type),
        /*train=*/false, epsilon, {true, true, true});
    auto sums = at::stack({d_weight, d_bias}).to(at::kDouble);
    group.all_reduce(sums);
    auto scale = weight.to(at::kDouble) * inverse / count;
    dx.addcmul_(x - per_channel(mean, x), per_channel(scale * inverse * sums[0], x), -1);
    dx.sub_(per_channel(scale * sums[1], x));
    return {dx, d_weight, d_bias, {}, {}, {}, {}, {}};
  }
};

} // namespace

ct_status ct_sync_batch_norm(const ct_process_group *group, const ct_tensor *x,
                             const ct_tensor *weight, const ct_tensor *bias,
                             ct_tensor *running_mean, ct_tensor *running_variance,
                             double momentum, double epsilon, ct_tensor **out) {
  return produce(out, [&] {
    return SyncBatchNorm::apply(unwrap(x), unwrap(weight), unwrap(bias), unwrap(group),
                                unwrap(running_mean).detach(), unwrap(running_variance).detach(),
                                momentum, epsilon);
  });
}
