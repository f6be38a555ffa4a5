#pragma once

#include "kernels.hpp"

// One of each instruction set that a processor of the family may have; `available` says which it has.
#if defined(__x86_64__)
namespace kernels::avx512 {
extern const Table table;
}
namespace kernels::avx2 {
extern const Table table;
}
#elif defined(__aarch64__)
namespace kernels::neon {
extern const Table table;
}
#endif
