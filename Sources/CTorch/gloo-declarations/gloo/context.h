// libtorch's wheels hold Gloo's code but not its headers. These files declare the few names that libtorch's own
// header of the process group mentions; the suite holds such objects only by pointers that libtorch made.
#pragma once

#include <chrono>

namespace gloo {

class Context {
public:
  void setTimeout(std::chrono::milliseconds timeout);
};

} // namespace gloo
