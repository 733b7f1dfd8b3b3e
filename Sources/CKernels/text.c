#include "fused.h"

#include "parallel.h"

#include "product.h"

#include <stdlib.h>
#include <string.h>

void ez_gather_rows(const float *table, const int32_t *rows, size_t count, size_t width,
                    float *out) {
  for (size_t i = 0; i < count; i++)
    memcpy(out + i * width, table + (size_t)rows[i] * width, width * sizeof(float));
}

EZ_CLONES void ez_scatter_rows(const float *dy, const int32_t *rows, size_t count, size_t width,
                               float *table) {
  for (size_t i = 0; i < count; i++) {
    float *restrict to = table + (size_t)rows[i] * width;
    const float *restrict from = dy + i * width;
    for (size_t j = 0; j < width; j++) to[j] += from[j];
  }
}

typedef struct {
  const float *y, *bias;
  const int32_t *starts, *lengths;
  size_t filters, stride;
  float *out;
  int32_t *where;
  // What responses are computed from; NULL where `y` has those of all documents.
  const float *x, *packed;
  size_t depth, width, longest;
  int lanes;
  float *workspace;
} ez_time;

// The best of a document's responses, of which the first is row `first`.
EZ_CLONES static void best_rows(const ez_time *t, const float *restrict y, size_t d) {
  float *restrict out = t->out + d * t->stride;
  int32_t *restrict where = t->where + d * t->filters;
  const int32_t first = t->starts[d], last = first + t->lengths[d];
  const float *restrict bias = t->bias;
  const size_t filters = t->filters;
  for (size_t f = 0; f < filters; f++) out[f] = -__builtin_inff(), where[f] = first;
  for (int32_t r = first; r < last; r++, y += filters)
    for (size_t f = 0; f < filters; f++) {
      const int better = y[f] > out[f];
      out[f] = better ? y[f] : out[f];
      where[f] = better ? r : where[f];
    }
  for (size_t f = 0; f < filters; f++) {
    const float value = out[f] + bias[f];
    where[f] = value > 0 ? where[f] : -1;
    out[f] = value > 0 ? value : 0;
  }
}

static void max_over_time_body(void *context, size_t begin, size_t end) {
  const ez_time *t = context;
  for (size_t d = begin; d < end; d++) best_rows(t, t->y + (size_t)t->starts[d] * t->filters, d);
}
void ez_max_over_time(const float *y, const float *bias, const int32_t *starts,
                      const int32_t *lengths, size_t documents, size_t filters, float *out,
                      size_t out_stride, int32_t *where) {
  ez_time t = {y, bias, starts, lengths, filters, out_stride, out, where};
  ez_parallel(documents, 1, max_over_time_body, &t);
}

size_t ez_windows_workspace(size_t longest, size_t filters) { return (size_t)ez_threads() * longest * filters; }

#if defined(__x86_64__)

// The windows of a document overlap: their rows are one word apart, and several words long.
static void windows_body(void *context, size_t begin, size_t end) {
  const ez_time *t = context;
  const size_t tile = t->lanes == 16 ? 12 : 6;
  const ez_finish plain = {0};
  const ez_prefetch none = {0};
  float *y = t->workspace + (size_t)ez_thread() * t->longest * t->filters;
  for (size_t d = begin; d < end; d++) {
    const float *x = t->x + (size_t)t->starts[d] * t->width;
    // As even as can be, as tiles of few rows are slow.
    const size_t rows = (size_t)t->lengths[d], tiles = (rows + tile - 1) / tile;
    for (size_t i = 0, row = 0; i < tiles; i++) {
      const size_t count = rows / tiles + (i < rows % tiles);
      (t->lanes == 16 ? ez_multiply_packed_16 : ez_multiply_packed_8)(
          x + row * t->width, t->width, count, t->depth, t->packed, t->filters, &plain, &none,
          y + row * t->filters, t->filters);
      row += count;
    }
    best_rows(t, y, d);
  }
}

void ez_best_windows(int lanes, const float *x, const float *packed, const float *bias,
                     const int32_t *starts, const int32_t *lengths, size_t documents, size_t longest,
                     size_t filters, size_t kernel, size_t width, float *workspace, float *out,
                     size_t out_stride, int32_t *where) {
  ez_settle_products();
  ez_time t = {.bias = bias, .starts = starts, .lengths = lengths, .filters = filters, .stride = out_stride,
               .out = out, .where = where, .x = x, .packed = packed, .depth = kernel * width, .width = width,
               .longest = longest, .lanes = lanes, .workspace = workspace};
  ez_parallel(documents, 1, windows_body, &t);
}

#else

void ez_best_windows(int lanes, const float *x, const float *packed, const float *bias,
                     const int32_t *starts, const int32_t *lengths, size_t documents, size_t longest,
                     size_t filters, size_t kernel, size_t width, float *workspace, float *out,
                     size_t out_stride, int32_t *where) {
  __builtin_trap();
}

#endif

typedef struct {
  const float *dy, *x, *weights;
  const int32_t *where;
  size_t stride, documents, filters, window;
  size_t width;
  float *dx, *dweights, *dbias;
} ez_time_gradient;

// One thread owns a range of filters: their weights' gradients never race.
EZ_CLONES static void weights_body(void *context, size_t begin, size_t end) {
  const ez_time_gradient t = *(const ez_time_gradient *)context;
  for (size_t f = begin; f < end; f++) {
    float *restrict dw = t.dweights + f * t.window;
    for (size_t d = 0; d < t.documents; d++) {
      const int32_t at = t.where[d * t.filters + f];
      const float g = t.dy[d * t.stride + f];
      if (at < 0 || g == 0) continue;
      const float *restrict x = t.x + (size_t)at * t.width;
      for (size_t j = 0; j < t.window; j++) dw[j] += g * x[j];
      t.dbias[f] += g;
    }
  }
}

// One thread owns a document: the windows of two documents never overlap (zero rows between them).
EZ_CLONES static void input_body(void *context, size_t begin, size_t end) {
  const ez_time_gradient t = *(const ez_time_gradient *)context;
  for (size_t d = begin; d < end; d++)
    for (size_t f = 0; f < t.filters; f++) {
      const int32_t at = t.where[d * t.filters + f];
      const float g = t.dy[d * t.stride + f];
      if (at < 0 || g == 0) continue;
      const float *restrict w = t.weights + f * t.window;
      float *restrict dx = t.dx + (size_t)at * t.width;
      for (size_t j = 0; j < t.window; j++) dx[j] += g * w[j];
    }
}
void ez_max_over_time_gradient(const float *dy, size_t dy_stride, const int32_t *where,
                               const float *x, const float *weights, size_t documents,
                               size_t filters, size_t kernel, size_t width, float *dx,
                               float *dweights, float *dbias) {
  ez_time_gradient t = {dy,      x,     weights, where, dy_stride, documents,
                        filters, kernel * width, width, dx,    dweights,  dbias};
  ez_parallel(filters, 4, weights_body, &t);
  if (dx) ez_parallel(documents, 1, input_body, &t);
}
