#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "CImageCodecs.h"

static uint32_t word(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/// Sets every chunk's checksum right: hardly any change would get past them.
static void mendChecksums(uint8_t *bytes, size_t count) {
  size_t place = 8;
  while (count >= 12 && place <= count - 12) {
    size_t length = word(bytes + place);
    if (length > count - 12 - place) return;
    uint32_t sum = (uint32_t)crc32(0, bytes + place + 4, (uInt)length + 4);
    uint8_t *end = bytes + place + 8 + length;
    for (int i = 0; i < 4; i++) end[i] = (uint8_t)(sum >> (24 - 8 * i));
    place += length + 12;
  }
}

/// A PNG file, decoded as grey and as RGB.
int LLVMFuzzerTestOneInput(const uint8_t *start, size_t count) {
  uint8_t *bytes = malloc(count + 1);
  memcpy(bytes, start, count);
  mendChecksums(bytes, count);
  for (int channels = 1; channels <= 3; channels += 2) {
    ZooCodecImage image = {0};
    if (zooDecodePNG(bytes, count, channels, &image) == zooCodecDone) zooCodecFree(image.pixels);
  }
  free(bytes);
  return 0;
}
