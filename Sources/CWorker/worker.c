#define _GNU_SOURCE
#include "CWorker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { memoryPlace = 3 };

/// No signal blocked or ignored, as it may be in the thread that asks: the limit of processor time is one.
static int plainSignals(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int code = posix_spawnattr_setsigmask(attributes, &none);
  if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
  if (code != 0) return code;
  return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(const char *program, int theirs, ZooWorker *worker) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code != 0) return code;
  code = posix_spawnattr_init(&attributes);
  if (code != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return code;
  }
  code = plainSignals(&attributes);
  char *const arguments[] = {(char *)program, NULL};
  // No variables: they change what the library reads.
  char *const environment[] = {NULL};
  // Neither descriptor is 0 or 3 but by chance; a copy of one that is keeps it from being overwritten.
  if (code == 0) code = posix_spawn_file_actions_adddup2(&actions, theirs, 0);
  if (code == 0) code = posix_spawn_file_actions_adddup2(&actions, worker->memory, memoryPlace);
  for (int output = 1; output <= 2 && code == 0; output++) {
    code = posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0);
  }
  if (code == 0) code = posix_spawn(&worker->process, program, &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return code;
}

/// The same file under a number above those that the worker has a use for.
static int raised(int descriptor) {
  int high = fcntl(descriptor, F_DUPFD_CLOEXEC, memoryPlace + 1);
  close(descriptor);
  return high;
}

int zooStartWorker(const char *program, ZooWorker *worker) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  int theirs = raised(ends[1]);
  worker->conversation = ends[0];
  int memory = memfd_create("zoo-dicom", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  worker->memory = memory < 0 ? -1 : raised(memory);
  int code = theirs < 0 || worker->memory < 0 ? errno : 0;
  // A memory file that shrank under the reader's eyes would be a bus error.
  if (code == 0 && fcntl(worker->memory, F_ADD_SEALS, F_SEAL_SHRINK) != 0) code = errno;
  if (code == 0) code = spawn(program, theirs, worker);
  if (theirs >= 0) close(theirs);
  if (code != 0) {
    close(worker->conversation);
    if (worker->memory >= 0) close(worker->memory);
  }
  return code;
}
