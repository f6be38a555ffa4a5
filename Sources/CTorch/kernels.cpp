#include "kernels.hpp"
#include "kernels_tables.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace kernels {

namespace {

struct Free {
  void operator()(float *pointer) const { std::free(pointer); }
};

/// What a thread has been told to take.
struct Choice {
  bool is_forced = false;
  const Table *table = nullptr;
};
thread_local Choice choice;

struct Available {
  const Table *tables[3] = {};

  Available() {
#if defined(__x86_64__)
    int count = 0;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
      tables[count++] = &avx512::table;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      tables[count++] = &avx2::table;
#elif defined(__aarch64__)
    tables[0] = &neon::table;
#endif
  }
};

} // namespace

int64_t Shape::pixels_of_block(int64_t block) const {
  int64_t first = block * block_tiles, last = std::min(tiles(), first + block_tiles), count = 0;
  for (int64_t tile = first; tile < last; ++tile) {
    int64_t place = tile % (tile_rows() * tile_columns());
    count += std::min<int64_t>(4, height - place / tile_columns() * 4)
             * std::min<int64_t>(4, width - place % tile_columns() * 4);
  }
  return count;
}

const Table *const *available() {
  static const Available found;
  return found.tables;
}

const Table *active() { return choice.is_forced ? choice.table : available()[0]; }

bool force(const char *name) {
  if (!name) {
    choice = {};
    return true;
  }
  if (!std::strcmp(name, "none")) {
    choice = {true, nullptr};
    return true;
  }
  for (auto table = available(); *table; ++table)
    if (!std::strcmp((*table)->name, name)) {
      choice = {true, *table};
      return true;
    }
  return false;
}

float *scratch(int64_t floats) {
  thread_local std::unique_ptr<float, Free> memory;
  thread_local int64_t size = 0;
  if (size < floats) {
    memory.reset();
    size = 0;
    int64_t bytes = (floats * static_cast<int64_t>(sizeof(float)) + 63) / 64 * 64;
    memory.reset(static_cast<float *>(std::aligned_alloc(64, bytes)));
    if (!memory)
      throw std::bad_alloc();
    size = floats;
  }
  return memory.get();
}

} // namespace kernels
