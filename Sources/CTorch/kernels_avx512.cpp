#if defined(__x86_64__)

#include "kernels_tables.hpp"

#include <algorithm>
#include <cstring>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,fma"))), apply_to = function)

namespace kernels::avx512 {

constexpr char name[] = "avx512";
constexpr int lanes = 16;
/// 24 of 32 registers hold sums.
constexpr int product_panels = 4;

#include "kernels_channels.hpp"
#include "kernels_transforms.hpp"
#include "kernels_winograd.hpp"
#include "kernels_weight_gradient.hpp"
#include "kernels_table.hpp"

} // namespace kernels::avx512

#pragma clang attribute pop

#endif
