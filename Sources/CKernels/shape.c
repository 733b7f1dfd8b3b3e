#include "fused.h"

#include "parallel.h"

#include <string.h>

typedef struct {
  const float *x;
  float *out;
  size_t rows, columns;
} ez_transposition;

// Tiles of 16 by 16 floats: a cache line a row, so both sides are read and written whole.
static void transpose_body(void *context, size_t begin, size_t end) {
  const ez_transposition *p = context;
  const size_t size = p->rows * p->columns, tile = 16;
  for (size_t b = begin; b < end; b++) {
    const float *x = p->x + b * size;
    float *out = p->out + b * size;
    for (size_t r0 = 0; r0 < p->rows; r0 += tile)
      for (size_t c0 = 0; c0 < p->columns; c0 += tile) {
        const size_t r1 = r0 + tile < p->rows ? r0 + tile : p->rows;
        const size_t c1 = c0 + tile < p->columns ? c0 + tile : p->columns;
        for (size_t c = c0; c < c1; c++)
          for (size_t r = r0; r < r1; r++) out[c * p->rows + r] = x[r * p->columns + c];
      }
  }
}
void ez_transpose(const float *x, size_t batch, size_t rows, size_t columns, float *out) {
  ez_transposition p = {x, out, rows, columns};
  ez_parallel(batch, 1, transpose_body, &p);
}

typedef struct {
  const float *x;
  float *out;
  size_t height, width, channels, out_height, out_width;
} ez_adaptive;

// Output place i of n covers the inputs floor(i * size / n) up to ceil((i + 1) * size / n).
static inline size_t first(size_t i, size_t size, size_t n) { return i * size / n; }
static inline size_t last(size_t i, size_t size, size_t n) {
  return ((i + 1) * size + n - 1) / n;
}

static void adaptive_body(void *context, size_t begin, size_t end) {
  const ez_adaptive *p = context;
  for (size_t line = begin; line < end; line++) {
    const size_t b = line / p->out_height, oy = line % p->out_height;
    const float *image = p->x + b * p->height * p->width * p->channels;
    const size_t y0 = first(oy, p->height, p->out_height), y1 = last(oy, p->height, p->out_height);
    for (size_t ox = 0; ox < p->out_width; ox++) {
      float *out = p->out + (line * p->out_width + ox) * p->channels;
      const size_t x0 = first(ox, p->width, p->out_width), x1 = last(ox, p->width, p->out_width);
      memset(out, 0, p->channels * sizeof(float));
      for (size_t y = y0; y < y1; y++)
        for (size_t x = x0; x < x1; x++) {
          const float *in = image + (y * p->width + x) * p->channels;
          for (size_t c = 0; c < p->channels; c++) out[c] += in[c];
        }
      const float factor = 1.0f / (float)((y1 - y0) * (x1 - x0));
      for (size_t c = 0; c < p->channels; c++) out[c] *= factor;
    }
  }
}
void ez_adaptive_average_pool(const float *x, size_t batch, size_t height, size_t width,
                              size_t channels, size_t out_height, size_t out_width, float *out) {
  ez_adaptive p = {x, out, height, width, channels, out_height, out_width};
  ez_parallel(batch * out_height, 1, adaptive_body, &p);
}

// Windows overlap, so a thread owns a whole image.
static void adaptive_gradient_body(void *context, size_t begin, size_t end) {
  const ez_adaptive *p = context;
  const size_t size = p->height * p->width * p->channels;
  for (size_t b = begin; b < end; b++) {
    float *image = p->out + b * size;
    memset(image, 0, size * sizeof(float));
    for (size_t oy = 0; oy < p->out_height; oy++)
      for (size_t ox = 0; ox < p->out_width; ox++) {
        const float *dy = p->x + ((b * p->out_height + oy) * p->out_width + ox) * p->channels;
        const size_t y0 = first(oy, p->height, p->out_height);
        const size_t y1 = last(oy, p->height, p->out_height);
        const size_t x0 = first(ox, p->width, p->out_width);
        const size_t x1 = last(ox, p->width, p->out_width);
        const float factor = 1.0f / (float)((y1 - y0) * (x1 - x0));
        for (size_t y = y0; y < y1; y++)
          for (size_t x = x0; x < x1; x++) {
            float *out = image + (y * p->width + x) * p->channels;
            for (size_t c = 0; c < p->channels; c++) out[c] += dy[c] * factor;
          }
      }
  }
}
void ez_adaptive_average_pool_gradient(const float *dy, size_t batch, size_t height, size_t width,
                                       size_t channels, size_t out_height, size_t out_width,
                                       float *dx) {
  ez_adaptive p = {dy, dx, height, width, channels, out_height, out_width};
  ez_parallel(batch, 1, adaptive_gradient_body, &p);
}

typedef struct {
  const float *x;
  const int32_t *order;
  size_t places, width, count;
  float *out;
} ez_taking;

static void take_body(void *context, size_t begin, size_t end) {
  const ez_taking *p = context;
  for (size_t i = begin; i < end; i++) {
    const size_t sample = i / p->count;
    const int32_t place = p->order[i % p->count];
    float *to = p->out + i * p->width;
    if (place < 0) memset(to, 0, p->width * sizeof(float));
    else memcpy(to, p->x + (sample * p->places + (size_t)place) * p->width, p->width * sizeof(float));
  }
}
void ez_take_places(const float *x, size_t batch, size_t places, size_t width, const int32_t *order, size_t count,
                    float *out) {
  ez_taking p = {x, order, places, width, count, out};
  ez_parallel(batch * count, ez_rows_per_chunk(width), take_body, &p);
}

// A sample is added up by one thread: a place may have been taken more than once.
EZ_CLONES static void give_back(const ez_taking *p, size_t sample) {
  const float *restrict from = p->x + sample * p->count * p->width;
  for (size_t i = 0; i < p->count; i++, from += p->width) {
    if (p->order[i] < 0) continue;
    float *restrict to = p->out + (sample * p->places + (size_t)p->order[i]) * p->width;
    for (size_t c = 0; c < p->width; c++) to[c] += from[c];
  }
}
static void give_back_body(void *context, size_t begin, size_t end) {
  for (size_t sample = begin; sample < end; sample++) give_back(context, sample);
}
void ez_take_places_gradient(const float *dy, size_t batch, size_t places, size_t width, const int32_t *order,
                             size_t count, float *dx) {
  ez_taking p = {dy, order, places, width, count, dx};
  ez_parallel(batch, 1, give_back_body, &p);
}
