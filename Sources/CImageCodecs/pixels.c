#include "pixels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void zooCodecFree(void *memory) { free(memory); }

/// ITU-R 601 luma in 16-bit fixed point, as Pillow's `convert("L")`.
static inline uint8_t luma(const uint8_t *rgb) {
  return (uint8_t)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
}

void zooConvertRow(const uint8_t *in, int from, uint8_t *out, int to, size_t width) {
  if (from == to) {
    memcpy(out, in, width * (size_t)from);
  } else if (to == 1) {
    for (size_t x = 0; x < width; x++) out[x] = luma(in + 3 * x);
  } else {
    for (size_t x = 0; x < width; x++) {
      uint8_t value = in[x];
      out[3 * x] = value;
      out[3 * x + 1] = value;
      out[3 * x + 2] = value;
    }
  }
}

void zooInvertedCMYKToRGB(const uint8_t *in, uint8_t *out, size_t width) {
  for (size_t x = 0; x < width; x++) {
    int light = in[4 * x + 3];  // the inverted black: how much is left
    for (int c = 0; c < 3; c++) {
      int product = (255 - in[4 * x + c]) * light + 128;
      int value = light - (((product >> 8) + product) >> 8);
      out[3 * x + c] = (uint8_t)(value < 0 ? 0 : value);
    }
  }
}

int zooApplyOrientation(ZooCodecImage *image, int orientation) {
  if (orientation < 2 || orientation > 8) return 1;
  size_t width = (size_t)image->width, height = (size_t)image->height;
  size_t channels = (size_t)image->channels;
  uint8_t *turned = malloc(width * height * channels);
  if (!turned) return 0;
  int swaps = orientation >= 5;
  size_t newWidth = swaps ? height : width, newHeight = swaps ? width : height;
  int flipX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  int flipY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (size_t y = 0; y < newHeight; y++) {
    for (size_t x = 0; x < newWidth; x++) {
      size_t sx = swaps ? y : x, sy = swaps ? x : y;
      if (flipX) sx = width - 1 - sx;
      if (flipY) sy = height - 1 - sy;
      const uint8_t *from = image->pixels + (sy * width + sx) * channels;
      uint8_t *to = turned + (y * newWidth + x) * channels;
      for (size_t c = 0; c < channels; c++) to[c] = from[c];
    }
  }
  free(image->pixels);
  image->pixels = turned;
  image->width = (int)newWidth;
  image->height = (int)newHeight;
  return 1;
}

ZooCodecStatus zooCheckSize(uint32_t width, uint32_t height, char *message) {
  if (width == 0 || height == 0) {
    snprintf(
        message, zooCodecMessageSize, "its header states %u x %u pixels; expected at least 1 x 1",
        width, height);
    return zooCodecZeroSize;
  }
  if (width > zooCodecMaxSide || height > zooCodecMaxSide
      || (uint64_t)width * height > zooCodecMaxPixels) {
    snprintf(
        message, zooCodecMessageSize,
        "its header states %u x %u pixels; expected at most %d a side and %d in all", width,
        height, zooCodecMaxSide, zooCodecMaxPixels);
    return zooCodecTooLarge;
  }
  return zooCodecDone;
}
