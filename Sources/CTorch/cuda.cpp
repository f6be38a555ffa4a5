// libtorch's CUDA part, which registers its back end when it is loaded: when a program asks for a CUDA device.

#include "cuda.hpp"
#include "guarded.hpp"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>

#include <torch/version.h>

#include <cstdlib>
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

using namespace ctorch;

namespace {

/// Directory of the libtorch that this process runs on, with its last slash.
std::string torch_directory() {
  void *host = dlopen("libtorch_cpu.so", RTLD_NOW | RTLD_NOLOAD);
  link_map *map = nullptr;
  if (!host || dlinfo(host, RTLD_DI_LINKMAP, &map) != 0)
    return "";
  std::string path = map->l_name;
  return path.substr(0, path.rfind('/') + 1);
}

/// What libtorch warns of while it looks for devices: the driver's own reason.
struct HeardWarning final : c10::WarningHandler {
  std::string text;
  void process(const c10::Warning &warning) override { text = warning.msg(); }
};

/// The same bytes from the same run: sums in a fixed order, before any handle of cuBLAS reads its environment. What has
/// no such kernel in libtorch warns.
void fix_orders() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  // Every value that is read has been written.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}

/// Empty when CUDA can be used. libtorch looks for its CUDA part once, so nothing may ask it before.
std::string find_obstacle() {
  const std::string library = torch_directory() + "libtorch_cuda.so";
  if (access(library.c_str(), F_OK) != 0)
    return "this libtorch is a CPU build: there is no " + library +
           "; LSKD_TORCH=cuda make setup fetches a CUDA build";
  if (!dlopen("libcuda.so.1", RTLD_LAZY))
    return "this machine has no NVIDIA driver: there is no libcuda.so.1";
  if (!dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL))
    return std::string("libtorch's CUDA part cannot be loaded: ") + dlerror();
  fix_orders();
  HeardWarning heard;
  c10::WarningUtils::WarningHandlerGuard guard(&heard);
  if (at::detail::getCUDAHooks().deviceCount() > 0)
    return "";
  return "the NVIDIA driver offers no device" + (heard.text.empty() ? "" : ": " + heard.text);
}

const std::string &obstacle() {
  static const std::string found = [] {
    std::string text;
    if (guarded([&] { text = find_obstacle(); }) != CT_OK)
      text = "libtorch's CUDA part does not start: " + last_error();
    return text;
  }();
  return found;
}

} // namespace

nccl::Open *ctorch::nccl_opener() {
  static auto *opener = [] {
    void *library = dlopen(nccl::library, RTLD_NOW);
    TORCH_CHECK(library, "cannot join replicas on CUDA: ", dlerror());
    return reinterpret_cast<nccl::Open *>(dlsym(library, nccl::open_name));
  }();
  TORCH_CHECK(opener, "cannot join replicas on CUDA: ", nccl::library,
              " was built without NCCL's headers; build it with a CUDA build of libtorch");
  return opener;
}

const char *ct_cuda_obstacle(void) { return obstacle().empty() ? nullptr : obstacle().c_str(); }

int32_t ct_cuda_device_count(void) {
  int32_t count = 0;
  if (!obstacle().empty() || guarded([&] {
        count = static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
      }) != CT_OK)
    return 0;
  return count;
}

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 9

int64_t ct_device_peak_memory(ct_device target) {
  int64_t bytes = 0;
  auto status = guarded([&] {
    auto where = device(target);
    if (where.is_cpu())
      return;
    auto stats = c10::getDeviceAllocator(where.type())->getDeviceStats(where.index());
    bytes = stats.allocated_bytes[0].peak;
  });
  return status == CT_OK ? bytes : 0;
}

void ct_restart_device_peak_memory(ct_device target) {
  // Without an allocator there is no peak either.
  (void)guarded([&] {
    auto where = device(target);
    if (!where.is_cpu())
      c10::getDeviceAllocator(where.type())->resetPeakStats(where.index());
  });
}

#else

int64_t ct_device_peak_memory(ct_device) { return 0; }
void ct_restart_device_peak_memory(ct_device) {}

#endif
