#include "orientation.h"

static unsigned read16(const uint8_t *bytes, int bigEndian) {
  return bigEndian ? (unsigned)bytes[0] << 8 | bytes[1] : (unsigned)bytes[1] << 8 | bytes[0];
}

static uint32_t read32(const uint8_t *bytes, int bigEndian) {
  uint32_t first = read16(bytes, bigEndian), second = read16(bytes + 2, bigEndian);
  return bigEndian ? first << 16 | second : second << 16 | first;
}

int zooOrientation(const uint8_t *tiff, size_t count) {
  if (count < 8) return 0;
  int bigEndian = tiff[0] == 'M';
  if ((tiff[0] != 'M' && tiff[0] != 'I') || tiff[1] != tiff[0]) return 0;
  if (read16(tiff + 2, bigEndian) != 42) return 0;
  size_t directory = read32(tiff + 4, bigEndian);
  if (directory > count || count - directory < 2) return 0;
  size_t entries = read16(tiff + directory, bigEndian);
  size_t room = (count - directory - 2) / 12;
  int isCut = entries > room;
  if (isCut) entries = room;
  for (size_t i = 0; i < entries; i++) {
    const uint8_t *entry = tiff + directory + 2 + 12 * i;
    if (read16(entry, bigEndian) != 0x0112) continue;
    if (read16(entry + 2, bigEndian) != 3) return 0;  // not a SHORT
    unsigned value = read16(entry + 8, bigEndian);
    if (value == 0) return 1;  // not known, as some write
    return value <= 8 ? (int)value : 0;
  }
  return isCut ? 0 : 1;
}
