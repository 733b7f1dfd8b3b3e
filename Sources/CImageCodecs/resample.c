// Pillow's 8-bit resampling (src/libImaging/Resample.c, Image.resize with BILINEAR), to the last
// bit: triangle filter widened by the scale, coefficients rounded to 22 bits, the horizontal pass
// rounded to 8 bits before the vertical one.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "CImageCodecs.h"

enum { precisionBits = 32 - 8 - 2, lowBits = 15, block = 8 };

/// For each output position, where its taps start, how many they are, and their weights.
///
/// A weight of 22 bits is kept as low 15 bits and the rest: two 16-bit factors, whose products
/// with pixels sum exactly in 32 bits by one multiply-add instruction each.
typedef struct {
  int *first;
  int *taps;
  int16_t *low;
  int16_t *high;
  int stride;  // weights kept per output: the taps, rounded up to whole blocks, zero behind
} Weights;

static void freeWeights(Weights *weights) {
  free(weights->first);
  free(weights->taps);
  free(weights->low);
  free(weights->high);
}

/// The weights of outputs `start ..< start + count`; 0 when memory ran out.
static int makeWeights(Weights *weights, int inSize, int outSize, int start, int count) {
  double scale = (double)inSize / outSize;
  double support = scale < 1 ? 1 : scale;
  int most = (int)ceil(support) * 2 + 1;
  int stride = (most + block - 1) / block * block;
  weights->stride = stride;
  weights->first = malloc(sizeof(int) * (size_t)count);
  weights->taps = malloc(sizeof(int) * (size_t)count);
  weights->low = calloc((size_t)stride * (size_t)count, sizeof(int16_t));
  weights->high = calloc((size_t)stride * (size_t)count, sizeof(int16_t));
  double *exact = malloc(sizeof(double) * (size_t)most);
  if (!weights->first || !weights->taps || !weights->low || !weights->high || !exact) {
    free(exact);
    freeWeights(weights);
    return 0;
  }
  for (int i = 0; i < count; i++) {
    double center = (start + i + 0.5) * scale;
    int first = (int)(center - support + 0.5);
    if (first < 0) first = 0;
    int end = (int)(center + support + 0.5);
    if (end > inSize) end = inSize;
    int taps = end - first;
    double sum = 0;
    for (int k = 0; k < taps; k++) {
      double distance = fabs((k + first - center + 0.5) * (1.0 / support));
      exact[k] = distance < 1 ? 1 - distance : 0;
      sum += exact[k];
    }
    weights->first[i] = first;
    weights->taps[i] = taps;
    for (int k = 0; k < taps; k++) {
      if (sum != 0) exact[k] /= sum;
      int fixed = (int)(0.5 + exact[k] * (1 << precisionBits));
      weights->low[(size_t)i * stride + k] = (int16_t)(fixed & ((1 << lowBits) - 1));
      weights->high[(size_t)i * stride + k] = (int16_t)(fixed >> lowBits);
    }
  }
  free(exact);
  return 1;
}

/// The grey level of a fixed-point sum; rounded weights of thousands of taps may add up to over 1.
static inline uint8_t rounded(int32_t sum) {
  int32_t value = sum >> precisionBits;
  return (uint8_t)(value > 255 ? 255 : value);
}

/// One output of the horizontal pass: `blocks * 8` products of a widened row with the weights.
static inline uint8_t weighted(
    const int16_t *row, const int16_t *low, const int16_t *high, int blocks) {
#ifdef __SSE2__
  __m128i lows = _mm_setzero_si128(), highs = _mm_setzero_si128();
  for (int b = 0; b < blocks; b++) {
    __m128i pixels = _mm_loadu_si128((const __m128i *)(row + b * block));
    lows = _mm_add_epi32(
        lows, _mm_madd_epi16(pixels, _mm_loadu_si128((const __m128i *)(low + b * block))));
    highs = _mm_add_epi32(
        highs, _mm_madd_epi16(pixels, _mm_loadu_si128((const __m128i *)(high + b * block))));
  }
  __m128i sums = _mm_add_epi32(lows, _mm_slli_epi32(highs, lowBits));
  sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4e));
  sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0xb1));
  int32_t sum = _mm_cvtsi128_si32(sums);
#else
  uint32_t lows = 0, highs = 0;  // may wrap on the way; their sum fits
  for (int k = 0; k < blocks * block; k++) {
    lows += (uint32_t)(row[k] * low[k]);
    highs += (uint32_t)(row[k] * high[k]);
  }
  int32_t sum = (int32_t)(lows + (highs << lowBits));
#endif
  return rounded(sum + (1 << (precisionBits - 1)));
}

/// The horizontal pass over `rows` rows of samples of 8 bits.
///
/// `plane` holds one row of one channel as 16-bit values, zero before and behind the picture, since the
/// last blocks of weights (zero there too) reach over its end.
static void horizontalPass(
    const uint8_t *in, const ZooResizing *how, int rows, const Weights *weights, int16_t *plane,
    uint8_t *out) {
  const int width = how->width, channels = how->channels;
  size_t stride = (size_t)weights->stride;
  int16_t *inner = plane + how->padLeft;
  for (int y = 0; y < rows; y++) {
    const uint8_t *row = in + (size_t)y * width * channels;
    uint8_t *outRow = out + (size_t)y * how->cropWidth * channels;
    for (int c = 0; c < channels; c++) {
      if (channels == 1) {
        for (int x = 0; x < width; x++) inner[x] = row[x];
      } else {
        for (int x = 0; x < width; x++) inner[x] = row[3 * x + c];
      }
      for (int x = 0; x < how->cropWidth; x++) {
        outRow[(size_t)x * channels + c] = weighted(
            plane + weights->first[x], weights->low + x * stride, weights->high + x * stride,
            (weights->taps[x] + block - 1) / block);
      }
    }
  }
}

/// A weight as one number.
static inline int32_t whole(int16_t low, int16_t high) { return low + high * (1 << lowBits); }

/// The sample of a fixed-point sum of 16-bit samples.
static inline uint16_t rounded16(int64_t sum) {
  int64_t value = sum >> precisionBits;
  return (uint16_t)(value > 65535 ? 65535 : value);
}

/// The horizontal pass over samples of 16 bits: the same sums in 64 bits. Taps beside the picture are
/// black and left out.
static void horizontalPass16(
    const uint16_t *in, const ZooResizing *how, int rows, const Weights *weights, uint16_t *out) {
  const int width = how->width, channels = how->channels;
  for (int y = 0; y < rows; y++) {
    const uint16_t *row = in + (size_t)y * width * channels;
    uint16_t *outRow = out + (size_t)y * how->cropWidth * channels;
    for (int x = 0; x < how->cropWidth; x++) {
      const int16_t *low = weights->low + (size_t)x * weights->stride;
      const int16_t *high = weights->high + (size_t)x * weights->stride;
      const int first = weights->first[x] - how->padLeft;
      const int begin = first < 0 ? -first : 0;
      const int end = first + weights->taps[x] > width ? width - first : weights->taps[x];
      for (int c = 0; c < channels; c++) {
        int64_t sum = 1 << (precisionBits - 1);
        for (int k = begin; k < end; k++) {
          sum += (int64_t)row[(size_t)(first + k) * channels + c] * whole(low[k], high[k]);
        }
        outRow[(size_t)x * channels + c] = rounded16(sum);
      }
    }
  }
}

/// One output row of the vertical pass; `sums` holds `count` numbers.
static void verticalRow(
    const uint8_t *in, size_t count, const int16_t *low, const int16_t *high, int taps,
    int32_t *restrict sums, uint8_t *restrict out) {
  for (size_t x = 0; x < count; x++) sums[x] = 1 << (precisionBits - 1);
  for (int k = 0; k < taps; k++) {
    const uint8_t *restrict row = in + (size_t)k * count;
    int32_t weight = whole(low[k], high[k]);
    for (size_t x = 0; x < count; x++) sums[x] += row[x] * weight;
  }
  for (size_t x = 0; x < count; x++) out[x] = rounded(sums[x]);
}

static void verticalRow16(
    const uint16_t *in, size_t count, const int16_t *low, const int16_t *high, int taps,
    int64_t *restrict sums, uint16_t *restrict out) {
  for (size_t x = 0; x < count; x++) sums[x] = 1 << (precisionBits - 1);
  for (int k = 0; k < taps; k++) {
    const uint16_t *restrict row = in + (size_t)k * count;
    int64_t weight = whole(low[k], high[k]);
    for (size_t x = 0; x < count; x++) sums[x] += row[x] * weight;
  }
  for (size_t x = 0; x < count; x++) out[x] = rounded16(sums[x]);
}

/// The vertical pass: `between` holds the picture's rows from `firstRow` on. Taps above and below the
/// picture are black and left out.
static void verticalPass(
    const uint8_t *between, const ZooResizing *how, int firstRow, const Weights *down, void *sums,
    uint8_t *out) {
  const size_t samples = (size_t)how->cropWidth * how->channels;
  const size_t rowBytes = samples * (size_t)how->depth / 8;
  for (int y = 0; y < how->cropHeight; y++) {
    uint8_t *outRow = out + (size_t)y * rowBytes;
    const int first = down->first[y] - how->padTop;
    const int begin = first < 0 ? -first : 0;
    const int end = first + down->taps[y] > how->height ? how->height - first : down->taps[y];
    const int taps = end > begin ? end - begin : 0;
    const uint8_t *rows = taps ? between + (size_t)(first + begin - firstRow) * rowBytes : between;
    const int16_t *low = down->low + (size_t)y * down->stride + begin;
    const int16_t *high = down->high + (size_t)y * down->stride + begin;
    if (taps == 0) {
      memset(outRow, 0, rowBytes);
    } else if (how->newHeight == how->height && how->fullHeight == how->height) {
      memcpy(outRow, rows, rowBytes);
    } else if (how->depth == 16) {
      verticalRow16((const uint16_t *)rows, samples, low, high, taps, sums, (uint16_t *)outRow);
    } else {
      verticalRow(rows, samples, low, high, taps, sums, outRow);
    }
  }
}

static int least(int a, int b) { return a < b ? a : b; }
static int most(int a, int b) { return a > b ? a : b; }

ZooCodecStatus zooResize(const uint8_t *pixels, const ZooResizing *how, uint8_t *out) {
  Weights across = {0}, down = {0};
  if (!makeWeights(&across, how->fullWidth, how->newWidth, how->left, how->cropWidth)) {
    return zooCodecNoMemory;
  }
  if (!makeWeights(&down, how->fullHeight, how->newHeight, how->top, how->cropHeight)) {
    freeWeights(&across);
    return zooCodecNoMemory;
  }
  const int last = how->cropHeight - 1;
  const int firstRow = least(how->height, most(0, down.first[0] - how->padTop));
  const int endRow = least(how->height, most(0, down.first[last] + down.taps[last] - how->padTop));
  const int rows = most(0, endRow - firstRow);
  const size_t bytes = (size_t)how->depth / 8, pixel = (size_t)how->channels * bytes;
  const size_t rowBytes = (size_t)how->cropWidth * pixel;
  uint8_t *between = malloc(rowBytes * (size_t)rows + 1);
  int16_t *plane = calloc((size_t)how->fullWidth + across.stride, sizeof(int16_t));
  void *sums = malloc((size_t)how->cropWidth * how->channels * sizeof(int64_t));
  ZooCodecStatus status = zooCodecNoMemory;
  if (between && plane && sums) {
    const uint8_t *start = pixels + (size_t)firstRow * how->width * pixel;
    if (how->newWidth == how->width && how->fullWidth == how->width) {  // Pillow leaves out a pass that changes nothing
      for (int y = 0; y < rows; y++) {
        memcpy(
            between + (size_t)y * rowBytes, start + ((size_t)y * how->width + how->left) * pixel,
            rowBytes);
      }
    } else if (how->depth == 16) {
      horizontalPass16((const uint16_t *)start, how, rows, &across, (uint16_t *)between);
    } else {
      horizontalPass(start, how, rows, &across, plane, between);
    }
    verticalPass(between, how, firstRow, &down, sums, out);
    status = zooCodecDone;
  }
  free(between);
  free(plane);
  free(sums);
  freeWeights(&across);
  freeWeights(&down);
  return status;
}
