// How the threads of one operation wait for each other.
//
// Left alone, OpenMP's threads spin while they wait. On a machine with other work they then keep the cores on which their
// siblings wait to run. Runtimes read the environment when they are loaded, which is before the constructors of a program;
// only its .preinit_array comes earlier.

#include "ctorch.h"

#include <cstdlib>
#include <initializer_list>

namespace {

bool was_chosen = false;

void choose_wait_policy(int, char **, char **) {
  // GNU's runtime, and those of LLVM and Intel: whoever set one of these knows what they want.
  for (auto name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY"})
    if (getenv(name)) return;
  was_chosen = setenv("OMP_WAIT_POLICY", "passive", 0) == 0;
}

__attribute__((section(".preinit_array"), used)) void (*entry)(int, char **, char **) =
    choose_wait_policy;

} // namespace

bool ct_chose_passive_waiting(void) { return was_chosen; }
