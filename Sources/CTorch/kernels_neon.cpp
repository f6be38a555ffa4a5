#if defined(__aarch64__)

#include "kernels_tables.hpp"

#include <algorithm>
#include <cstring>

namespace kernels::neon {

constexpr char name[] = "neon";
constexpr int lanes = 4;
/// 24 of 32 registers hold sums.
constexpr int product_panels = 1;

#include "kernels_channels.hpp"
#include "kernels_transforms.hpp"
#include "kernels_winograd.hpp"
#include "kernels_weight_gradient.hpp"
#include "kernels_table.hpp"

} // namespace kernels::neon

#endif
