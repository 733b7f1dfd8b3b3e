#include "chunks.h"

#include <libdeflate.h>
#include <string.h>

#include "orientation.h"
#include "pixels.h"

static int isKind(const uint8_t *chunk, const char *kind) { return memcmp(chunk + 4, kind, 4) == 0; }

/// Significant bits of a colour: the most of any channel, alpha left out.
static int statedBits(const uint8_t *body, size_t length, int colour) {
  size_t channels = colour & 2 ? 3 : 1;
  int bits = 0;
  for (size_t i = 0; i < channels && i < length; i++) {
    if (body[i] > bits) bits = body[i];
  }
  return length < channels ? 0 : bits;
}

/// EXIF as other programs hid it in texts, in hexadecimal and often compressed, before PNG had eXIf.
static int isRawProfile(const uint8_t *body, size_t length) {
  static const char *const keys[] = {"Raw profile type exif", "Raw profile type APP1"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    size_t key = strlen(keys[i]) + 1;  // with its zero
    if (length > key && memcmp(body, keys[i], key) == 0) return 1;
  }
  return 0;
}

int zooReadChunks(const uint8_t *bytes, size_t count, ZooCodecImage *image) {
  int orientation = 1, hasEXIF = 0, hasProfile = 0;
  for (size_t offset = 8; offset < count && count - offset >= 12;) {
    const uint8_t *chunk = bytes + offset, *body = chunk + 8;
    const uint32_t length = zooBigEndian(chunk);
    if (length > count - offset - 12 || isKind(chunk, "IEND")) break;
    offset += 12 + (size_t)length;
    const int isText = isKind(chunk, "tEXt") || isKind(chunk, "zTXt") || isKind(chunk, "iTXt");
    const int isKnown = isText || isKind(chunk, "sBIT") || isKind(chunk, "gAMA")
        || isKind(chunk, "acTL") || isKind(chunk, "eXIf");
    if (!isKnown || libdeflate_crc32(0, chunk + 4, length + 4) != zooBigEndian(body + length)) {
      continue;
    }
    if (isKind(chunk, "sBIT")) image->statedBits = statedBits(body, length, bytes[25]);
    if (isKind(chunk, "gAMA") && length == 4) image->gamma = zooBigEndian(body);
    if (isKind(chunk, "acTL") && length == 8) {
      const uint32_t frames = zooBigEndian(body);
      image->frames = frames < 65536 ? (int)frames : 65536;
    }
    if (isText && isRawProfile(body, length)) hasProfile = 1;
    if (isKind(chunk, "eXIf")) {
      // Some write the head that EXIF has in JPEG.
      const size_t head = length >= 6 && memcmp(body, "Exif\0\0", 6) == 0 ? 6 : 0;
      const int found = zooOrientation(body + head, length - head);
      if (found == 0) image->unreadEXIF = 1;
      if (found > 0) hasEXIF = 1, orientation = found;
    }
  }
  if (hasProfile && !hasEXIF) image->unreadEXIF = 1;
  return orientation;
}
