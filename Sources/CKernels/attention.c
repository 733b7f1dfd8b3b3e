#include "fused.h"

// Attention of one head after another, a block of queries at a time: its weights stay in the second cache, and no matrix of
// all of them is made. Going back they are made again, as in Dao et al. 2022, https://arxiv.org/abs/2205.14135.
#include "CKernels.h"

#include "CKernelsLayers.h"
#include "bfloat.h"
#include "functions.h"
#include "parallel.h"
#include "product.h"

#include <string.h>

// Queries a block: a multiple of both tiles.
enum { EZ_QUERIES = 96 };

static size_t panels(int lanes, size_t columns) {
  const size_t panel = 2 * (size_t)lanes;
  return (columns + panel - 1) / panel * panel;
}

// Queries of a block, as even as tiles allow.
static size_t block_rows(size_t time) {
  const size_t blocks = (time + EZ_QUERIES - 1) / EZ_QUERIES, rows = (time + blocks - 1) / blocks;
  return (rows + 11) / 12 * 12;
}

size_t ez_attention_workspace(const ez_attention_shape *s, int lanes, int back) {
  const size_t head = s->width / s->heads, all = panels(lanes, s->time), wide = panels(lanes, head);
  const size_t keys = all * head, values = wide * s->time, block = (size_t)EZ_QUERIES * s->time;
  const size_t forward = keys + values + block;
  return (size_t)ez_threads() * (back ? 2 * keys + values + 3 * block + 2 * wide * EZ_QUERIES : forward);
}

#if defined(__x86_64__)

// Up to 16 rows and columns that lie `stride` apart, columns as rows of 16, `pitch` apart: zero behind the last row.
static EZ_SIXTEEN void turn_square(const float *x, size_t rows, size_t columns, size_t stride, float *to, size_t pitch) {
  const __mmask16 mask = ez_first_lanes(columns);
  __m512i r[16];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < 16; i++)
    r[i] = i < rows ? _mm512_maskz_loadu_epi32(mask, x + i * stride) : _mm512_setzero_si512();
  ez_turn_words(r);
#pragma clang loop unroll(full)
  for (size_t i = 0; i < 16; i++)
    if (i < columns) _mm512_storeu_si512(to + i * pitch, r[i]);
}

// Rows [rows, columns] that lie `stride` apart as the panels of a product by their transpose.
static void pack_rows(int lanes, const float *x, size_t rows, size_t columns, size_t stride, float *packed) {
  const size_t panel = 2 * (size_t)lanes;
  if (lanes == 16) {
    const size_t all = (rows + panel - 1) / panel * panel;
    for (size_t first = 0; first < all; first += 16)
      for (size_t c = 0; c < columns; c += 16)
        turn_square(x + first * stride + c, rows > first ? rows - first : 0, columns - c, stride,
                    packed + first / panel * panel * columns + c * panel + first % panel, panel);
    return;
  }
  for (size_t first = 0; first < rows; first += panel) {
    float *to = packed + first * columns;
    const size_t n = rows - first < panel ? rows - first : panel;
    for (size_t r = 0; r < n; r++)
      for (size_t c = 0; c < columns; c++) to[c * panel + r] = x[(first + r) * stride + c];
    for (size_t c = 0; n < panel && c < columns; c++) memset(to + c * panel + n, 0, (panel - n) * sizeof(float));
  }
}

// The same as the panels of a product by them.
static void pack_columns(int lanes, const float *x, size_t rows, size_t columns, size_t stride, float *packed) {
  const size_t panel = 2 * (size_t)lanes;
  for (size_t first = 0; first < columns; first += panel) {
    const size_t n = columns - first < panel ? columns - first : panel;
    float *to = packed + first * rows;
    for (size_t r = 0; r < rows; r++, to += panel) {
      memcpy(to, x + r * stride + first, n * sizeof(float));
      if (n < panel) memset(to + n, 0, (panel - n) * sizeof(float));
    }
  }
}

static void product(int lanes, const float *a, size_t a_stride, size_t rows, size_t depth, const float *packed,
                    size_t columns, const float *add, float *c, size_t c_stride) {
  const ez_finish finish = {.add = add};
  const ez_prefetch none = {0};
  (lanes == 16 ? ez_multiply_packed_16 : ez_multiply_packed_8)(a, a_stride, rows, depth, packed, columns, &finish,
                                                             &none, c, c_stride);
}

typedef struct {
  ez_attention_shape shape;
  int lanes;
  float factor;
  const float *qkv, *dy;
  float *out, *logs, *gradient, *slopes, *workspace;
  size_t share; // of the workspace, a thread's
} ez_attention_work;

// Each row to exp(factor * x - its log), of the first `used` places.
EZ_CLONES static void weights_of(float *x, size_t rows, size_t used, size_t stride, float factor, const float *logs) {
  for (size_t r = 0; r < rows; r++, x += stride) {
    const float log = logs[r];
    for (size_t i = 0; i < used; i++) x[i] = ez_exp(x[i] * factor - log);
  }
}

// Each row to exp(factor * (x - its largest)), and in `shares` one over its sum; in `logs` the logarithm of the sum of
// exp(factor * x).
EZ_CLONES static void exponents(float *x, size_t rows, size_t used, size_t stride, float factor, float *shares,
                                float *logs) {
  for (size_t r = 0; r < rows; r++, x += stride) {
    // Sixteen at once. What is not a number is never the largest: its exponential keeps it.
    float largest = -__builtin_inff(), lanes[16];
    size_t i = 0;
    for (size_t j = 0; j < 16; j++) lanes[j] = largest;
    for (; i + 16 <= used; i += 16)
      for (size_t j = 0; j < 16; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
    for (; i < used; i++) largest = x[i] > largest ? x[i] : largest;
    for (size_t j = 0; j < 16; j++) largest = lanes[j] > largest ? lanes[j] : largest;
    for (i = 0; i < used; i++) x[i] = ez_exp((x[i] - largest) * factor);
    for (size_t j = 0; j < 16; j++) lanes[j] = 0;
    for (i = 0; i + 16 <= used; i += 16)
      for (size_t j = 0; j < 16; j++) lanes[j] += x[i + j];
    double sum = 0;
    for (size_t j = 0; j < 16; j++) sum += lanes[j];
    for (; i < used; i++) sum += x[i];
    shares[r] = (float)(1 / sum);
    if (logs) logs[r] = largest * factor + (float)__builtin_log(sum);
  }
}

EZ_CLONES static void scale_rows(float *x, size_t rows, size_t columns, size_t stride, const float *factors) {
  for (size_t r = 0; r < rows; r++, x += stride)
    for (size_t c = 0; c < columns; c++) x[c] *= factors[r];
}

// dp to factor * p * (dp - the row's sum of p * dp).
EZ_CLONES static void slopes_of(const float *p, float *dp, size_t rows, size_t used, size_t stride, float factor) {
  for (size_t r = 0; r < rows; r++, p += stride, dp += stride) {
    float lanes[16] = {0};
    size_t i = 0;
    for (; i + 16 <= used; i += 16)
      for (size_t j = 0; j < 16; j++) lanes[j] += p[i + j] * dp[i + j];
    double sum = 0;
    for (size_t j = 0; j < 16; j++) sum += lanes[j];
    for (; i < used; i++) sum += (double)p[i] * dp[i];
    const float mean = (float)sum;
    for (i = 0; i < used; i++) dp[i] = factor * p[i] * (dp[i] - mean);
  }
}

// [rows, columns] to [columns, rows].
EZ_CLONES static void transpose(const float *x, size_t rows, size_t columns, size_t stride, float *out) {
  enum { SIDE = 16 };
  for (size_t r = 0; r < rows; r += SIDE)
    for (size_t c = 0; c < columns; c += SIDE)
      for (size_t j = c; j < columns && j < c + SIDE; j++)
        for (size_t i = r; i < rows && i < r + SIDE; i++) out[j * rows + i] = x[i * stride + j];
}

// Where a head's bias is; NULL where there is none.
static const float *bias_of(const ez_attention_shape *s, size_t index) {
  if (!s->bias) return NULL;
  const size_t sample = index / s->heads, number = index % s->heads;
  return s->bias + (sample % s->biases * s->heads + number) * s->time * s->time;
}

// Where a head's queries, bias, results and logarithms are.
typedef struct {
  size_t head, stride, used, time, width;
  const float *queries, *bias;
  size_t result, row;
} ez_head;

static ez_head head_of(const ez_attention_work *w, size_t index) {
  const ez_attention_shape *s = &w->shape;
  const size_t sample = index / s->heads, number = index % s->heads, head = s->width / s->heads;
  return (ez_head){.head = head,
                   .stride = 3 * s->width,
                   .used = (size_t)s->used[sample],
                   .time = s->time,
                   .width = s->width,
                   .queries = w->qkv + sample * s->time * 3 * s->width + number * head,
                   .bias = bias_of(s, index),
                   .result = sample * s->time * s->width + number * head,
                   .row = index * s->time};
}

static void attention_body(void *context, size_t begin, size_t end) {
  const ez_attention_work *w = context;
  const int lanes = w->lanes;
  const size_t grain = block_rows(w->shape.time);
  for (size_t index = begin; index < end; index++) {
    const ez_head h = head_of(w, index);
    float *keys = w->workspace + (size_t)ez_thread() * w->share;
    float *values = keys + panels(lanes, h.time) * h.head, *block = values + panels(lanes, h.head) * h.time;
    float shares[EZ_QUERIES];
    pack_rows(lanes, h.queries + h.width, h.used, h.head, h.stride, keys);
    pack_columns(lanes, h.queries + 2 * h.width, h.used, h.head, h.stride, values);
    for (size_t first = 0; first < h.time; first += grain) {
      const size_t rows = h.time - first < grain ? h.time - first : grain;
      float *out = w->out + h.result + first * h.width;
      const float *bias = h.bias ? h.bias + first * h.used : NULL;
      product(lanes, h.queries + first * h.stride, h.stride, rows, h.head, keys, h.used, bias, block, h.used);
      exponents(block, rows, h.used, h.used, w->factor, shares, w->logs ? w->logs + h.row + first : NULL);
      product(lanes, block, h.used, rows, h.used, values, h.head, NULL, out, h.width);
      scale_rows(out, rows, h.head, h.width, shares);
    }
  }
}

// P from the scores and the kept logarithms; dV = Pᵀ·dO, dP = dO·Vᵀ, dS = factor · P · (dP - sum P·dP), dQ = dS·K,
// dK = dSᵀ·Q.
static void gradient_body(void *context, size_t begin, size_t end) {
  const ez_attention_work *w = context;
  const int lanes = w->lanes;
  const size_t grain = block_rows(w->shape.time);
  for (size_t index = begin; index < end; index++) {
    const ez_head h = head_of(w, index);
    const size_t all = panels(lanes, h.time) * h.head, wide = panels(lanes, h.head);
    float *keys_across = w->workspace + (size_t)ez_thread() * w->share, *values_across = keys_across + all;
    float *keys = values_across + all, *weights = keys + wide * h.time;
    float *slopes = weights + EZ_QUERIES * h.time, *turned = slopes + EZ_QUERIES * h.time;
    float *queries = turned + EZ_QUERIES * h.time, *given = queries + wide * EZ_QUERIES;
    const float *from = h.queries, *dy = w->dy + h.result;
    float *dq = w->gradient + (h.queries - w->qkv), *dk = dq + h.width, *dv = dk + h.width;
    pack_rows(lanes, from + h.width, h.used, h.head, h.stride, keys_across);
    pack_rows(lanes, from + 2 * h.width, h.used, h.head, h.stride, values_across);
    pack_columns(lanes, from + h.width, h.used, h.head, h.stride, keys);
    for (size_t first = 0; first < h.time; first += grain) {
      const size_t rows = h.time - first < grain ? h.time - first : grain;
      const float *q = from + first * h.stride, *d = dy + first * h.width;
      const float *bias = h.bias ? h.bias + first * h.used : NULL;
      product(lanes, q, h.stride, rows, h.head, keys_across, h.used, bias, weights, h.used);
      weights_of(weights, rows, h.used, h.used, w->factor, w->logs + h.row + first);
      pack_columns(lanes, d, rows, h.head, h.width, given);
      transpose(weights, rows, h.used, h.used, turned);
      product(lanes, turned, rows, h.used, rows, given, h.head, first ? dv : NULL, dv, h.stride);
      product(lanes, d, h.width, rows, h.head, values_across, h.used, NULL, slopes, h.used);
      slopes_of(weights, slopes, rows, h.used, h.used, w->factor);
      if (w->slopes) memcpy(w->slopes + (h.row + first) * h.time, slopes, rows * h.used * sizeof *slopes);
      product(lanes, slopes, h.used, rows, h.used, keys, h.head, NULL, dq + first * h.stride, h.stride);
      pack_columns(lanes, q, rows, h.head, h.stride, queries);
      transpose(slopes, rows, h.used, h.used, turned);
      product(lanes, turned, rows, h.used, rows, queries, h.head, first ? dk : NULL, dk, h.stride);
    }
    // Places that are read by none.
    for (size_t i = h.used; i < h.time; i++) {
      memset(dk + i * h.stride, 0, h.head * sizeof(float));
      memset(dv + i * h.stride, 0, h.head * sizeof(float));
    }
  }
}

static ez_attention_work work_of(const ez_attention_shape *shape, int lanes, const float *qkv, float *logs,
                                 float *workspace, int back) {
  ez_settle_products();
  return (ez_attention_work){.shape = *shape,
                             .lanes = lanes,
                             .factor = 1 / __builtin_sqrtf((float)(shape->width / shape->heads)),
                             .qkv = qkv,
                             .logs = logs,
                             .workspace = workspace,
                             .share = ez_attention_workspace(shape, lanes, back) / (size_t)ez_threads()};
}

void ez_attention(const ez_attention_shape *shape, int lanes, const float *qkv, float *workspace, float *out,
                  float *logs) {
  ez_attention_work w = work_of(shape, lanes, qkv, logs, workspace, 0);
  w.out = out;
  ez_parallel(shape->batch * shape->heads, 1, attention_body, &w);
}

void ez_attention_gradient(const ez_attention_shape *shape, int lanes, const float *qkv, const float *logs,
                           const float *dy, float *workspace, float *gradient, float *slopes) {
  ez_attention_work w = work_of(shape, lanes, qkv, (float *)logs, workspace, 1);
  w.dy = dy, w.gradient = gradient, w.slopes = slopes;
  ez_parallel(shape->batch * shape->heads, 1, gradient_body, &w);
}

// In bf16: factors are rounded, sums and exponentials stay in single precision.

// Queries a block: as many as seven steps of vectors, more than six of tiles; and rows that a block of products may read
// or write beyond them.
enum { EZ_ROUNDED_QUERIES = 98, EZ_BEYOND = EZ_BLOCK };

// What a thread keeps, in bytes, each a multiple of 64.
typedef struct {
  size_t keys, values, queries, scores, weights, pairs;
} ez_rounded_room;

static ez_rounded_room rounded_room(const ez_attention_shape *s) {
  const size_t depth = ez_up(s->width / s->heads, EZ_BLOCK), span = ez_up(s->time, EZ_BLOCK);
  const size_t rows = EZ_ROUNDED_QUERIES + EZ_BEYOND;
  return (ez_rounded_room){span * depth * 2, span * depth * 2,        rows * depth * 2,
                           rows * span * 4,  rows * (span + EZ_BLOCK) * 2, EZ_BLOCK * depth * 2};
}

static size_t rounded_share(const ez_attention_shape *s) {
  const ez_rounded_room r = rounded_room(s);
  return r.keys + r.values + r.queries + r.scores + r.weights + r.pairs;
}

size_t ez_bf16_attention_workspace(const ez_attention_shape *s) {
  return (size_t)ez_threads() * rounded_share(s);
}

static void copy_rows(const uint16_t *x, size_t rows, size_t columns, size_t stride, uint16_t *to, size_t pitch) {
  for (size_t r = 0; r < rows; r++, x += stride, to += pitch) {
    memcpy(to, x, columns * sizeof *x);
    memset(to + columns, 0, (pitch - columns) * sizeof *x);
  }
}

// Words [16 rows, 16], `stride` apart in numbers of bf16, to [16, 32] of which the first 16 of each row are written.
static EZ_VECTORS void turn_words(const uint16_t *x, size_t stride, uint16_t *to) {
  __m512i r[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) r[i] = _mm512_loadu_si512(x + (size_t)i * stride);
  ez_turn_words(r);
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) _mm512_storeu_si512(to + (size_t)i * 2 * EZ_BLOCK, r[i]);
}

// Rows [rows, columns] as the pairs of a product by their transpose: panels [depth / 2][32] of two columns each.
static void pair_rows(int kind, const uint16_t *x, size_t rows, size_t columns, size_t stride, size_t depth,
                      uint16_t *copied, uint16_t *packed) {
  for (size_t first = 0; first < rows; first += EZ_BLOCK) {
    const size_t n = rows - first < EZ_BLOCK ? rows - first : EZ_BLOCK;
    const uint16_t *from = x + first * stride;
    uint16_t *to = packed + first * depth;
    size_t pitch = stride;
    if (n < EZ_BLOCK || columns < depth) {
      copy_rows(from, n, columns, stride, copied, depth);
      memset(copied + n * depth, 0, (EZ_BLOCK - n) * depth * sizeof *copied);
      from = copied, pitch = depth;
    }
    if (kind != EZ_BF16_PLAIN) {
      for (size_t c = 0; c < depth; c += EZ_BLOCK)
        for (size_t r = 0; r < EZ_BLOCK; r += 16) turn_words(from + r * pitch + c, pitch, to + c * EZ_BLOCK + 2 * r);
      continue;
    }
    for (size_t c = 0; c < depth; c += 2)
      for (size_t r = 0; r < EZ_BLOCK; r++) memcpy(to + c * EZ_BLOCK + 2 * r, from + r * pitch + c, 2 * sizeof *to);
  }
}

// The same as the pairs of a product by them: panels [depth / 2][32] of two rows each, `depth` of them.
EZ_CLONES static void pair_columns(const uint16_t *x, size_t rows, size_t columns, size_t stride, size_t depth,
                                   uint16_t *packed) {
  for (size_t first = 0; first < columns; first += EZ_BLOCK) {
    const size_t n = columns - first < EZ_BLOCK ? columns - first : EZ_BLOCK;
    uint16_t *to = packed + first * depth;
    size_t r = 0;
    for (; r + 2 <= rows; r += 2, to += 2 * EZ_BLOCK) {
      const uint16_t *low = x + r * stride + first, *high = low + stride;
      if (n == EZ_BLOCK)
        for (size_t c = 0; c < EZ_BLOCK; c++) to[2 * c] = low[c], to[2 * c + 1] = high[c];
      else {
        for (size_t c = 0; c < n; c++) to[2 * c] = low[c], to[2 * c + 1] = high[c];
        memset(to + 2 * n, 0, 2 * (EZ_BLOCK - n) * sizeof *to);
      }
    }
    memset(to, 0, (depth - r) * EZ_BLOCK * sizeof *to);
    for (size_t c = 0; r < rows && c < n; c++) to[2 * c] = x[r * stride + first + c];
  }
}

// Each row's exponentials, as `exponents` has them, rounded, and zero from the last on up to `span`; in `shares` one over
// the sum of those that were not rounded. 2^t by parts of ez_near_silu, within 3e-6.
static EZ_VECTORS void near_exponents(const float *x, size_t rows, size_t used, size_t span, float factor,
                                      uint16_t *weights, size_t pitch, float *shares) {
  const __m512 rise = _mm512_set1_ps(factor * 1.44269504f), least = _mm512_set1_ps(-__builtin_inff());
  for (size_t r = 0; r < rows; r++, x += span, weights += pitch) {
    // What is not a number is never the largest: its exponential keeps it.
    __m512 largest = least;
    for (size_t i = 0; i < used; i += 16)
      largest = _mm512_max_ps(_mm512_mask_loadu_ps(least, ez_first_lanes(used - i), x + i), largest);
    const __m512 top = _mm512_set1_ps(_mm512_reduce_max_ps(largest));
    __m512 sum = _mm512_setzero_ps();
    for (size_t i = 0; i < span; i += 16) {
      const __mmask16 mask = i < used ? ez_first_lanes(used - i) : 0;
      const __m512 t = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + i), top), rise);
      const __m512 y = _mm512_maskz_mov_ps(mask, ez_near_power(_mm512_max_ps(_mm512_set1_ps(-126), t)));
      sum = _mm512_add_ps(sum, y);
      _mm256_storeu_si256((__m256i *)(weights + i), (__m256i)_mm512_cvtneps_pbh(y));
    }
    shares[r] = 1 / _mm512_reduce_add_ps(sum);
  }
}

EZ_CLONES static void add_bias(float *scores, size_t rows, size_t columns, size_t stride, const float *bias) {
  for (size_t r = 0; r < rows; r++, scores += stride, bias += columns)
    for (size_t c = 0; c < columns; c++) scores[c] += bias[c];
}

// A block of results: sums times a factor of each row, rounded.
static void store_scaled(const float *sums, size_t rows, size_t columns, const float *factors, uint16_t *out,
                         size_t stride) {
  for (size_t r = 0; r < rows; r++, sums += EZ_BLOCK, out += stride)
    for (size_t c = 0; c < columns; c++) out[c] = ez_bf16_of(sums[c] * factors[r]);
}

static EZ_VECTORS void store_scaled_by_vectors(const float *sums, size_t rows, size_t columns, const float *factors,
                                               uint16_t *out, size_t stride) {
  const __mmask32 mask = columns >= EZ_BLOCK ? ~(__mmask32)0 : ((__mmask32)1 << columns) - 1;
  for (size_t r = 0; r < rows; r++, sums += EZ_BLOCK, out += stride) {
    const __m512 factor = _mm512_set1_ps(factors[r]);
    const __m512 low = _mm512_mul_ps(_mm512_loadu_ps(sums), factor);
    const __m512 high = _mm512_mul_ps(_mm512_loadu_ps(sums + EZ_HALF), factor);
    _mm512_mask_storeu_epi16(out, mask, (__m512i)_mm512_cvtne2ps_pbh(high, low));
  }
}

typedef struct {
  ez_attention_shape shape;
  int kind;
  float factor;
  const uint16_t *qkv;
  uint16_t *out;
  unsigned char *workspace;
  size_t share; // of the workspace, a thread's
} ez_rounded_work;

static void rounded_body(void *context, size_t begin, size_t end) {
  const ez_rounded_work *w = context;
  const ez_attention_shape *s = &w->shape;
  const int kind = w->kind, is_plain = kind == EZ_BF16_PLAIN;
  const ez_rounded_room room = rounded_room(s);
  const size_t step = ez_bf16_step(kind), together = ez_bf16_together(kind);
  const size_t head = s->width / s->heads, stride = 3 * s->width, depth = ez_up(head, EZ_BLOCK);
  // Vectors read no more than there is.
  const int in_place = kind == EZ_BF16_VECTORS && head % 2 == 0;
  unsigned char *memory = w->workspace + (size_t)ez_thread() * w->share;
  uint16_t *keys = (uint16_t *)memory, *values = (uint16_t *)(memory += room.keys);
  uint16_t *queries = (uint16_t *)(memory += room.values);
  float *scores = (float *)(memory += room.queries);
  uint16_t *weights = (uint16_t *)(memory += room.scores), *pairs = (uint16_t *)(memory += room.weights);
  _Alignas(64) float sums[EZ_BLOCK * EZ_BLOCK], shares[EZ_ROUNDED_QUERIES];
  ez_bf16_begin(kind);
  for (size_t index = begin; index < end; index++) {
    const size_t sample = index / s->heads, number = index % s->heads, used = (size_t)s->used[sample];
    const uint16_t *all = w->qkv + sample * s->time * stride + number * head;
    const float *bias = bias_of(s, index);
    uint16_t *out = w->out + sample * s->time * s->width + number * head;
    const size_t span = ez_up(used, EZ_BLOCK), pitch = span + EZ_BLOCK;
    const size_t blocks = (s->time + EZ_ROUNDED_QUERIES - 1) / EZ_ROUNDED_QUERIES;
    const size_t fair = ez_up((s->time + blocks - 1) / blocks, together);
    const size_t grain = fair < EZ_ROUNDED_QUERIES ? fair : EZ_ROUNDED_QUERIES;
    pair_rows(kind, all + s->width, used, head, stride, depth, pairs, keys);
    pair_columns(all + 2 * s->width, used, head, stride, span, values);
    for (size_t first = 0; first < s->time; first += grain) {
      const size_t rows = s->time - first < grain ? s->time - first : grain;
      const uint16_t *asked = all + first * stride;
      if (!in_place) copy_rows(asked, rows, head, stride, queries, depth), asked = queries;
      const size_t apart = in_place ? stride : depth;
      for (size_t key = 0; key < used; key += EZ_BLOCK)
        for (size_t r = 0; r < rows; r += step) {
          const ez_bf16_rows a = {asked + r * apart, apart, 1, 0, depth, ez_up(head, 2)};
          const ez_bf16_pairs b = {keys + key * depth, 2 * EZ_BLOCK};
          ez_bf16_block(kind, &a, &b, rows - r < step ? rows - r : step, scores + r * span + key, span, 0, NULL);
        }
      if (bias) add_bias(scores, rows, used, span, bias + first * used);
      // Behind the last key that is read weights are zero, and so are values.
      if (is_plain) {
        exponents(scores, rows, used, span, w->factor, shares, NULL);
        const ez_part part = {scores, span};
        ez_bf16_round(kind, &part, 1, NULL, NULL, 0, rows, weights, pitch, span);
      } else near_exponents(scores, rows, used, span, w->factor, weights, pitch, shares);
      for (size_t column = 0; column < head; column += EZ_BLOCK)
        for (size_t r = 0; r < rows; r += step) {
          const size_t n = rows - r < step ? rows - r : step;
          const ez_bf16_rows a = {weights + r * pitch, pitch, 1, 0, span, ez_up(used, 2)};
          const ez_bf16_pairs b = {values + column * span, 2 * EZ_BLOCK};
          ez_bf16_block(kind, &a, &b, n, sums, EZ_BLOCK, 0, NULL);
          (is_plain ? store_scaled : store_scaled_by_vectors)(sums, n, head - column < EZ_BLOCK ? head - column : EZ_BLOCK,
                                                              shares + r, out + (first + r) * s->width + column, s->width);
        }
    }
  }
  ez_bf16_end(kind);
}

void ez_bf16_attention(int kind, const ez_attention_shape *shape, const uint16_t *qkv, void *workspace, uint16_t *out) {
  ez_rounded_work w = {.shape = *shape, .kind = kind, .qkv = qkv, .out = out, .workspace = workspace};
  w.factor = 1 / __builtin_sqrtf((float)(shape->width / shape->heads));
  w.share = rounded_share(shape);
  ez_parallel(shape->batch * shape->heads, 1, rounded_body, &w);
}

#endif
