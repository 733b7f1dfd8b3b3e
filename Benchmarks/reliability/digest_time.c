// What SHA-256 costs a run: processor time within EVP_DigestUpdate, bytes, and the process's own, at its end.
//   gcc -O2 -shared -fPIC -o digest_time.so digest_time.c
//   DIGEST_TIME=FILE LD_PRELOAD=./digest_time.so zoo compare …
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static atomic_llong nanoseconds, bytes, calls;

static long long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int EVP_DigestUpdate(void *context, const void *data, size_t count) {
  static int (*real)(void *, const void *, size_t);
  if (!real) real = (int (*)(void *, const void *, size_t))dlsym(RTLD_NEXT, "EVP_DigestUpdate");
  long long start = now(CLOCK_THREAD_CPUTIME_ID);
  int result = real(context, data, count);
  nanoseconds += now(CLOCK_THREAD_CPUTIME_ID) - start;
  bytes += (long long)count;
  calls++;
  return result;
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("DIGEST_TIME");
  FILE *file = path ? fopen(path, "a") : NULL;
  if (!file) return;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double whole = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
                 1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  fprintf(file, "%lld calls, %.1f MB, %.4f s of %.2f s of processor time: %.2f %%\n", (long long)calls,
          (double)bytes / 1e6, (double)nanoseconds / 1e9, whole, (double)nanoseconds / 1e7 / whole);
  fclose(file);
}
