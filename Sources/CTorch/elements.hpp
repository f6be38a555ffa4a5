#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

namespace ctorch {

/// A tensor's values to be read, in memory order; throws where they have another type.
///
/// `Tensor::const_data_ptr<T>` would do, but before 2.13 libtorch exports it under a name that Clang does not give it.
template <typename T> const T *elements(const at::Tensor &tensor) {
  TORCH_CHECK(tensor.scalar_type() == c10::CppTypeToScalarType<T>::value, "need ",
              c10::CppTypeToScalarType<T>::value, ", not ", tensor.scalar_type());
  return static_cast<const T *>(tensor.const_data_ptr());
}

} // namespace ctorch
