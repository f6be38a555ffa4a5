// Maps that libtorch's CUDA kernels differentiate by atomic additions, which sum in another order every time. Both act
// along the rows and along the columns alone, so that their gradient is two matrix products, whose order is fixed.

#include "guarded.hpp"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <map>
#include <mutex>
#include <tuple>

using namespace ctorch;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

enum class Kind : int64_t { bilinear, average };

/// What every output of one axis takes of every input, [outputs, inputs].
at::Tensor shares(Kind kind, int64_t outputs, int64_t inputs, at::TensorOptions options) {
  auto table = at::zeros({outputs, inputs}, at::kDouble);
  auto rows = table.accessor<double, 2>();
  for (int64_t o = 0; o < outputs; ++o) {
    if (kind == Kind::average) {
      int64_t begin = o * inputs / outputs, end = ((o + 1) * inputs + outputs - 1) / outputs;
      for (int64_t i = begin; i < end; ++i)
        rows[o][i] = 1.0 / static_cast<double>(end - begin);
    } else {
      double place = outputs > 1 ? static_cast<double>(o * (inputs - 1)) / (outputs - 1) : 0;
      auto left = std::min(static_cast<int64_t>(place), inputs - 1);
      double share = place - static_cast<double>(left);
      rows[o][left] = 1 - share;
      if (left + 1 < inputs)
        rows[o][left + 1] = share;
    }
  }
  return table.to(options);
}

/// The same for one axis of a gradient, computed once: a copy to a device would wait for all work queued there.
const at::Tensor &known_shares(Kind kind, int64_t outputs, int64_t inputs,
                               const at::TensorOptions &options) {
  using Key = std::tuple<Kind, int64_t, int64_t, at::ScalarType, at::DeviceType, int>;
  static std::mutex lock;
  // Never destroyed: CUDA ends before statics do.
  static auto &known = *new std::map<Key, at::Tensor>;
  auto place = options.device();
  Key key{kind,         outputs,      inputs, at::typeMetaToScalarType(options.dtype()),
          place.type(), place.index()};
  std::lock_guard<std::mutex> guard(lock);
  auto &table = known[key];
  if (!table.defined())
    table = shares(kind, outputs, inputs, options);
  return table;
}

/// libtorch's forward pass, and the gradient by products.
struct Separable : torch::autograd::Function<Separable> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x, int64_t height,
                            int64_t width, int64_t kind) {
    context->saved_data["kind"] = kind;
    context->saved_data["size"] = std::vector<int64_t>{x.size(2), x.size(3)};
    context->saved_data["format"] = static_cast<int64_t>(x.suggest_memory_format());
    return Kind(kind) == Kind::average
               ? at::adaptive_avg_pool2d(x, {height, width})
               : at::upsample_bilinear2d(x, at::IntArrayRef({height, width}),
                                         /*align_corners=*/true);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto &gradient = gradients[0];
    auto kind = Kind(context->saved_data["kind"].toInt());
    auto size = context->saved_data["size"].toIntVector();
    auto type = gradient.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    auto along = [&](int axis) {
      return known_shares(kind, gradient.size(2 + axis), size[axis], gradient.options().dtype(type));
    };
    auto sums = at::matmul(at::matmul(along(0).t(), gradient.to(type)), along(1));
    auto format = static_cast<at::MemoryFormat>(context->saved_data["format"].toInt());
    return {sums.to(gradient.scalar_type()).contiguous(format), {}, {}, {}};
  }
};

at::Tensor separable(const at::Tensor &x, int64_t height, int64_t width, Kind kind) {
  return Separable::apply(x, height, width, static_cast<int64_t>(kind));
}

} // namespace

ct_status ct_resize_bilinear(const ct_tensor *x, int64_t height, int64_t width, bool ordered,
                             ct_tensor **out) {
  return produce(out, [&] {
    return ordered ? separable(unwrap(x), height, width, Kind::bilinear)
                   : at::upsample_bilinear2d(unwrap(x), at::IntArrayRef({height, width}),
                                             /*align_corners=*/true);
  });
}

ct_status ct_adaptive_average_pool(const ct_tensor *x, int64_t height, int64_t width, bool ordered,
                                   ct_tensor **out) {
  return produce(out, [&] {
    return ordered ? separable(unwrap(x), height, width, Kind::average)
                   : at::adaptive_avg_pool2d(unwrap(x), {height, width});
  });
}
