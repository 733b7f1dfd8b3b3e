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

void zooConvertRow16(const uint16_t *in, int from, uint16_t *out, int to, size_t width) {
  if (from == to) {
    memcpy(out, in, width * (size_t)from * sizeof *in);
  } else if (to == 1) {
    // The weights add up to 65536, so the sum of full white and a half still fits.
    for (size_t x = 0; x < width; x++) {
      const uint16_t *rgb = in + 3 * x;
      out[x] = (uint16_t)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
    }
  } else {
    for (size_t x = 0; x < width; x++) out[3 * x] = out[3 * x + 1] = out[3 * x + 2] = in[x];
  }
}

size_t zooTakeAlpha(uint8_t *row, int channels, int depth, size_t width) {
  const size_t bytes = (size_t)depth / 8, pixel = bytes * (size_t)channels, kept = pixel - bytes;
  size_t transparent = 0;
  for (size_t x = 0; x < width; x++) {
    const uint8_t *from = row + x * pixel;
    // The higher byte tells whether it is below a half.
    transparent += from[pixel - 1] < 0x80;
    for (size_t i = 0; i < kept; i++) row[x * kept + i] = from[i];
  }
  return transparent;
}

void zooMeasure(ZooCodecImage *image) {
  const size_t channels = (size_t)image->channels;
  const size_t count = (size_t)image->width * (size_t)image->height * channels;
  image->least = UINT32_MAX;
  image->largest = image->contrast = 0;
  for (size_t c = 0; c < channels; c++) {
    unsigned least = UINT32_MAX, largest = 0;
    if (image->depth == 16) {
      const uint16_t *samples = (const uint16_t *)image->pixels;
      for (size_t i = c; i < count; i += channels) {
        if (samples[i] < least) least = samples[i];
        if (samples[i] > largest) largest = samples[i];
      }
    } else {
      for (size_t i = c; i < count; i += channels) {
        if (image->pixels[i] < least) least = image->pixels[i];
        if (image->pixels[i] > largest) largest = image->pixels[i];
      }
    }
    if (least < image->least) image->least = least;
    if (largest > image->largest) image->largest = largest;
    if (largest - least > image->contrast) image->contrast = largest - least;
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
  size_t bytes = (size_t)image->channels * (size_t)image->depth / 8;
  uint8_t *turned = malloc(width * height * bytes);
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
      const uint8_t *from = image->pixels + (sy * width + sx) * bytes;
      uint8_t *to = turned + (y * newWidth + x) * bytes;
      for (size_t i = 0; i < bytes; i++) to[i] = from[i];
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
