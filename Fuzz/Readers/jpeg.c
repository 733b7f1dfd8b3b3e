#include <stddef.h>
#include <stdint.h>

#include "CImageCodecs.h"

/// A JPEG file, decoded as grey and as RGB.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  for (int channels = 1; channels <= 3; channels += 2) {
    ZooCodecImage image = {0};
    if (zooDecodeJPEG(bytes, count, channels, &image) == zooCodecDone) zooCodecFree(image.pixels);
  }
  return 0;
}
