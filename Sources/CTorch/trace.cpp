#include "guarded.hpp"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <torch/csrc/autograd/generated/Functions.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

using namespace ctorch;
using namespace torch::autograd;
namespace nodes = torch::autograd::generated;

namespace {

struct Step {
  ct_step_kind kind = CT_STEP_OTHER;
  std::string name;
  std::vector<int32_t> inputs;
  std::vector<int64_t> shape, numbers;
  at::Tensor operand;
  int32_t parameter = -1;
  /// Only compared; the graph may be gone.
  const Node *node = nullptr;
};

} // namespace

struct ct_trace {
  std::vector<Step> steps;
};

static std::vector<int64_t> integers(const std::vector<c10::SymInt> &list) {
  std::vector<int64_t> values;
  for (const auto &value : list)
    values.push_back(value.expect_int());
  return values;
}

static const ct_trace *checked(const ct_trace *trace, int32_t index) {
  TORCH_CHECK(index >= 0 && static_cast<size_t>(index) < trace->steps.size(), "no step ", index);
  return trace;
}

static bool keeps_elements(const std::string &name) {
  for (auto known : {"ViewBackward0", "ReshapeAliasBackward0", "UnsafeViewBackward0",
                     "TransposeBackward0", "PermuteBackward0", "CloneBackward0", "TBackward0",
                     "ToCopyBackward0", "AddBackward1", "ConstantPadNdBackward0"})
    if (name == known)
      return true;
  return false;
}

static int32_t leaf_of(const std::vector<Step> &steps, int32_t index) {
  while (index >= 0 && steps[index].kind == CT_STEP_ISOMETRY)
    index = steps[index].inputs[0];
  return index >= 0 && steps[index].kind == CT_STEP_LEAF ? index : -1;
}

/// Reads what a node's derivative was saved with. The names are those of libtorch's generated derivatives.
static void describe(Step &step, Node &node, const std::vector<Step> &earlier) {
  const auto &name = step.name;
  auto input = [&](size_t index) { return index < step.inputs.size() ? step.inputs[index] : -1; };
  if (auto *leaf = dynamic_cast<AccumulateGrad *>(&node)) {
    step.kind = CT_STEP_LEAF;
    step.operand = leaf->variable;
    step.shape = leaf->variable.sizes().vec();
  } else if (name == "ConvolutionBackward0") {
    auto &saved = static_cast<nodes::ConvolutionBackward0 &>(node);
    if (saved.transposed)
      return;
    step.kind = CT_STEP_CONVOLUTION;
    step.operand = saved.weight_.unpack();
    for (const auto *list : {&saved.stride, &saved.padding, &saved.dilation})
      for (auto value : integers(*list))
        step.numbers.push_back(value);
    step.numbers.push_back(saved.groups.expect_int());
    step.parameter = leaf_of(earlier, input(1));
    step.inputs.resize(1);
  } else if (name == "NativeBatchNormBackward0") {
    auto &saved = static_cast<nodes::NativeBatchNormBackward0 &>(node);
    if (saved.training)
      return;
    step.kind = CT_STEP_SCALE;
    step.operand = saved.weight_.unpack() / (saved.running_var_.unpack() + saved.eps).sqrt();
    step.parameter = leaf_of(earlier, input(1));
    step.inputs.resize(1);
  } else if (name == "AddmmBackward0") {
    auto &saved = static_cast<nodes::AddmmBackward0 &>(node);
    step.parameter = leaf_of(earlier, input(2));
    if (step.parameter < 0)
      return;
    step.kind = CT_STEP_LINEAR;
    step.operand = saved.mat2_.unpack().t();
    step.inputs = {input(1)};
  } else if (name == "AddBackward0") {
    if (static_cast<nodes::AddBackward0 &>(node).alpha.toDouble() == 1)
      step.kind = CT_STEP_SUM;
  } else if (name == "ReluBackward0" || name == "HardtanhBackward0") {
    step.kind = CT_STEP_RECTIFIER;
  } else if (name == "MaxPool2DWithIndicesBackward0") {
    auto &saved = static_cast<nodes::MaxPool2DWithIndicesBackward0 &>(node);
    step.kind = CT_STEP_MAX_POOL;
    step.numbers = {saved.kernel_size[0], saved.stride[0], saved.padding[0]};
  } else if (name == "AvgPool2DBackward0") {
    auto &saved = static_cast<nodes::AvgPool2DBackward0 &>(node);
    step.kind = CT_STEP_AVERAGE_POOL;
    step.numbers = {saved.kernel_size[0], saved.stride[0]};
  } else if (name == "MeanBackward1") {
    step.kind = CT_STEP_MEAN;
  } else if (name == "CatBackward0") {
    step.kind = CT_STEP_CONCATENATION;
  } else if (name == "SliceBackward0") {
    auto &saved = static_cast<nodes::SliceBackward0 &>(node);
    step.kind = CT_STEP_SELECTION;
    step.numbers = {saved.dim, saved.step.expect_int()};
  } else if (name == "UpsampleBilinear2DBackward0") {
    step.kind = CT_STEP_BILINEAR;
  } else if (name == "UpsampleNearest2DBackward0") {
    step.kind = CT_STEP_NEAREST;
  } else if (keeps_elements(name)) {
    step.kind = CT_STEP_ISOMETRY;
  }
}

/// Appends the steps behind `root` in an order in which inputs come first; the graph may be deep, so no recursion.
static void walk(Node *root, std::vector<Step> &steps) {
  std::unordered_map<Node *, int32_t> places;
  std::vector<std::pair<Node *, bool>> open = {{root, false}};
  while (!open.empty()) {
    auto [node, ready] = open.back();
    open.pop_back();
    if (places.count(node))
      continue;
    if (!ready) {
      open.push_back({node, true});
      for (const auto &edge : node->next_edges())
        if (edge.is_valid() && !places.count(edge.function.get()))
          open.push_back({edge.function.get(), false});
      continue;
    }
    Step step;
    step.name = node->name();
    step.node = node;
    for (const auto &edge : node->next_edges())
      step.inputs.push_back(edge.is_valid() ? places.at(edge.function.get()) : -1);
    if (node->num_inputs() > 0)
      for (const auto &extent : node->input_metadata(0).shape_as_dim_vector())
        step.shape.push_back(extent.expect_int());
    describe(step, *node, steps);
    places[node] = static_cast<int32_t>(steps.size());
    steps.push_back(std::move(step));
  }
}

ct_status ct_trace_open(const ct_tensor *tensor, ct_trace **out) {
  return guarded([&] {
    const auto &function = unwrap(tensor).grad_fn();
    TORCH_CHECK(function, "the tensor depends on nothing that autograd follows");
    auto trace = std::make_unique<ct_trace>();
    at::NoGradGuard no_gradient;
    walk(function.get(), trace->steps);
    *out = trace.release();
  });
}

void ct_trace_close(ct_trace *trace) { delete trace; }

int32_t ct_trace_count(const ct_trace *trace) { return static_cast<int32_t>(trace->steps.size()); }

ct_status ct_trace_step(const ct_trace *trace, int32_t index, ct_step *out) {
  return guarded([&] {
    const auto &step = checked(trace, index)->steps[index];
    *out = {step.kind,
            step.name.c_str(),
            step.inputs.data(),
            static_cast<int32_t>(step.inputs.size()),
            step.shape.data(),
            static_cast<int32_t>(step.shape.size()),
            step.numbers.data(),
            static_cast<int32_t>(step.numbers.size()),
            step.parameter};
  });
}

ct_status ct_trace_operand(const ct_trace *trace, int32_t index, ct_tensor **out) {
  return guarded([&] {
    const auto &operand = checked(trace, index)->steps[index].operand;
    *out = operand.defined() ? wrap(operand) : nullptr;
  });
}

ct_status ct_trace_index(const ct_trace *trace, const ct_tensor *tensor, int32_t *out) {
  return guarded([&] {
    const auto &sought = unwrap(tensor);
    *out = -1;
    const Node *made = sought.grad_fn().get();
    for (size_t index = 0; index < trace->steps.size(); ++index) {
      const auto &step = trace->steps[index];
      if (made ? step.node == made : step.kind == CT_STEP_LEAF && step.operand.is_same(sought))
        *out = static_cast<int32_t>(index);
    }
  });
}
