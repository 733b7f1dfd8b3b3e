// Internal: blocks of products in bf16, and how rows of single precision become bf16.
#ifndef ENCODERZOO_BFLOAT_H
#define ENCODERZOO_BFLOAT_H

#include "CKernels.h"
#include "CKernelsBFloat.h"
#include "CKernelsLayers.h"
#include "product.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define EZ_VECTORS __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
// What needs no more than vectors of 16 floats.
#define EZ_SIXTEEN __attribute__((target("avx512f")))

static inline __attribute__((always_inline)) EZ_SIXTEEN __mmask16 ez_first_lanes(size_t count) {
  return count >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << count) - 1);
}

// A square of 16 × 16 words, a row in each register, is turned over: columns become rows.
static inline __attribute__((always_inline)) EZ_SIXTEEN void ez_turn_words(__m512i r[16]) {
  __m512i t[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  // r[4q + j] has column 4l + j of rows 4q.. in its quarter l.
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) {
    const __m512i a = _mm512_shuffle_i32x4(r[j], r[4 + j], 0x88), b = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0x88);
    const __m512i c = _mm512_shuffle_i32x4(r[j], r[4 + j], 0xdd), d = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0xdd);
    t[j] = _mm512_shuffle_i32x4(a, b, 0x88), t[8 + j] = _mm512_shuffle_i32x4(a, b, 0xdd);
    t[4 + j] = _mm512_shuffle_i32x4(c, d, 0x88), t[12 + j] = _mm512_shuffle_i32x4(c, d, 0xdd);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) r[i] = t[i];
}

// 2^t, t = n + f with f in 0..<1, relatively within 3e-6: 2^f by a minimax fit of degree 4.
static inline __attribute__((always_inline)) EZ_VECTORS __m512 ez_near_power(__m512 t) {
  const __m512 f = _mm512_sub_ps(t, _mm512_roundscale_ps(t, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
  __m512 p = _mm512_set1_ps(0.013534167781472206f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.052011460065841675f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.2414427548646927f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.6930038332939148f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0000026226043701f));
  return _mm512_scalef_ps(p, t);
}

// x times its sigmoid for what is multiplied in bf16: relatively within 1e-4, a 20th of what rounding to bf16 may
// take. x / (1 + 2^t), t = -x log2 e, by the processor's approximate inverse.
static inline __attribute__((always_inline)) EZ_VECTORS __m512 ez_near_silu(__m512 x) {
  // The second operand of max is what comes out for a NaN.
  const __m512 t = _mm512_max_ps(_mm512_set1_ps(-126), _mm512_mul_ps(x, _mm512_set1_ps(-1.44269504f)));
  const __m512 below = _mm512_add_ps(_mm512_set1_ps(1), ez_near_power(t));
  return _mm512_mul_ps(x, _mm512_rcp14_ps(below));
}

// GELU for what is multiplied in bf16: within 1e-4 up to 10, and relatively within 1e-5 beyond. The normal distribution's
// share below x is 0.5 + y P(y y), y = x between -4.25 and 4.25, with P a minimax fit of degree 7 under which the share
// there is 0 and 1, but for rounding.
static inline __attribute__((always_inline)) EZ_VECTORS __m512 ez_near_gelu(__m512 x) {
  const __m512 y = _mm512_min_ps(_mm512_set1_ps(4.25f), _mm512_max_ps(_mm512_set1_ps(-4.25f), x));
  const __m512 s = _mm512_mul_ps(y, y);
  __m512 p = _mm512_set1_ps(-8.460372957763695e-10f);
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(7.570807980528116e-08f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-2.938795432783081e-06f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(6.552699051098898e-05f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-0.0009404468000866473f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(0.009257820434868336f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-0.06545349210500717f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(0.3984200358390808f));
  const __m512 above = _mm512_max_ps(_mm512_set1_ps(-4.25f), x);
  return _mm512_mul_ps(above, _mm512_fmadd_ps(p, y, _mm512_set1_ps(0.5f)));
}

// Whether a function of an epilogue needs no memory between sums and results, and what it gives then.
static inline int ez_is_near(int function) {
  return function == ez_silu + 1 || function == ez_gelu + 1 || function == ez_hard_swish + 1;
}
static inline __attribute__((always_inline)) EZ_VECTORS __m512 ez_near(int function, __m512 x) {
  if (function == ez_silu + 1) return ez_near_silu(x);
  if (function == ez_gelu + 1) return ez_near_gelu(x);
  if (function != ez_hard_swish + 1) return x;
  const __m512 sum = _mm512_add_ps(x, _mm512_set1_ps(3));
  const __m512 share = _mm512_min_ps(_mm512_set1_ps(6), _mm512_max_ps(_mm512_setzero_ps(), sum));
  return _mm512_mul_ps(x, _mm512_mul_ps(share, _mm512_set1_ps(1.0f / 6.0f)));
}
#endif

// A block has 32 rows and 32 columns of sums, and takes 32 products of each at a time: two by two tiles
// of AMX, each 16 rows of 64 bytes.
enum { EZ_BLOCK = 32, EZ_HALF = 16 };

// Rows that are multiplied together: 16 by tiles, 14 by vectors; and how many of a block's are best done, twice that.
static inline size_t ez_bf16_together(int kind) { return kind == EZ_BF16_VECTORS ? 14 : EZ_HALF; }
static inline size_t ez_bf16_step(int kind) { return 2 * ez_bf16_together(kind); }

static inline size_t ez_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

// Prepares a thread for blocks, and gives back what that took.
void ez_bf16_begin(int kind);
void ez_bf16_end(int kind);

// One factor of a block: rows of bf16, read in segments of `depth` (a multiple of 32) products, of which those
// from `used` (even) on are by zero.
typedef struct {
  const uint16_t *values;
  size_t stride; // between rows
  size_t segments, segment_stride, depth, used;
} ez_bf16_rows;

// The other: pairs of rows, [segments * depth / 2][columns][2], `stride` between pairs.
typedef struct {
  const uint16_t *values;
  size_t stride;
} ez_bf16_pairs;

// Rows that are rounded while the tiles of AMX multiply others: some with each block, which moves on. As
// many groups of 32 channels as a block has times 32 products.
typedef struct {
  const ez_part *groups; // where a group's numbers are: of the first row of all, floats between rows
  const float *scale, *shift;
  size_t row, end, each; // rows still to be rounded, and how many of them with a block
  uint16_t *to;          // where the next row goes
  size_t pitch;
} ez_bf16_ahead;

// c[rows, 32] (+)= a * b, `stride` floats a row; memory of c is there for 32 rows, and that of a may be read
// for 16 or 32. `ahead`: with tiles only, or NULL.
void ez_bf16_block(int kind, const ez_bf16_rows *a, const ez_bf16_pairs *b, size_t rows, float *c,
                   size_t stride, int accumulate, ez_bf16_ahead *ahead);

// What becomes of sums: out = sum + bias + add, clipped below at 0 if relu (to 0 … 6 if that is EZ_RELU6), or given to
// the function of ez_epilogue, never both; with `halves` rounded, there. What is
// added may be bf16, too. Results that no cache would keep are written past it: a line of memory need not be read
// before it is written.
typedef struct {
  size_t columns;
  const float *bias, *add; // each may be NULL
  const uint16_t *add_halves; // in place of `add`, or NULL
  int relu, function, past_cache;
  float *out;
  uint16_t *halves;
} ez_bf16_results;

// Whether sums are finished without going through memory for the function, or there is none.
int ez_bf16_in_registers(int kind, int function);

// Finishes sums[rows, 32], which a function overwrites: of columns from `column` on, of places from `place` on.
void ez_bf16_finish(int kind, const ez_bf16_results *results, float *sums, size_t rows, size_t place,
                    size_t column);

// The same of rows * weights, which are a panel of 32 columns, by EZ_BF16_VECTORS, with a function that allows it: sums
// are finished in registers. No row beyond the last is read.
void ez_bf16_finished(const ez_bf16_rows *a, const uint16_t *weights, size_t rows, const ez_bf16_results *results,
                      size_t place, size_t column);

// Products of two lines of places, [places, depth] each, with such a panel, finished with a function, too, as pairs (see
// depthwise.h), [places, columns]. The depth is even; `lower` is NULL where there is no such line.
void ez_bf16_paired(const uint16_t *upper, const uint16_t *lower, size_t places, size_t depth, const uint16_t *weights,
                    const ez_bf16_results *results, size_t column, uint32_t *pairs);

// out[rows, columns] = rows[rows, depth] * weights, finished, by the calling thread: what is added and written begins
// with the first row. Weights are as ez_bf16_pack has them for 1x1. `halves` are rows that are bf16 already, or NULL.
// `scratch` holds ez_bf16_scratch bytes.
size_t ez_bf16_scratch(size_t depth);
void ez_bf16_multiply_here(int kind, const float *rows, const uint16_t *halves, size_t count, size_t depth,
                           const uint16_t *weights, size_t columns, const ez_bf16_results *results, void *scratch);

// Asks for the memory that finishing so many rows will add or write to, while their products are still made: a line or
// two of each row, too far apart for a processor to foresee.
void ez_bf16_fetch(int kind, const ez_bf16_results *results, size_t rows, size_t place, size_t column);

// Rounds `rows` rows of parts side by side from row `first` on, normalised where there is a scale, to rows
// `pitch` apart, zero from the last channel up to `width`.
void ez_bf16_round(int kind, const ez_part *parts, size_t part_count, const float *scale,
                   const float *shift, size_t first, size_t rows, uint16_t *to, size_t pitch,
                   size_t width);

// The same of rows of an image, of single precision or of bf16, each number rounded, times its channel's gate, and
// rounded.
void ez_bf16_round_gated(int kind, const float *x, const uint16_t *halves, size_t rows, size_t channels,
                         const float *gate, uint16_t *to, size_t pitch, size_t width);

// The bf16 next to a number, ties to even.
static inline uint16_t ez_bf16_of(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  if (x != x) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float ez_bf16_value(uint16_t half) {
  const uint32_t bits = (uint32_t)half << 16;
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

#endif
