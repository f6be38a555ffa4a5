// How the threads of one operation wait for each other.
//
// Left alone, OpenMP's threads spin while they wait. On a machine with other work they then keep the cores on which their
// siblings wait to run. The runtime reads the environment in its constructor, which comes before those of a program, and
// what the program's .preinit_array does to the environment is forgotten by then: so the process starts itself anew, which
// at that point costs no more than loading the libraries once again.

#include "ctorch.h"

#include <climits>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <unistd.h>

namespace {

char policy[] = "OMP_WAIT_POLICY=passive";
// Tells the new process, and a reader of its environment, who chose.
constexpr auto mark_name = "LSKD_WAIT_POLICY";
char mark[] = "LSKD_WAIT_POLICY=default";

bool holds(char **environment, const char *name) {
  auto length = strlen(name);
  for (; *environment; ++environment)
    if (!strncmp(*environment, name, length) && (*environment)[length] == '=') return true;
  return false;
}

void wait_passively(int, char **arguments, char **environment) {
  // GNU's runtime, and those of LLVM and Intel: whoever set one of these knows what they want.
  for (auto name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY"})
    if (holds(environment, name)) return;
  size_t count = 0;
  while (environment[count]) ++count;
  auto next = static_cast<char **>(calloc(count + 3, sizeof(char *)));
  char program[PATH_MAX];
  auto length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (!next || length <= 0) return;
  program[length] = 0;
  memcpy(next, environment, count * sizeof(char *));
  next[count] = policy;
  next[count + 1] = mark;
  execve(program, arguments, next);
  // Without a new process threads spin, which is slow in company and right all the same.
  free(next);
}

__attribute__((section(".preinit_array"), used)) void (*entry)(int, char **, char **) =
    wait_passively;

} // namespace

bool ct_chose_passive_waiting(void) {
  // The mark is inherited; a user may have chosen otherwise since.
  auto value = getenv("OMP_WAIT_POLICY");
  return getenv(mark_name) && value && !strcmp(value, "passive");
}
