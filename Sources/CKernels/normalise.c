#include "fused.h"

#include "parallel.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  const float *x, *dy, *scale, *shift;
  float *out;
  double *partial;
  size_t rows, channels, stride, grain;
  int relu, accumulate;
} ez_rows;

// Rows added in single precision before the sum moves to double: bounds the rounding error to
// about 32 * 2^-24 of the sum of magnitudes.
#define EZ_SHORT 32

// Mean and sum of squared deviations of a chunk: the second pass finds it in the cache.
EZ_CLONES static void moments_body(void *context, size_t begin, size_t end) {
  const ez_rows *w = context;
  const size_t c = w->channels, n = end - begin;
  double *restrict mean = w->partial + (begin / w->grain) * 2 * c, *restrict square = mean + c;
  float *restrict part = malloc(2 * c * sizeof(float));
  float *restrict centre = part + c;
  memset(mean, 0, 2 * c * sizeof(double));
  for (size_t r = begin; r < end; r += EZ_SHORT) {
    const size_t last = r + EZ_SHORT < end ? r + EZ_SHORT : end;
    memset(part, 0, c * sizeof(float));
    for (size_t i = r; i < last; i++) {
      const float *restrict row = w->x + i * c;
      for (size_t j = 0; j < c; j++) part[j] += row[j];
    }
    for (size_t j = 0; j < c; j++) mean[j] += part[j];
  }
  for (size_t j = 0; j < c; j++) mean[j] /= (double)n, centre[j] = (float)mean[j];
  for (size_t r = begin; r < end; r += EZ_SHORT) {
    const size_t last = r + EZ_SHORT < end ? r + EZ_SHORT : end;
    memset(part, 0, c * sizeof(float));
    for (size_t i = r; i < last; i++) {
      const float *restrict row = w->x + i * c;
      for (size_t j = 0; j < c; j++) part[j] += (row[j] - centre[j]) * (row[j] - centre[j]);
    }
    for (size_t j = 0; j < c; j++) square[j] += part[j];
  }
  for (size_t j = 0; j < c; j++) { // the centre was rounded to single precision
    const double off = mean[j] - (double)centre[j];
    square[j] -= (double)n * off * off;
  }
  free(part);
}

void ez_moments(const float *x, size_t rows, size_t channels, double *mean, double *variance) {
  const size_t grain = ez_rows_per_chunk(channels), chunks = (rows + grain - 1) / grain;
  double *partial = malloc(chunks * 2 * channels * sizeof(double));
  ez_rows w = {.x = x, .partial = partial, .rows = rows, .channels = channels, .grain = grain};
  ez_parallel(rows, grain, moments_body, &w);
  // Chan, Golub, LeVeque: merge the chunks in their order.
  double count = 0;
  memset(mean, 0, channels * sizeof(double));
  memset(variance, 0, channels * sizeof(double));
  for (size_t k = 0; k < chunks; k++) {
    const double n = (double)((k + 1) * grain < rows ? grain : rows - k * grain);
    const double *m = partial + k * 2 * channels, *s = m + channels, total = count + n;
    for (size_t j = 0; j < channels; j++) {
      const double delta = m[j] - mean[j];
      mean[j] += delta * n / total;
      variance[j] += s[j] + delta * delta * count * n / total;
    }
    count = total;
  }
  for (size_t j = 0; j < channels; j++) {
    variance[j] /= count;
    if (variance[j] < 0) variance[j] = 0;
  }
  free(partial);
}

EZ_CLONES static void affine_body(void *context, size_t begin, size_t end) {
  const ez_rows w = *(const ez_rows *)context;
  const float *restrict scale = w.scale, *restrict shift = w.shift;
  const float floor = w.relu ? 0.0f : -__builtin_inff();
  for (size_t r = begin; r < end; r++) {
    const float *restrict x = w.x + r * w.channels;
    float *restrict out = w.out + r * w.stride;
    for (size_t j = 0; j < w.channels; j++) {
      const float y = x[j] * scale[j] + shift[j];
      out[j] = y < floor ? floor : y; // a NaN stays one
    }
  }
}

void ez_affine(const float *x, size_t rows, size_t channels, const float *scale, const float *shift,
               int relu, float *out, size_t out_stride) {
  ez_rows w = {.x = x, .scale = scale, .shift = shift, .relu = relu, .out = out};
  w.channels = channels, w.stride = out_stride;
  ez_parallel(rows, ez_rows_per_chunk(channels), affine_body, &w);
}

typedef struct {
  const ez_gradient_part *parts;
  size_t part_count, channels, rows, stride, grain;
  const float *dy, *scale, *shift, *mean, *a, *b, *d;
  double *partial;
  int relu;
} ez_part_rows;

// Channels whose factors and sums stay in registers.
enum { EZ_WIDTH = 32 };

// Asks for what the next rows of a part will read or write: parts are many, and too far apart for a processor to
// foresee.
static inline __attribute__((always_inline)) void ask(const float *x, size_t count, const int writes) {
  for (size_t j = 0; j < count; j += 16) {
    if (writes) __builtin_prefetch(x + j, 1, 2);
    else __builtin_prefetch(x + j, 0, 2);
  }
}

// s[j] and t[j] += of some rows of `width` channels (a constant), which stay in registers.
static inline __attribute__((always_inline)) void
add_sums(const ez_part_rows *w, const size_t width, const float *restrict x, size_t c, const float *restrict dy,
         size_t rows, size_t o, const int relu, float *restrict s, float *restrict t) {
  float sum[EZ_WIDTH], centred[EZ_WIDTH], scale[EZ_WIDTH], shift[EZ_WIDTH], mean[EZ_WIDTH];
  const size_t bytes = width * sizeof(float);
  memcpy(sum, s + o, bytes), memcpy(centred, t + o, bytes), memcpy(mean, w->mean + o, bytes);
  if (relu) memcpy(scale, w->scale + o, bytes), memcpy(shift, w->shift + o, bytes);
  for (size_t i = 0; i < rows; i++, x += c, dy += w->stride) {
    ask(x + EZ_SHORT * c, width, 0), ask(dy + EZ_SHORT * w->stride, width, 0);
    for (size_t j = 0; j < width; j++) {
      const float g = !relu || x[j] * scale[j] + shift[j] > 0 ? dy[j] : 0;
      sum[j] += g;
      centred[j] += g * (x[j] - mean[j]);
    }
  }
  memcpy(s + o, sum, bytes), memcpy(t + o, centred, bytes);
}

// What is left of a part's channels.
static inline __attribute__((always_inline)) void
add_rest(const ez_part_rows *w, size_t width, const float *restrict x, size_t c, const float *restrict dy,
         size_t rows, size_t o, float *restrict s, float *restrict t) {
  const float *restrict scale = w->scale + o, *restrict shift = w->shift + o, *restrict mean = w->mean + o;
  for (size_t i = 0; i < rows; i++, x += c, dy += w->stride)
    for (size_t j = 0; j < width; j++) {
      const float g = !w->relu || x[j] * scale[j] + shift[j] > 0 ? dy[j] : 0;
      s[o + j] += g;
      t[o + j] += g * (x[j] - mean[j]);
    }
}

// Rows are taken some at a time, and of them a part after the other; s and t stay in the first cache.
EZ_CLONES static void gradient_sums_body(void *context, size_t begin, size_t end) {
  const ez_part_rows w = *(const ez_part_rows *)context;
  const size_t all = w.channels;
  double *restrict sum = w.partial + (begin / w.grain) * 2 * all, *restrict centred = sum + all;
  float *restrict s = malloc(2 * all * sizeof(float)), *restrict t = s + all;
  memset(sum, 0, 2 * all * sizeof(double));
  for (size_t r = begin; r < end; r += EZ_SHORT) {
    const size_t rows = end - r < EZ_SHORT ? end - r : EZ_SHORT;
    memset(s, 0, 2 * all * sizeof(float));
    for (size_t p = 0, o = 0; p < w.part_count; p++) {
      const size_t c = w.parts[p].channels;
      const float *x = w.parts[p].values + r * c, *dy = w.dy + r * w.stride + o;
      size_t k = 0;
      for (; k + EZ_WIDTH <= c; k += EZ_WIDTH)
        if (w.relu) add_sums(&w, EZ_WIDTH, x + k, c, dy + k, rows, o + k, 1, s, t);
        else add_sums(&w, EZ_WIDTH, x + k, c, dy + k, rows, o + k, 0, s, t);
      if (k < c) add_rest(&w, c - k, x + k, c, dy + k, rows, o + k, s, t);
      o += c;
    }
    for (size_t j = 0; j < all; j++) sum[j] += s[j], centred[j] += t[j];
  }
  free(s);
}

// Rows a chunk: chunks for all threads of small maps, few sums to add up of large ones.
static size_t gradient_grain(size_t channels) { return ez_rows_per_chunk((channels + 3) / 4); }

static size_t channels_of(const ez_gradient_part *parts, size_t count) {
  size_t sum = 0;
  for (size_t p = 0; p < count; p++) sum += parts[p].channels;
  return sum;
}

void ez_affine_gradient_sums(const ez_gradient_part *parts, size_t part_count, const float *dy,
                             size_t dy_stride, size_t rows, const float *scale, const float *shift,
                             const float *mean, int relu, double *sum, double *sum_centred) {
  const size_t channels = channels_of(parts, part_count), grain = gradient_grain(channels);
  const size_t chunks = (rows + grain - 1) / grain;
  double *partial = malloc(chunks * 2 * channels * sizeof(double));
  ez_part_rows w = {.parts = parts, .part_count = part_count, .dy = dy, .scale = scale, .shift = shift};
  w.mean = mean, w.relu = relu, w.partial = partial;
  w.channels = channels, w.stride = dy_stride, w.grain = grain;
  ez_parallel(rows, grain, gradient_sums_body, &w);
  memset(sum, 0, channels * sizeof(double));
  memset(sum_centred, 0, channels * sizeof(double));
  for (size_t k = 0; k < chunks; k++) {
    const double *p = partial + k * 2 * channels;
    for (size_t j = 0; j < channels; j++) sum[j] += p[j], sum_centred[j] += p[channels + j];
  }
  free(partial);
}

// A line of memory, at its address.
typedef float ez_line __attribute__((vector_size(64)));

// dx (+)= of some rows of `width` channels (a constant), whose factors stay in registers.
static inline __attribute__((always_inline)) void
send_back(const ez_part_rows *w, const size_t width, const float *restrict x, size_t c, const float *restrict dy,
          size_t rows, size_t o, const int relu, const int accumulate, const int past_cache, float *restrict dx) {
  float scale[EZ_WIDTH], shift[EZ_WIDTH], a[EZ_WIDTH], b[EZ_WIDTH], d[EZ_WIDTH];
  const size_t bytes = width * sizeof(float);
  if (relu) memcpy(scale, w->scale + o, bytes), memcpy(shift, w->shift + o, bytes);
  memcpy(a, w->a + o, bytes), memcpy(b, w->b + o, bytes), memcpy(d, w->d + o, bytes);
  for (size_t i = 0; i < rows; i++, x += c, dy += w->stride, dx += c) {
    ask(x + EZ_SHORT * c, width, 0), ask(dy + EZ_SHORT * w->stride, width, 0);
    if (!past_cache) ask(dx + EZ_SHORT * c, width, 1);
    float y[EZ_WIDTH];
    for (size_t j = 0; j < width; j++) {
      const float g = !relu || x[j] * scale[j] + shift[j] > 0 ? dy[j] : 0;
      y[j] = (accumulate ? dx[j] : 0) + (a[j] * g + b[j] * x[j] + d[j]);
    }
    if (!past_cache) {
      memcpy(dx, y, bytes);
      continue;
    }
    for (size_t j = 0; j < width; j += 16) {
      ez_line line;
      memcpy(&line, y + j, sizeof line);
      __builtin_nontemporal_store(line, (ez_line *)(dx + j));
    }
  }
}

static inline __attribute__((always_inline)) void
send_rest(const ez_part_rows *w, size_t width, const float *restrict x, size_t c, const float *restrict dy,
          size_t rows, size_t o, int accumulate, float *restrict dx) {
  const float *restrict scale = w->scale + o, *restrict shift = w->shift + o;
  const float *restrict a = w->a + o, *restrict b = w->b + o, *restrict d = w->d + o;
  for (size_t i = 0; i < rows; i++, x += c, dy += w->stride, dx += c)
    for (size_t j = 0; j < width; j++) {
      const float g = !w->relu || x[j] * scale[j] + shift[j] > 0 ? dy[j] : 0;
      dx[j] = (accumulate ? dx[j] : 0) + (a[j] * g + b[j] * x[j] + d[j]);
    }
}

EZ_CLONES static void affine_gradient_body(void *context, size_t begin, size_t end) {
  const ez_part_rows w = *(const ez_part_rows *)context;
  for (size_t r = begin; r < end; r += EZ_SHORT) {
    const size_t rows = end - r < EZ_SHORT ? end - r : EZ_SHORT;
    for (size_t p = 0, o = 0; p < w.part_count; o += w.parts[p++].channels) {
      if (!w.parts[p].gradient) continue;
      const size_t c = w.parts[p].channels;
      const int adds = w.parts[p].accumulate;
      const float *x = w.parts[p].values + r * c, *dy = w.dy + r * w.stride + o;
      float *dx = w.parts[p].gradient + r * c;
      // Memory that is not read need not come into the cache before it is written.
      const int past_cache = !adds && w.rows * c * sizeof(float) > EZ_KEPT && c % 16 == 0 && (uintptr_t)dx % 64 == 0;
      size_t k = 0;
#define EZ_SEND(relu, adds, past_cache) \
  send_back(&w, EZ_WIDTH, x + k, c, dy + k, rows, o + k, relu, adds, past_cache, dx + k)
      for (; k + EZ_WIDTH <= c; k += EZ_WIDTH)
        if (!w.relu) EZ_SEND(0, adds, 0);
        else if (adds) EZ_SEND(1, 1, 0);
        else if (past_cache) EZ_SEND(1, 0, 1);
        else EZ_SEND(1, 0, 0);
#undef EZ_SEND
      if (k < c) send_rest(&w, c - k, x + k, c, dy + k, rows, o + k, adds, dx + k);
    }
  }
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

void ez_affine_gradient(const ez_gradient_part *parts, size_t part_count, const float *dy,
                        size_t dy_stride, size_t rows, const float *scale, const float *shift, int relu,
                        const float *a, const float *b, const float *d) {
  ez_part_rows w = {.parts = parts, .part_count = part_count, .dy = dy, .scale = scale, .shift = shift};
  w.a = a, w.b = b, w.d = d, w.rows = rows, w.stride = dy_stride, w.relu = relu;
  ez_parallel(rows, ez_rows_per_chunk(channels_of(parts, part_count)), affine_gradient_body, &w);
}

EZ_CLONES static void affine_input_gradient_body(void *context, size_t begin, size_t end) {
  const ez_rows w = *(const ez_rows *)context;
  const float *restrict scale = w.scale, *restrict shift = w.shift;
  for (size_t r = begin; r < end; r++) {
    const float *restrict x = w.x + r * w.channels, *restrict dy = w.dy + r * w.stride;
    float *restrict dx = w.out + r * w.channels;
    if (!w.accumulate) memset(dx, 0, w.channels * sizeof(float));
    if (w.relu)
      for (size_t j = 0; j < w.channels; j++)
        dx[j] += x[j] * scale[j] + shift[j] > 0 ? scale[j] * dy[j] : 0;
    else
      for (size_t j = 0; j < w.channels; j++) dx[j] += scale[j] * dy[j];
  }
}

void ez_affine_input_gradient(const float *x, const float *dy, size_t dy_stride, size_t rows,
                              size_t channels, const float *scale, const float *shift, int relu,
                              int accumulate, float *dx) {
  ez_rows w = {.x = x, .dy = dy, .scale = scale, .shift = shift};
  w.out = dx, w.channels = channels, w.stride = dy_stride, w.relu = relu, w.accumulate = accumulate;
  ez_parallel(rows, ez_rows_per_chunk(channels), affine_input_gradient_body, &w);
}

typedef struct {
  const double *x, *scale, *shift;
  const float *dy;
  float *dx;
  size_t channels, stride;
  int accumulate;
} ez_double_rows;

EZ_CLONES static void relu_input_gradient_double_body(void *context, size_t begin, size_t end) {
  const ez_double_rows w = *(const ez_double_rows *)context;
  const double *restrict scale = w.scale, *restrict shift = w.shift;
  for (size_t r = begin; r < end; r++) {
    const double *restrict x = w.x + r * w.channels;
    const float *restrict dy = w.dy + r * w.stride;
    float *restrict dx = w.dx + r * w.channels;
    if (!w.accumulate) memset(dx, 0, w.channels * sizeof(float));
    for (size_t j = 0; j < w.channels; j++)
      dx[j] += x[j] * scale[j] + shift[j] > 0 ? (float)scale[j] * dy[j] : 0;
  }
}

void ez_relu_input_gradient_double(const double *x, const float *dy, size_t dy_stride, size_t rows,
                                   size_t channels, const double *scale, const double *shift,
                                   int accumulate, float *dx) {
  ez_double_rows w = {.x = x, .scale = scale, .shift = shift, .dy = dy, .dx = dx};
  w.channels = channels, w.stride = dy_stride, w.accumulate = accumulate;
  ez_parallel(rows, ez_rows_per_chunk(channels), relu_input_gradient_double_body, &w);
}

EZ_CLONES static void column_sums_body(void *context, size_t begin, size_t end) {
  const ez_rows w = *(const ez_rows *)context;
  double *restrict sum = w.partial + (begin / w.grain) * w.channels;
  memset(sum, 0, w.channels * sizeof(double));
  for (size_t r = begin; r < end; r++) {
    const float *restrict x = w.x + r * w.channels;
    for (size_t j = 0; j < w.channels; j++) sum[j] += x[j];
  }
}

void ez_column_sums(const float *x, size_t rows, size_t channels, float *out, int accumulate) {
  const size_t grain = ez_rows_per_chunk(channels), chunks = (rows + grain - 1) / grain;
  double *partial = malloc(chunks * channels * sizeof(double));
  ez_rows w = {.x = x, .partial = partial, .channels = channels, .grain = grain};
  ez_parallel(rows, grain, column_sums_body, &w);
  for (size_t j = 0; j < channels; j++) {
    double sum = 0;
    for (size_t k = 0; k < chunks; k++) sum += partial[k * channels + j];
    out[j] = (accumulate ? out[j] : 0) + (float)sum;
  }
  free(partial);
}

typedef struct {
  const float *x;
  size_t width, channels;
  float *sums; // [lines, channels]
} ez_line_sums;

// Sums over rows of `n` channels, which stay in registers.
static inline __attribute__((always_inline)) void sum_rows(const float *x, size_t rows, size_t channels, size_t n,
                                                           float *out) {
  float sum[EZ_GROUP] = {0};
  for (size_t r = 0; r < rows; r++, x += channels)
    for (size_t j = 0; j < n; j++) sum[j] += x[j];
  for (size_t j = 0; j < n; j++) out[j] = sum[j];
}

// A line's rows in a group of channels are one thread's.
EZ_CLONES static void line_sums_body(void *context, size_t begin, size_t end) {
  const ez_line_sums w = *(const ez_line_sums *)context;
  const size_t groups = ez_groups(w.channels);
  for (size_t i = begin; i < end; i++) {
    const size_t line = i / groups, first = i % groups * EZ_GROUP;
    const float *x = w.x + line * w.width * w.channels + first;
    float *out = w.sums + line * w.channels + first;
    size_t left = w.channels - first;
    if (left >= EZ_GROUP) {
      sum_rows(x, w.width, w.channels, EZ_GROUP, out);
      continue;
    }
    for (; left >= 32; left -= 32, x += 32, out += 32) sum_rows(x, w.width, w.channels, 32, out);
    for (; left >= 8; left -= 8, x += 8, out += 8) sum_rows(x, w.width, w.channels, 8, out);
    for (; left; left--, x++, out++) sum_rows(x, w.width, w.channels, 1, out);
  }
}

typedef struct {
  const float *sums;
  size_t lines, positions, channels;
  float *out;
} ez_line_means;

EZ_CLONES static void line_means_body(void *context, size_t begin, size_t end) {
  const ez_line_means w = *(const ez_line_means *)context;
  const float factor = 1.0f / (float)w.positions;
  for (size_t b = begin; b < end; b++) {
    float *restrict out = w.out + b * w.channels;
    memset(out, 0, w.channels * sizeof(float));
    for (size_t l = 0; l < w.lines; l++) {
      const float *restrict line = w.sums + (b * w.lines + l) * w.channels;
      for (size_t c = 0; c < w.channels; c++) out[c] += line[c];
    }
    for (size_t c = 0; c < w.channels; c++) out[c] *= factor;
  }
}

void ez_line_sums_mean(const float *sums, size_t batch, size_t lines, size_t positions, size_t channels, float *out) {
  ez_line_means w = {sums, lines, positions, channels, out};
  ez_parallel(batch, 1, line_means_body, &w);
}

void ez_mean_positions(const float *x, size_t batch, size_t lines, size_t width, size_t channels, float *out) {
  float *sums = malloc(batch * lines * channels * sizeof(float));
  if (!sums && batch * lines * channels) abort();
  ez_line_sums w = {x, width, channels, sums};
  const size_t grain = EZ_ELEMENTS / ((width ? width : 1) * EZ_GROUP) + 1;
  ez_parallel(batch * lines * ez_groups(channels), grain, line_sums_body, &w);
  ez_line_sums_mean(sums, batch, lines, lines * width, channels, out);
  free(sums);
}

EZ_CLONES static void mean_positions_gradient_body(void *context, size_t begin, size_t end) {
  const ez_rows w = *(const ez_rows *)context;
  const float factor = 1.0f / (float)w.rows;
  for (size_t b = begin; b < end; b++) {
    const float *restrict dy = w.dy + b * w.channels;
    for (size_t r = 0; r < w.rows; r++) {
      float *restrict dx = w.out + (b * w.rows + r) * w.channels;
      for (size_t j = 0; j < w.channels; j++) dx[j] = dy[j] * factor;
    }
  }
}
void ez_mean_positions_gradient(const float *dy, size_t batch, size_t positions, size_t channels,
                                float *dx) {
  ez_rows w = {.dy = dy, .out = dx, .rows = positions, .channels = channels};
  ez_parallel(batch, 1, mean_positions_gradient_body, &w);
}

EZ_CLONES static void add_bias_body(void *context, size_t begin, size_t end) {
  const ez_rows w = *(const ez_rows *)context;
  const float *restrict bias = w.shift;
  for (size_t r = begin; r < end; r++) {
    float *restrict out = w.out + r * w.channels;
    for (size_t j = 0; j < w.channels; j++) out[j] += bias[j];
  }
}
void ez_add_bias(float *x, const float *bias, size_t rows, size_t channels) {
  ez_rows w = {.out = x, .shift = bias, .channels = channels};
  ez_parallel(rows, ez_rows_per_chunk(channels), add_bias_body, &w);
}

typedef struct {
  const float *from;
  float *to;
  size_t from_stride, to_stride, columns;
  int accumulate;
} ez_copy;

EZ_CLONES static void copy_body(void *context, size_t begin, size_t end) {
  const ez_copy w = *(const ez_copy *)context;
  for (size_t r = begin; r < end; r++) {
    const float *restrict from = w.from + r * w.from_stride;
    float *restrict to = w.to + r * w.to_stride;
    if (w.accumulate)
      for (size_t j = 0; j < w.columns; j++) to[j] += from[j];
    else
      memcpy(to, from, w.columns * sizeof(float));
  }
}
void ez_copy_columns(const float *from, size_t from_stride, float *to, size_t to_stride,
                     size_t rows, size_t columns, int accumulate) {
  ez_copy w = {from, to, from_stride, to_stride, columns, accumulate};
  ez_parallel(rows, ez_rows_per_chunk(columns), copy_body, &w);
}
