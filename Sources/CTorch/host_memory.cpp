// Large host blocks kept for reuse.
//
// A training step allocates and frees the same activations again and again. The system's allocator
// returns blocks of this size to the kernel, so that every step pays for faulting the pages in anew. Here blocks
// of at least 1 MiB are mapped once, on huge pages where the kernel offers them, and kept by size.

#include "guarded.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <sys/mman.h>

#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace {

constexpr size_t large = size_t(1) << 20;
constexpr size_t huge_page = size_t(2) << 20;

class HostBlocks {
public:
  void *take(size_t bytes) {
    size_t size = (bytes + huge_page - 1) / huge_page * huge_page;
    {
      std::lock_guard lock(mutex_);
      if (auto &kept = free_[size]; !kept.empty()) {
        void *block = kept.back();
        kept.pop_back();
        return block;
      }
    }
    void *block = map(size);
    if (!block) {
      release(); // What was kept in other sizes may be enough.
      block = map(size);
    }
    std::lock_guard lock(mutex_);
    if (!block)
      return nullptr;
    sizes_[block] = size;
    return block;
  }

  /// Takes a block back; false when it is not one of these.
  bool give(void *block) {
    if (reinterpret_cast<uintptr_t>(block) % huge_page != 0)
      return false;
    std::lock_guard lock(mutex_);
    auto found = sizes_.find(block);
    if (found == sizes_.end())
      return false;
    size_t size = found->second;
    free_[size].push_back(block);
    return true;
  }

  void release() {
    std::lock_guard lock(mutex_);
    for (auto &[size, blocks] : free_) {
      for (void *block : blocks) {
        munmap(block, size);
        sizes_.erase(block);
      }
      blocks.clear();
    }
  }

private:
  static void *map(size_t size) {
    // One huge page more than needed, cut to alignment.
    size_t wide = size + huge_page;
    void *start = mmap(nullptr, wide, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
      return nullptr;
    auto first = reinterpret_cast<uintptr_t>(start);
    auto aligned = (first + huge_page - 1) / huge_page * huge_page;
    if (aligned > first)
      munmap(start, aligned - first);
    if (size_t rest = first + wide - (aligned + size))
      munmap(reinterpret_cast<void *>(aligned + size), rest);
    auto *block = reinterpret_cast<void *>(aligned);
    madvise(block, size, MADV_HUGEPAGE);
    return block;
  }

  std::mutex mutex_;
  std::unordered_map<size_t, std::vector<void *>> free_;
  std::unordered_map<void *, size_t> sizes_;
};

HostBlocks &blocks() {
  static auto *shared = new HostBlocks; // Never destroyed: tensors may outlive static destructors.
  return *shared;
}

void free_block(void *block) {
  if (!blocks().give(block))
    c10::free_cpu(block);
}

struct ReusingAllocator final : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    void *block = bytes < large ? c10::alloc_cpu(bytes) : blocks().take(bytes);
    if (!block && bytes > 0)
      throw std::bad_alloc();
    return {block, block, &free_block, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }

  void copy_data(void *target, const void *source, size_t count) const override {
    std::memcpy(target, source, count);
  }
};

/// Installed when the library is loaded, before the first tensor exists.
const bool installed = [] {
  static auto *allocator = new ReusingAllocator;
  c10::SetCPUAllocator(allocator, /*priority=*/1);
  return true;
}();

} // namespace

void ct_release_host_cache(void) {
  (void)installed;
  blocks().release();
}
