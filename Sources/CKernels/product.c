#include "product.h"

#include "parallel.h"

#include <string.h>

int ez_has_fast_convolutions(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f");
#else
  return 0;
#endif
}

size_t ez_packed_count(size_t depth, size_t columns) { return (columns + 31) / 32 * 32 * depth; }

void ez_pack_weights(const float *weights, size_t columns, size_t depth, const float *scale,
                     float *packed) {
  memset(packed, 0, ez_packed_count(depth, columns) * sizeof(float));
  for (size_t n = 0; n < columns; n++) {
    const float factor = scale ? scale[n] : 1;
    float *to = packed + n / 32 * 32 * depth + n % 32;
    for (size_t k = 0; k < depth; k++) to[k * 32] = weights[n * depth + k] * factor;
  }
}

#if defined(__x86_64__)

static inline __attribute__((always_inline)) EZ_AVX512 void
tile(const int rows, const float *a, size_t a_stride, size_t depth, const float *b,
     const ez_finish *finish, size_t column, __mmask16 low, __mmask16 high, float *c,
     size_t c_stride) {
  __m512 sum[EZ_TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sum[i][0] = sum[i][1] = _mm512_setzero_ps();
  for (size_t k = 0; k < depth; k++) {
    const __m512 left = _mm512_loadu_ps(b + k * 32), right = _mm512_loadu_ps(b + k * 32 + 16);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const __m512 x = _mm512_set1_ps(a[(size_t)i * a_stride + k]);
      sum[i][0] = _mm512_fmadd_ps(x, left, sum[i][0]);
      sum[i][1] = _mm512_fmadd_ps(x, right, sum[i][1]);
    }
  }
  __m512 bias0 = _mm512_setzero_ps(), bias1 = bias0;
  if (finish->bias) {
    bias0 = _mm512_maskz_loadu_ps(low, finish->bias + column);
    bias1 = _mm512_maskz_loadu_ps(high, finish->bias + column + 16);
  }
  // The second operand of max is what comes out for a NaN: here the sum.
  const __m512 floor = _mm512_set1_ps(finish->relu ? 0 : -__builtin_inff());
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    __m512 y0 = _mm512_add_ps(sum[i][0], bias0), y1 = _mm512_add_ps(sum[i][1], bias1);
    if (finish->add) {
      const float *add = finish->add + (size_t)i * c_stride + column;
      y0 = _mm512_add_ps(y0, _mm512_maskz_loadu_ps(low, add));
      y1 = _mm512_add_ps(y1, _mm512_maskz_loadu_ps(high, add + 16));
    }
    float *to = c + (size_t)i * c_stride + column;
    _mm512_mask_storeu_ps(to, low, _mm512_max_ps(floor, y0));
    _mm512_mask_storeu_ps(to + 16, high, _mm512_max_ps(floor, y1));
  }
}

EZ_AVX512 void ez_multiply_packed(const float *a, size_t a_stride, size_t rows, size_t depth,
                                  const float *weights, size_t columns, const ez_finish *finish,
                                  float *c, size_t c_stride) {
  for (size_t column = 0; column < columns; column += 32) {
    const float *b = weights + column * depth;
    const size_t left = columns - column;
    const __mmask16 low = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
    const __mmask16 high =
        left >= 32 ? 0xffff : left <= 16 ? 0 : (__mmask16)((1u << (left - 16)) - 1);
    for (size_t row = 0; row < rows; row += EZ_TILE_ROWS) {
      const float *from = a + row * a_stride;
      float *to = c + row * c_stride;
      ez_finish here = *finish;
      if (here.add) here.add += row * c_stride;
#define EZ_TILE(n) \
  case n: tile(n, from, a_stride, depth, b, &here, column, low, high, to, c_stride); break;
      switch (rows - row) {
        EZ_TILE(1)
        EZ_TILE(2)
        EZ_TILE(3)
        EZ_TILE(4)
        EZ_TILE(5)
        EZ_TILE(6)
        EZ_TILE(7)
        EZ_TILE(8)
        EZ_TILE(9)
        EZ_TILE(10)
        EZ_TILE(11)
        EZ_TILE(12)
        EZ_TILE(13)
      default: tile(14, from, a_stride, depth, b, &here, column, low, high, to, c_stride);
      }
#undef EZ_TILE
    }
  }
}

// Pointwise convolution.

// Rows a power of two apart fall on the same few lines of the first cache: a gap lies between them.
enum { EZ_POINTWISE_ROWS = 56, EZ_GAP = 16 };

typedef struct {
  const ez_part *parts;
  size_t part_count, depth, columns;
  const float *scale, *shift, *weights;
  ez_finish finish;
  float *out, *workspace;
} ez_pointwise_work;

static EZ_AVX512 void normalised_rows(const ez_pointwise_work *w, size_t begin, size_t end,
                                      float *out) {
  const __m512 zero = _mm512_setzero_ps();
  size_t offset = 0;
  for (size_t p = 0; p < w->part_count; p++) {
    const size_t c = w->parts[p].channels;
    const float *scale = w->scale + offset, *shift = w->shift + offset;
    for (size_t r = begin; r < end; r++) {
      const float *x = w->parts[p].values + r * c;
      float *to = out + (r - begin) * (w->depth + EZ_GAP) + offset;
      for (size_t j = 0; j < c; j += 16) {
        const __mmask16 m = c - j >= 16 ? 0xffff : (__mmask16)((1u << (c - j)) - 1);
        const __m512 y =
            _mm512_fmadd_ps(_mm512_maskz_loadu_ps(m, x + j), _mm512_maskz_loadu_ps(m, scale + j),
                            _mm512_maskz_loadu_ps(m, shift + j));
        _mm512_mask_storeu_ps(to + j, m, _mm512_max_ps(zero, y));
      }
    }
    offset += c;
  }
}

static void pointwise_body(void *context, size_t begin, size_t end) {
  const ez_pointwise_work *w = context;
  const float *from = w->parts[0].values + begin * w->depth;
  size_t stride = w->depth;
  float *rows = w->workspace + (size_t)ez_thread() * EZ_POINTWISE_ROWS * (w->depth + EZ_GAP);
  if (w->scale) {
    normalised_rows(w, begin, end, rows);
    from = rows, stride = w->depth + EZ_GAP;
  } else if (w->depth % 512 == 0) {
    for (size_t r = 0; r < end - begin; r++)
      memcpy(rows + r * (w->depth + EZ_GAP), from + r * w->depth, w->depth * sizeof(float));
    from = rows, stride = w->depth + EZ_GAP;
  }
  ez_finish finish = w->finish;
  if (finish.add) finish.add += begin * w->columns;
  ez_multiply_packed(from, stride, end - begin, w->depth, w->weights, w->columns, &finish,
                     w->out + begin * w->columns, w->columns);
}

size_t ez_pointwise_workspace(size_t depth) {
  return (size_t)ez_threads() * EZ_POINTWISE_ROWS * (depth + EZ_GAP);
}

void ez_pointwise(const ez_part *parts, size_t part_count, const float *scale, const float *shift,
                  size_t rows, const float *weights, size_t columns, const float *bias,
                  const float *add, int relu, float *workspace, float *out) {
  ez_pointwise_work w = {.parts = parts, .part_count = part_count};
  for (size_t p = 0; p < part_count; p++) w.depth += parts[p].channels;
  w.columns = columns, w.scale = scale, w.shift = shift, w.weights = weights, w.out = out;
  w.workspace = workspace;
  w.finish = (ez_finish){bias, add, relu};
  // Small maps are cut finer, so that every thread has some.
  ez_parallel(rows, rows >= 8 * EZ_POINTWISE_ROWS ? EZ_POINTWISE_ROWS : EZ_TILE_ROWS,
              pointwise_body, &w);
}

#else

size_t ez_pointwise_workspace(size_t depth) { return depth; }
void ez_pointwise(const ez_part *parts, size_t part_count, const float *scale, const float *shift,
                  size_t rows, const float *weights, size_t columns, const float *bias,
                  const float *add, int relu, float *workspace, float *out) {
  __builtin_trap();
}

#endif
