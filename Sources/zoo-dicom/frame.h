// One frame of stored values, out of whatever it is compressed by.
#pragma once

#include "wire.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

/// Leaves the stored values of a frame in the memory file, decoded by so many threads.
void readFrame(DcmDataset &set, DcmPixelData &pixels, uint32_t frame, uint32_t threads, Reply &reply);

/// Refuses a JPEG or JPEG-LS stream that states another size than the file; the library would leave what lies
/// beyond it as it is.
void checkJPEG(const uint8_t *bytes, size_t length, uint32_t rows, uint32_t columns);

/// Decodes a JPEG 2000 stream to interleaved samples of one, two or four bytes.
struct StreamShape {
  uint32_t rows;
  uint32_t columns;
  uint32_t samples;
  uint32_t bytesPerSample;
};
void decodeJPEG2000(const uint8_t *bytes, size_t length, const StreamShape &shape, uint32_t threads,
                    Reply &reply);
