#include "guarded.hpp"

#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <c10/core/GradMode.h>

using namespace ctorch;

static std::optional<at::Tensor> optional(const ct_tensor *tensor) {
  return tensor ? std::optional<at::Tensor>(unwrap(tensor)) : std::nullopt;
}

// oneDNN's weight gradient of a strided 1 x 1 convolution of fewer than 16 channels, channels last, writes beyond its
// memory for odd batches on several threads (libtorch 2.13, in PyTorch as well). Taking the pixels first is the same sum.
static bool breaks_memory(const at::Tensor &x, const at::Tensor &weight, int64_t stride,
                          int64_t padding, int64_t groups) {
  return x.is_cpu() && x.dim() == 4 && weight.dim() == 4 && stride > 1 && padding == 0 &&
         groups == 1 && weight.size(2) == 1 && weight.size(3) == 1 && weight.size(1) < 16;
}

ct_status ct_conv2d(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                    int64_t stride, int64_t padding, int64_t dilation, int64_t groups,
                    ct_tensor **out) {
  return produce(out, [&] {
    if (breaks_memory(unwrap(x), unwrap(weight), stride, padding, groups)) {
      auto taken = unwrap(x).slice(2, 0, std::nullopt, stride).slice(3, 0, std::nullopt, stride);
      return at::conv2d(taken.contiguous(unwrap(x).suggest_memory_format()), unwrap(weight),
                        optional(bias));
    }
    return at::conv2d(unwrap(x), unwrap(weight), optional(bias), {stride, stride},
                      at::IntArrayRef({padding, padding}), {dilation, dilation}, groups);
  });
}

ct_status ct_transposed_conv2d(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                               int64_t stride, int64_t padding, ct_tensor **out) {
  return produce(out, [&] {
    return at::conv_transpose2d(unwrap(x), unwrap(weight), optional(bias), {stride, stride},
                                at::IntArrayRef({padding, padding}));
  });
}

ct_status ct_resize_nearest(const ct_tensor *x, int64_t height, int64_t width, ct_tensor **out) {
  return produce(out, [&] {
    return at::upsample_nearest2d(unwrap(x), at::IntArrayRef({height, width}));
  });
}

ct_status ct_linear(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                    ct_tensor **out) {
  return produce(out, [&] { return at::linear(unwrap(x), unwrap(weight), optional(bias)); });
}

ct_status ct_batch_norm(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                        ct_tensor *running_mean, ct_tensor *running_variance,
                        bool batch_statistics, double momentum, double epsilon, ct_tensor **out) {
  return produce(out, [&] {
    return at::batch_norm(unwrap(x), unwrap(weight), unwrap(bias), unwrap(running_mean),
                          unwrap(running_variance), batch_statistics, momentum, epsilon,
                          /*cudnn_enabled=*/true);
  });
}

ct_status ct_average_pool(const ct_tensor *x, int64_t kernel, int64_t stride, ct_tensor **out) {
  return produce(out, [&] {
    return at::avg_pool2d(unwrap(x), {kernel, kernel}, {stride, stride});
  });
}

ct_status ct_max_pool(const ct_tensor *x, int64_t kernel, int64_t stride, int64_t padding,
                      bool rounds_up, ct_tensor **out) {
  return produce(out, [&] {
    return at::max_pool2d(unwrap(x), {kernel, kernel}, {stride, stride}, {padding, padding},
                          {1, 1}, rounds_up);
  });
}

ct_status ct_log_softmax(const ct_tensor *x, int64_t axis, ct_tensor **out) {
  return produce(out, [&] { return at::log_softmax(unwrap(x), axis); });
}

ct_status ct_cross_entropy(const ct_tensor *logits, const ct_tensor *labels, ct_tensor **out) {
  return produce(out, [&] { return at::cross_entropy_loss(unwrap(logits), unwrap(labels)); });
}

ct_status ct_sgd_step(ct_tensor *const *parameters, ct_tensor *const *momenta, int32_t count,
                      double learning_rate, double momentum, double weight_decay, bool nesterov) {
  return guarded([&] {
    at::NoGradGuard no_gradient;
    std::vector<at::Tensor> values, gradients, buffers;
    for (int32_t i = 0; i < count; ++i) {
      const auto &parameter = unwrap(parameters[i]);
      if (!parameter.grad().defined())
        continue;
      values.push_back(parameter);
      // The kernel walks memory, so both must lie in the same order.
      gradients.push_back(parameter.grad().strides() == parameter.strides()
                              ? parameter.grad()
                              : at::empty_like(parameter).copy_(parameter.grad()));
      buffers.push_back(unwrap(momenta[i]));
    }
    if (!values.empty())
      at::_fused_sgd_(values, gradients, buffers, weight_decay, momentum, learning_rate,
                      /*dampening=*/0, nesterov, /*maximize=*/false, /*is_first_step=*/false);
  });
}
