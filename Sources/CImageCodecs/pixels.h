// Conversions between the codecs' rows and the pixels handed out.
#ifndef ZOO_PIXELS_H
#define ZOO_PIXELS_H

#include "CImageCodecs.h"

/// One row of `from` (1 or 3) channels to a row of `to` (1 or 3) channels.
void zooConvertRow(const uint8_t *in, int from, uint8_t *out, int to, size_t width);

/// The same of samples of 16 bits.
void zooConvertRow16(const uint16_t *in, int from, uint16_t *out, int to, size_t width);

/// Takes the last of `channels` samples, alpha, out of a row; how many pixels have less than half of it.
size_t zooTakeAlpha(uint8_t *row, int channels, int depth, size_t width);

/// Fills in the least and largest sample and the contrast.
void zooMeasure(ZooCodecImage *image);

/// One row of inverted CMYK to red, green, blue, by Pillow's arithmetic.
void zooInvertedCMYKToRGB(const uint8_t *in, uint8_t *out, size_t width);

/// Turns an image upright by its EXIF orientation (1…8); 0 when memory ran out.
int zooApplyOrientation(ZooCodecImage *image, int orientation);

/// Checks a header's sizes against the limits and writes the message.
ZooCodecStatus zooCheckSize(uint32_t width, uint32_t height, char *message);

/// A number of four bytes as PNG writes it.
static inline uint32_t zooBigEndian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

#endif
