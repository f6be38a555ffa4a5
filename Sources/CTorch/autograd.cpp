#include "guarded.hpp"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

using namespace ctorch;

bool ct_set_gradient_mode(bool enabled) {
  bool previous = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled);
  return previous;
}

ct_status ct_set_autocast(bool enabled, ct_dtype dtype, ct_device target) {
  return guarded([&] {
    auto type = device(target).type();
    if (enabled) {
      at::autocast::set_autocast_dtype(type, scalar_type(dtype));
      at::autocast::increment_nesting();
    } else if (at::autocast::is_autocast_enabled(type)) {
      if (at::autocast::decrement_nesting() == 0)
        at::autocast::clear_cache();
    }
    at::autocast::set_autocast_enabled(type, enabled);
  });
}

ct_status ct_set_requires_gradient(ct_tensor *tensor, bool required) {
  return guarded([&] { unwrap(tensor).set_requires_grad(required); });
}

bool ct_requires_gradient(const ct_tensor *tensor) { return unwrap(tensor).requires_grad(); }

ct_status ct_detach(const ct_tensor *tensor, ct_tensor **out) {
  return produce(out, [&] { return unwrap(tensor).detach(); });
}

ct_status ct_backward(const ct_tensor *tensor, bool retain_graph) {
  return guarded([&] { torch::autograd::backward({unwrap(tensor)}, {}, retain_graph); });
}

ct_status ct_gradient(const ct_tensor *tensor, ct_tensor **out) {
  return guarded([&] {
    const auto &gradient = unwrap(tensor).grad();
    *out = gradient.defined() ? wrap(gradient) : nullptr;
  });
}

ct_status ct_clear_gradient(ct_tensor *tensor) {
  return guarded([&] { unwrap(tensor).mutable_grad().reset(); });
}

ct_status ct_gradients_of(const ct_tensor *tensor, const ct_tensor *const *inputs, int32_t count,
                          bool retain_graph, bool create_graph, ct_tensor **out) {
  return guarded([&] {
    auto gradients =
        torch::autograd::grad({unwrap(tensor)}, unwrap_all(inputs, count), {}, retain_graph,
                              create_graph, /*allow_unused=*/true);
    for (int32_t i = 0; i < count; ++i)
      out[i] = gradients[i].defined() ? wrap(gradients[i]) : nullptr;
  });
}
