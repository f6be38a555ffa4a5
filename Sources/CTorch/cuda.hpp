#pragma once

#include "nccl.hpp"

namespace ctorch {

/// The function that joins replicas over NCCL, out of its own library; throws where that was built without NCCL.
nccl::Open *nccl_opener();

} // namespace ctorch
