#include "frame.h"

void checkJPEG(const uint8_t *bytes, size_t length, uint32_t rows, uint32_t columns) {
  size_t place = 2;
  while (place + 9 <= length && bytes[place] == 0xff) {
    const uint8_t marker = bytes[place + 1];
    if (marker == 0xff) {
      place += 1;
      continue;
    }
    // Frame headers (ITU-T T.81, B.1.1.3), and that of JPEG-LS (T.87).
    const bool isFrame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
                         marker != 0xcc;
    if (isFrame || marker == 0xf7) {
      const uint32_t height = static_cast<uint32_t>(bytes[place + 5]) << 8 | bytes[place + 6];
      const uint32_t width = static_cast<uint32_t>(bytes[place + 7]) << 8 | bytes[place + 8];
      if (height == rows && width == columns) return;
      throw Refusal{Status::damaged, "its JPEG stream has " + std::to_string(width) + " x " +
                                         std::to_string(height) + " pixels, the file says " +
                                         std::to_string(columns) + " x " + std::to_string(rows)};
    }
    place += 2 + (static_cast<size_t>(bytes[place + 2]) << 8 | bytes[place + 3]);
  }
  throw Refusal{Status::damaged, "its JPEG stream has no header"};
}
