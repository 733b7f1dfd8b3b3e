// Internal: products and updates of a few rows at a time, held in registers. Everything is inlined
// into functions compiled for one kind of processor; numbers of rows are constants there.
#ifndef ENCODERZOO_WORD2VEC_TILES_H
#define ENCODERZOO_WORD2VEC_TILES_H

#include <string.h>

#include "word2vec.h"

// Sums of the lanes of four vectors, always in the same order.
INLINE void add_lanes(const v16 *a, float *out) {
  const v16 ab = __builtin_shufflevector(a[0], a[1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12,
                                         28, 13, 29) +
                 __builtin_shufflevector(a[0], a[1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14,
                                         30, 15, 31);
  const v16 cd = __builtin_shufflevector(a[2], a[3], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12,
                                         28, 13, 29) +
                 __builtin_shufflevector(a[2], a[3], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14,
                                         30, 15, 31);
  const v16 s = __builtin_shufflevector(ab, cd, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13,
                                        28, 29) +
                __builtin_shufflevector(ab, cd, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15,
                                        30, 31);
  const v8 h = __builtin_shufflevector(s, s, 0, 1, 2, 3, 4, 5, 6, 7) +
               __builtin_shufflevector(s, s, 8, 9, 10, 11, 12, 13, 14, 15);
  const v4 q = __builtin_shufflevector(h, h, 0, 1, 2, 3) +
               __builtin_shufflevector(h, h, 4, 5, 6, 7);
  memcpy(out, &q, sizeof q);
}

// products[c, k] = a[c] . b[k] over some vectors; rows of products are `width` floats apart.
INLINE void dot_tile(float *const *a, float *const *b, size_t begin, size_t end, int rows,
                     int columns, float *products, size_t width) {
  v16 sum[MAX_CONTEXTS * MAX_OUTPUTS + 3];
  float tile[MAX_CONTEXTS * MAX_OUTPUTS + 3];
  const int pairs = rows * columns;
  UNROLL for (int i = 0; i < pairs + 3; i++) sum[i] = (v16){0};
  for (size_t v = begin; v < end; v++) {
    v16 y[MAX_OUTPUTS];
    UNROLL for (int k = 0; k < columns; k++) y[k] = ((const v16 *)b[k])[v];
    UNROLL for (int c = 0; c < rows; c++) {
      const v16 x = ((const v16 *)a[c])[v];
      UNROLL for (int k = 0; k < columns; k++) sum[c * columns + k] += x * y[k];
    }
  }
  UNROLL for (int i = 0; i < pairs; i += 4) add_lanes(sum + i, tile + i);
  UNROLL for (int c = 0; c < rows; c++)
    memcpy(products + (size_t)c * width, tile + c * columns, (size_t)columns * sizeof(float));
}

// Calls `f` with a number of 1...6 as a constant.
#define WITH_CONSTANT(n, f)                                                                        \
  switch (n) {                                                                                     \
  case 1: f(1); break;                                                                             \
  case 2: f(2); break;                                                                             \
  case 3: f(3); break;                                                                             \
  case 4: f(4); break;                                                                             \
  case 5: f(5); break;                                                                             \
  default: f(6); break;                                                                            \
  }

// The same for up to `most_rows` rows and any number of columns.
INLINE void dot_rows(float *const *a, size_t rows, float *const *b, size_t columns, size_t begin,
                     size_t end, int most_rows, int most_columns, float *products, size_t width) {
  for (size_t k = 0; k < columns; k += (size_t)most_columns) {
    const size_t left = columns - k < (size_t)most_columns ? columns - k : (size_t)most_columns;
#define DOTS(N)                                                                                    \
  if (N > most_columns) break;                                                                     \
  if (rows == 1) dot_tile(a, b + k, begin, end, 1, N, products + k, width);                        \
  if (most_rows >= 2 && rows == 2) dot_tile(a, b + k, begin, end, 2, N, products + k, width);      \
  if (most_rows >= 3 && rows == 3) dot_tile(a, b + k, begin, end, 3, N, products + k, width);      \
  if (most_rows >= 4 && rows == 4) dot_tile(a, b + k, begin, end, 4, N, products + k, width)
    WITH_CONSTANT(left, DOTS)
  }
}

// Pair by pair in the order of the contexts c, as word2vec.c goes through a window: in[c] gets the
// sum of f[c, k] out[k], then each out[k] gets f[c, k] in[c] of before. The rows of `out` are
// distinct and stay in registers; those of `in` may repeat.
INLINE void update_tile(float *const *in, size_t contexts, float *const *out, size_t v, int unroll,
                        int outputs, const float *f, size_t width) {
  v16 o[MAX_OUTPUTS][2];
  UNROLL for (int k = 0; k < outputs; k++) {
    UNROLL for (int u = 0; u < unroll; u++) o[k][u] = ((const v16 *)out[k])[v + (size_t)u];
  }
  for (size_t c = 0; c < contexts; c++, f += width) {
    v16 *row = (v16 *)in[c] + v;
    v16 x[2], e[2];
    UNROLL for (int u = 0; u < unroll; u++) e[u] = x[u] = row[u];
    UNROLL for (int k = 0; k < outputs; k++) {
      UNROLL for (int u = 0; u < unroll; u++) {
        e[u] += f[k] * o[k][u];
        o[k][u] += f[k] * x[u];
      }
    }
    UNROLL for (int u = 0; u < unroll; u++) row[u] = e[u];
  }
  UNROLL for (int k = 0; k < outputs; k++) {
    UNROLL for (int u = 0; u < unroll; u++) ((v16 *)out[k])[v + (size_t)u] = o[k][u];
  }
}

INLINE void update(float *const *in, size_t contexts, float *const *out, size_t begin, size_t end,
                   int unroll, int outputs, const float *f, size_t width) {
  size_t v = begin;
  for (; v + (size_t)unroll <= end; v += (size_t)unroll)
    update_tile(in, contexts, out, v, unroll, outputs, f, width);
  for (; v < end; v++) update_tile(in, contexts, out, v, 1, outputs, f, width);
}

// x = 1 / (1 + exp(-x)); exp by Cephes' polynomial, whose error is 1e-7 of the value.
INLINE void sigmoid(v8 *x) {
  typedef int32_t i8 __attribute__((vector_size(32)));
  const v8 limit = (v8){0} + 80.0f;
  const v8 a = __builtin_elementwise_max(__builtin_elementwise_min(-*x, limit), -limit);
  const v8 shifted = a * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: rounds to a whole number
  const v8 n = shifted - 12582912.0f;
  const v8 r = a - n * 0.693359375f + n * 2.12194440e-4f;
  v8 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const i8 power = (__builtin_convertvector(n, i8) + 127) << 23;
  *x = 1.0f / (1.0f + p * (v8)power);
}

// The mean of the context's vectors.
INLINE void average(float *const *in, size_t contexts, size_t begin, size_t end, float *hidden) {
  const float share = 1.0f / (float)contexts;
  for (size_t v = begin; v < end; v++) {
    v16 sum = ((const v16 *)in[0])[v];
    for (size_t c = 1; c < contexts; c++) sum += ((const v16 *)in[c])[v];
    ((v16 *)hidden)[v] = sum * share;
  }
}

// CBOW: the gradient of the mean goes to every word of the context undivided, as in word2vec.c.
INLINE void update_mean(float *const *in, size_t contexts, float *const *out, size_t outputs,
                        size_t begin, size_t end, const float *f, const float *hidden) {
  for (size_t v = begin; v < end; v++) {
    const v16 h = ((const v16 *)hidden)[v];
    v16 e = {0};
    for (size_t k = 0; k < outputs; k++) {
      v16 *row = (v16 *)out[k] + v;
      const v16 o = *row;
      e += f[k] * o;
      *row = o + f[k] * h;
    }
    for (size_t c = 0; c < contexts; c++) ((v16 *)in[c])[v] += e;
  }
}

#endif
