// Starts the program that decodes DICOM files: memory files and seals are macros and variadic calls, which
// Swift does not see.
#ifndef CWORKER_H
#define CWORKER_H

#include <sys/types.h>

/// A process that was started.
typedef struct {
  pid_t process;
  int conversation;  ///< Our end of the socket that is its standard input.
  int memory;        ///< The memory file that is its descriptor 3; it can grow, not shrink.
} ZooWorker;

/// Starts a program without arguments or variables, its output thrown away. 0, or the error's number.
int zooStartWorker(const char *program, ZooWorker *worker);

#endif
