// The memory file that pixels are left in.
#pragma once

#include <cstddef>
#include <cstdint>

/// Most bytes of a frame; the parent refuses more, too.
constexpr uint64_t mostPixelBytes = uint64_t{1} << 30;

/// So many bytes at the start of the memory file; it grows and never shrinks.
uint8_t *pixelMemory(uint64_t length);

/// What the worker may take: address space, size of files, no core dumps.
void limitWorker();
/// What one file may take of the processor's time.
void limitFile();
