#include "elements.hpp"
#include "guarded.hpp"
#include "parallel.hpp"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <cmath>
#include <limits>

using namespace ctorch;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// How the elements of an NCHW tensor lie in memory: runs of `run` neighbours share a channel, and
/// channels follow each other. Contiguous: run = H * W; channels-last: run = 1.
struct Order {
  int64_t channels, run;
};

/// Rows of work per parallel chunk; fixed, so that sums do not depend on the number of threads.
constexpr int64_t chunk_elements = 1 << 15;
constexpr int64_t lanes = 16;

inline int64_t chunks_of(int64_t elements) {
  return (elements + chunk_elements - 1) / chunk_elements;
}

template <typename T> inline T masked_difference(T s, T t, T m) {
  T target = t > m ? t : m;
  T difference = s - target;
  return (s > target || target > T(0)) ? difference : T(0);
}

/// Calls `visit(first, count, margin_pointer, margin_stride)` over pieces of [begin, end) within which
/// the margin is either constant (stride 0) or runs through the channels (stride 1).
template <typename T, typename Visit>
inline void walk(int64_t begin, int64_t end, Order order, const T *margin, Visit &&visit) {
  while (begin < end) {
    int64_t channel = (begin / order.run) % order.channels;
    bool through_channels = order.run == 1;
    int64_t piece = through_channels ? order.channels - channel : order.run - begin % order.run;
    int64_t count = std::min(piece, end - begin);
    visit(begin, count, margin + channel, through_channels ? 1 : 0);
    begin += count;
  }
}

template <typename T>
double sum_piece(const T *s, const T *t, const T *m, int64_t stride, int64_t count) {
  std::array<T, lanes> sums{};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane) {
      T d = masked_difference(s[i + lane], t[i + lane], m[(i + lane) * stride]);
      sums[lane] += d * d;
    }
  double total = 0;
  for (T sum : sums)
    total += sum;
  for (; i < count; ++i) {
    T d = masked_difference(s[i], t[i], m[i * stride]);
    total += static_cast<double>(d) * d;
  }
  return total;
}

template <typename T>
double partial_l2(const at::Tensor &s, const at::Tensor &t, const at::Tensor &m, Order order) {
  const T *sp = elements<T>(s), *tp = elements<T>(t), *mp = elements<T>(m);
  int64_t total = s.numel(), chunks = chunks_of(total);
  std::vector<double> sums(chunks, 0.0);
  for_each_block(chunks, [&](int64_t c) {
    int64_t begin = c * chunk_elements, end = std::min(total, begin + chunk_elements);
    walk<T>(begin, end, order, mp, [&](int64_t at, int64_t n, const T *margin, int64_t stride) {
      sums[c] += sum_piece(sp + at, tp + at, margin, stride, n);
    });
  });
  double sum = 0;
  for (double part : sums)
    sum += part;
  return sum;
}

template <typename T>
void partial_l2_gradient(const at::Tensor &s, const at::Tensor &t, const at::Tensor &m,
                         at::Tensor &out, Order order, T factor) {
  const T *sp = elements<T>(s), *tp = elements<T>(t), *mp = elements<T>(m);
  T *op = out.data_ptr<T>();
  int64_t total = s.numel();
  for_each_block(chunks_of(total), [&](int64_t c) {
    int64_t begin = c * chunk_elements, end = std::min(total, begin + chunk_elements);
    walk<T>(begin, end, order, mp, [&](int64_t at, int64_t n, const T *margin, int64_t stride) {
      for (int64_t i = 0; i < n; ++i)
        op[at + i] = factor * masked_difference(sp[at + i], tp[at + i], margin[i * stride]);
    });
  });
}

Order order_of(const at::Tensor &s) {
  bool channels_last = s.is_contiguous(at::MemoryFormat::ChannelsLast) && !s.is_contiguous();
  return {s.size(1), channels_last ? 1 : s.size(2) * s.size(3)};
}

/// The value and the gradient in one pass each over student and teacher, without intermediates.
struct PartialL2 : torch::autograd::Function<PartialL2> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &student,
                            const at::Tensor &teacher, const at::Tensor &margin) {
    auto format = student.is_contiguous() ? at::MemoryFormat::Contiguous
                                          : at::MemoryFormat::ChannelsLast;
    auto s = student.contiguous(format), t = teacher.contiguous(format);
    context->save_for_backward({s, t, margin});
    bool is_double = s.scalar_type() == at::kDouble;
    double sum = is_double ? partial_l2<double>(s, t, margin, order_of(s))
                           : partial_l2<float>(s, t, margin, order_of(s));
    // Beyond float32 the sum is infinite, which the training reports; libtorch would refuse the number.
    bool overflows = !is_double && std::abs(sum) > std::numeric_limits<float>::max();
    return at::full({}, overflows ? std::numeric_limits<double>::infinity() : sum, s.options());
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &s = saved[0], &t = saved[1], &m = saved[2];
    auto out = at::empty_like(s);
    double factor = 2 * gradients[0].item<double>();
    if (s.scalar_type() == at::kDouble)
      partial_l2_gradient<double>(s, t, m, out, order_of(s), factor);
    else
      partial_l2_gradient<float>(s, t, m, out, order_of(s), static_cast<float>(factor));
    return {out, {}, {}};
  }
};

/// The same from single operations, for devices and dtypes without a kernel of our own.
at::Tensor composed(const at::Tensor &s, const at::Tensor &t, const at::Tensor &m) {
  auto target = at::maximum(t, m.reshape({1, -1, 1, 1}).to(t.scalar_type()));
  auto counted = at::gt(s, target).logical_or(at::gt(target, 0));
  return at::sum(at::mul(at::square(at::sub(s, target).to(at::kFloat)), counted));
}

} // namespace

ct_status ct_partial_l2(const ct_tensor *student, const ct_tensor *teacher,
                        const ct_tensor *margin, ct_tensor **out) {
  return produce(out, [&] {
    const auto &s = unwrap(student), &t = unwrap(teacher), &m = unwrap(margin);
    TORCH_CHECK(s.dim() == 4 && s.sizes() == t.sizes(), "student tap ", s.sizes(),
                " and teacher tap ", t.sizes(), " must be [N, C, H, W] of equal shape");
    TORCH_CHECK(m.numel() == s.size(1), "need one margin for each of ", s.size(1), " channels");
    bool own_kernel = s.is_cpu() && t.is_cpu() && s.scalar_type() == t.scalar_type() &&
                      s.scalar_type() == m.scalar_type() &&
                      (s.scalar_type() == at::kFloat || s.scalar_type() == at::kDouble);
    return own_kernel ? PartialL2::apply(s, t, m.contiguous()) : composed(s, t, m);
  });
}
