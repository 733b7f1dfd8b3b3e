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

/// Where more image data may stand: behind the last that the file has; 0 without any.
static size_t behindData(const uint8_t *bytes, size_t count) {
  size_t place = 8, found = 0;
  while (count >= 12 && place <= count - 12) {
    size_t length = word(bytes + place);
    if (length > count - 12 - place) break;
    if (memcmp(bytes + place + 4, "IDAT", 4) == 0) found = place + 12 + length;
    place += length + 12;
  }
  return found;
}

/// A PNG file, decoded as grey and as RGB; what is inflated ahead of libpng has to be what libpng inflates,
/// which it does by itself where the stream has a byte too many.
int LLVMFuzzerTestOneInput(const uint8_t *start, size_t count) {
  static const uint8_t more[] = {0, 0, 0, 1, 'I', 'D', 'A', 'T', 0, 0x63, 0xf1, 0x0e, 0x72};
  uint8_t *bytes = malloc(count + 1), *longer = malloc(count + sizeof more);
  memcpy(bytes, start, count);
  mendChecksums(bytes, count);
  const size_t place = behindData(bytes, count);
  memcpy(longer, bytes, place);
  memcpy(longer + place, more, sizeof more);
  memcpy(longer + place + sizeof more, bytes + place, count - place);
  mendChecksums(longer, count + sizeof more);
  for (int channels = 1; channels <= 3; channels += 2) {
    ZooCodecImage image = {0}, other = {0};
    if (zooDecodePNG(bytes, count, channels, &image) != zooCodecDone) continue;
    if (place > 0 && zooDecodePNG(longer, count + sizeof more, channels, &other) == zooCodecDone) {
      size_t pixels = (size_t)image.width * (size_t)image.height * (size_t)image.channels
          * (size_t)image.depth / 8;
      if (memcmp(image.pixels, other.pixels, pixels) != 0) abort();
      zooCodecFree(other.pixels);
    }
    zooCodecFree(image.pixels);
  }
  free(bytes);
  free(longer);
  return 0;
}
