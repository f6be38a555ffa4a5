#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/ops/arange.h>
#include <c10/util/FunctionRef.h>

namespace ctorch {

/// Calls `body(i)` for i in [0, count) on libtorch's threads.
///
/// `at::parallel_for` is a template: it is parallel only where the caller is compiled with the OpenMP
/// runtime of libtorch, which another compiler does not have. An iterator is compiled in libtorch, so
/// here one visits the numbers 0 ..< count.
inline void for_each_block(int64_t count, c10::function_ref<void(int64_t)> body) {
  auto numbers = at::arange(count, at::kLong);
  auto iterator = at::TensorIterator::nullary_op(numbers);
  iterator.for_each(
      [&](char **data, const int64_t *strides, int64_t size) {
        for (int64_t i = 0; i < size; ++i)
          body(*reinterpret_cast<int64_t *>(data[0] + i * strides[0]));
      },
      /*grain_size=*/1);
}

} // namespace ctorch
