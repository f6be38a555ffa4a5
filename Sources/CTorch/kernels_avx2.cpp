#if defined(__x86_64__)

#include "kernels_tables.hpp"

#include <algorithm>
#include <cstring>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

namespace kernels::avx2 {

constexpr char name[] = "avx2";
constexpr int lanes = 8;
/// 12 of 16 registers hold sums.
constexpr int product_panels = 1;

#include "kernels_channels.hpp"
#include "kernels_transforms.hpp"
#include "kernels_winograd.hpp"
#include "kernels_weight_gradient.hpp"
#include "kernels_table.hpp"

} // namespace kernels::avx2

#pragma clang attribute pop

#endif
