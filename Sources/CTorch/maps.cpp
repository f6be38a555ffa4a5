#include "guarded.hpp"

#include <ATen/Context.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ne.h>
#include <c10/core/GradMode.h>

#include <mutex>

using namespace ctorch;

ct_status ct_pad(const ct_tensor *x, int64_t amount, ct_tensor **out) {
  return produce(out, [&] {
    return at::constant_pad_nd(unwrap(x), {amount, amount, amount, amount}, 0);
  });
}

// One matrix product in the layout of the maps, and so is its gradient, an outer product.
ct_status ct_weigh_channels(const ct_tensor *x, const ct_tensor *weights, ct_tensor **out) {
  return produce(out, [&] {
    const auto &maps = unwrap(x);
    const auto n = maps.size(0), c = maps.size(1), h = maps.size(2), w = maps.size(3);
    auto sums = maps.is_contiguous(at::MemoryFormat::ChannelsLast)
                    ? at::matmul(maps.permute({0, 2, 3, 1}).reshape({n, h * w, c}),
                                 unwrap(weights).transpose(1, 2))
                    : at::matmul(unwrap(weights), maps.reshape({n, c, h * w}));
    return sums.reshape({n, 1, h, w});
  });
}

// A generator of its own: the process-wide one is looked at and stays as it was.
static at::Generator generator(const at::Device &device, uint64_t seed) {
  auto known = at::globalContext().defaultGenerator(device);
  at::Generator own;
  {
    std::lock_guard<std::mutex> lock(known.mutex());
    own = known.clone();
  }
  own.set_current_seed(seed);
  return own;
}

ct_status ct_dropout(const ct_tensor *x, double probability, uint64_t seed, ct_tensor **out) {
  return produce(out, [&] {
    const auto &values = unwrap(x);
    at::Tensor mask;
    {
      at::NoGradGuard no_gradient;
      mask = at::empty_like(values);
      mask.bernoulli_(1 - probability, generator(values.device(), seed)).div_(1 - probability);
    }
    return values.mul(mask);
  });
}

ct_status ct_pixel_cross_entropy(const ct_tensor *logits, const ct_tensor *labels, int64_t ignored,
                                 ct_tensor **out) {
  return produce(out, [&] {
    // On CUDA the loss itself would add up all pixels in no fixed order.
    auto reduction = unwrap(logits).is_cuda() ? at::Reduction::None : at::Reduction::Sum;
    auto losses = at::cross_entropy_loss(unwrap(logits), unwrap(labels), std::nullopt, reduction,
                                         ignored);
    return losses.sum().div(at::ne(unwrap(labels), ignored).sum().clamp_min(1));
  });
}

ct_status ct_largest_position(const ct_tensor *x, int64_t axis, ct_tensor **out) {
  return produce(out, [&] { return at::argmax(unwrap(x), axis).to(at::kByte); });
}
