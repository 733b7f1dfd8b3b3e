#define _GNU_SOURCE
#include "CStartup.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// OpenBLAS sets its buffers aside while it is loaded, before `main`, and asks again without end where the
// system has no address space for them. So this runs earlier still: what the loader calls before any
// library is set up. The C library's own variables, `environ` too, are not there yet.

enum { mostThreads = 128 };

uint64_t zooBlasBuffer(void) { return 128u << 20; }

uint64_t zooOwnSpace(void) { return 256u << 20; }

uint64_t zooAddressSpaceLimit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return limit.rlim_cur;
}

uint64_t zooAddressSpaceTaken(void) {
  char text[64];
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  if (count <= 0) return 0;
  text[count] = '\0';
  uint64_t pages = 0;
  for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++) {
    pages = 10 * pages + (uint64_t)(*digit - '0');
  }
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/// The number that a variable of the environment gives; 0 where it gives none.
static int number(char **environment, const char *name) {
  size_t length = strlen(name);
  for (; environment != NULL && *environment != NULL; environment++) {
    if (strncmp(*environment, name, length) != 0 || (*environment)[length] != '=') continue;
    int value = 0;
    for (const char *digit = *environment + length + 1; *digit >= '0' && *digit <= '9'; digit++) {
      if (value > mostThreads) break;
      value = 10 * value + (*digit - '0');
    }
    return value;
  }
  return 0;
}

/// How many threads OpenBLAS begins with: as many as there are processors, or fewer where it is told so.
static int threads(char **environment) {
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  const char *names[] = {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"};
  for (int i = 0; i < 3; i++) {
    int asked = number(environment, names[i]);
    if (asked > 0 && asked < count) count = asked;
  }
  return count < mostThreads ? count : mostThreads;
}

static void checkAddressSpace(int argumentCount, char **arguments, char **environment) {
  (void)argumentCount;
  (void)arguments;
  uint64_t limit = zooAddressSpaceLimit();
  if (limit == 0) return;
  int count = threads(environment);
  uint64_t needed = zooAddressSpaceTaken() + (uint64_t)count * zooBlasBuffer() + zooOwnSpace();
  if (limit >= needed) return;
  char text[512];
  int length = snprintf(
      text, sizeof text,
      "zoo: the address space is limited to %llu MB (ulimit -v); on %d thread%s at least %llu MB are "
      "needed, and more for large models\n"
      "  raise the limit: ulimit -v unlimited%s\n",
      (unsigned long long)(limit >> 20), count, count == 1 ? "" : "s",
      (unsigned long long)(needed >> 20),
      count > 1 ? "; or ask for fewer threads: OMP_NUM_THREADS=1" : "");
  if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) _exit(1);
  _exit(1);
}

__attribute__((used, retain, section(".preinit_array"))) static void (*const early)(
    int, char **, char **) = checkAddressSpace;
