// An fsync that takes as long as a busy disk's: gcc -shared -fPIC -o slow_fsync.so slow_fsync.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

int fsync(int descriptor) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  const char *microseconds = getenv("SLOW_FSYNC_MICROSECONDS");
  usleep(microseconds ? (unsigned)atoi(microseconds) : 20000);
  return real(descriptor);
}
