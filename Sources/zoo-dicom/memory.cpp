#include "memory.h"

#include "wire.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int memoryFile = 3;
constexpr rlim_t addressSpace = rlim_t{4} << 30;
constexpr rlim_t secondsPerFile = 60;

uint8_t *mapped = nullptr;
uint64_t mappedLength = 0;

void limit(int resource, rlim_t value) {
  rlimit old;
  if (getrlimit(resource, &old) != 0) return;
  const rlim_t most = old.rlim_max < value ? old.rlim_max : value;
  const rlimit changed = {most, old.rlim_max};
  setrlimit(resource, &changed);
}

}  // namespace

uint8_t *pixelMemory(uint64_t length) {
  if (length > mostPixelBytes) {
    throw Refusal{Status::tooLarge, "a frame takes " + std::to_string(length) + " bytes; at most " +
                                        std::to_string(mostPixelBytes) + " are read"};
  }
  if (length <= mappedLength) return mapped;
  struct stat facts;
  if (fstat(memoryFile, &facts) != 0 ||
      (static_cast<uint64_t>(facts.st_size) < length &&
       ftruncate(memoryFile, static_cast<off_t>(length)) != 0)) {
    throw Refusal{Status::noMemory, "no memory for " + std::to_string(length) + " bytes of pixels"};
  }
  if (mapped != nullptr) munmap(mapped, mappedLength);
  mapped = nullptr;
  mappedLength = 0;
  void *place = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, memoryFile, 0);
  if (place == MAP_FAILED) {
    throw Refusal{Status::noMemory, "no memory for " + std::to_string(length) + " bytes of pixels"};
  }
  mapped = static_cast<uint8_t *>(place);
  mappedLength = length;
  return mapped;
}

void limitWorker() {
  limit(RLIMIT_AS, addressSpace);
  limit(RLIMIT_FSIZE, mostPixelBytes);
  limit(RLIMIT_CORE, 0);
}

void limitFile() {
  rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0) return;
  limit(RLIMIT_CPU,
        static_cast<rlim_t>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + secondsPerFile);
}
