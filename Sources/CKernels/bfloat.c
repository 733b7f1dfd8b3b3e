#include "fused.h"

#include "bfloat.h"
#include "depthwise.h"
#include "parallel.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EZ_TILES __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16")))

int ez_bf16(void) {
  unsigned a, b, c, d;
  if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl")) return EZ_BF16_PLAIN;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a >> 5 & 1)) return EZ_BF16_PLAIN;
  // AMX: bf16 and tiles; Linux wants to be asked (ARCH_REQ_XCOMP_PERM, tile data), since a thread's state
  // grows by 8 KiB.
  __cpuid_count(7, 0, a, b, c, d);
  if ((d >> 22 & 1) && (d >> 24 & 1) && syscall(SYS_arch_prctl, 0x1023, 18) == 0) return EZ_BF16_TILES;
  return EZ_BF16_VECTORS;
}

static const struct {
  uint8_t palette, start, reserved[14];
  uint16_t bytes[16];
  uint8_t rows[16];
} tiles = {.palette = 1,
           .bytes = {64, 64, 64, 64, 64, 64, 64, 64},
           .rows = {16, 16, 16, 16, 16, 16, 16, 16}};

EZ_TILES static void load_configuration(void) { _tile_loadconfig(&tiles); }
EZ_TILES static void release_tiles(void) { _tile_release(); }

// sum += rows * right, pairs of rows of one or two vectors, `pitch` between them.
static inline __attribute__((always_inline)) EZ_VECTORS void
add_products(const int rows, const int wide, const ez_bf16_rows *a, size_t first, const uint16_t *right, size_t pitch,
             __m512 sum[14][2]) {
  for (size_t s = 0; s < a->segments; s++) {
    const uint16_t *left = a->values + first * a->stride + s * a->segment_stride;
    for (size_t k = 0; k < a->used; k += 2, right += pitch) {
      const __m512bh b0 = (__m512bh)_mm512_loadu_si512(right);
      const __m512bh b1 = wide ? (__m512bh)_mm512_loadu_si512(right + EZ_BLOCK) : b0;
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        int pair;
        __builtin_memcpy(&pair, left + i * a->stride + k, sizeof pair);
        const __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
        sum[i][0] = _mm512_dpbf16_ps(sum[i][0], x, b0);
        if (wide) sum[i][1] = _mm512_dpbf16_ps(sum[i][1], x, b1);
      }
    }
    right += (a->depth - a->used) / 2 * pitch;
  }
}

static inline __attribute__((always_inline)) EZ_VECTORS void
rows_of_vectors(const int rows, const ez_bf16_rows *a, size_t first, const ez_bf16_pairs *b, float *c,
                size_t stride, int accumulate) {
  __m512 sum[14][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    sum[i][0] = accumulate ? _mm512_loadu_ps(c + i * stride) : _mm512_setzero_ps();
    sum[i][1] = accumulate ? _mm512_loadu_ps(c + i * stride + EZ_HALF) : _mm512_setzero_ps();
  }
  add_products(rows, 1, a, first, b->values, b->stride, sum);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    _mm512_storeu_ps(c + i * stride, sum[i][0]);
    _mm512_storeu_ps(c + i * stride + EZ_HALF, sum[i][1]);
  }
}

// 28 registers of sums are 14 rows, and maps of 7 × 7 have lines of half as many; what is left over of 32 or fewer
// goes by 8, 4, 2 and 1.
EZ_VECTORS static void block_of_vectors(const ez_bf16_rows *a, const ez_bf16_pairs *b, size_t rows,
                                        float *c, size_t stride, int accumulate) {
  size_t row = 0;
#define EZ_ROWS(n) \
  for (; row + n <= rows; row += n) \
    rows_of_vectors(n, a, row, b, c + row * stride, stride, accumulate);
  EZ_ROWS(14)
  EZ_ROWS(8)
  EZ_ROWS(7)
  EZ_ROWS(4)
  EZ_ROWS(2)
  EZ_ROWS(1)
#undef EZ_ROWS
}

// Sixteen numbers of bf16 in single precision.
static inline __attribute__((always_inline)) EZ_VECTORS __m512 widened(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

static inline __attribute__((always_inline)) EZ_VECTORS __m512
normalised(__m512 x, __m512 scale, __m512 shift) {
  // The second operand of max is what comes out for a NaN.
  return _mm512_max_ps(_mm512_setzero_ps(), _mm512_fmadd_ps(x, scale, shift));
}

// 32 channels of some rows.
static inline __attribute__((always_inline)) EZ_VECTORS void
round_32(const float *x, size_t channels, const float *scale, const float *shift, const int normalises,
         size_t rows, uint16_t *to, size_t pitch) {
  __m512 s0, s1, t0, t1;
  if (normalises) {
    s0 = _mm512_loadu_ps(scale), s1 = _mm512_loadu_ps(scale + EZ_HALF);
    t0 = _mm512_loadu_ps(shift), t1 = _mm512_loadu_ps(shift + EZ_HALF);
  }
  for (size_t r = 0; r < rows; r++, x += channels, to += pitch) {
    __m512 x0 = _mm512_loadu_ps(x), x1 = _mm512_loadu_ps(x + EZ_HALF);
    if (normalises) x0 = normalised(x0, s0, t0), x1 = normalised(x1, s1, t1);
    _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(x1, x0));
  }
}

// What is left of the channels.
static inline __attribute__((always_inline)) EZ_VECTORS void
round_rest(const float *x, size_t channels, size_t left, const float *scale, const float *shift,
           const int normalises, size_t rows, uint16_t *to, size_t pitch) {
  const __mmask16 low = ez_first_lanes(left), high = ez_first_lanes(left > EZ_HALF ? left - EZ_HALF : 0);
  for (size_t r = 0; r < rows; r++, x += channels, to += pitch) {
    __m512 x0 = _mm512_maskz_loadu_ps(low, x), x1 = _mm512_maskz_loadu_ps(high, x + EZ_HALF);
    if (normalises) {
      x0 = normalised(x0, _mm512_maskz_loadu_ps(low, scale), _mm512_maskz_loadu_ps(low, shift));
      x1 = normalised(x1, _mm512_maskz_loadu_ps(high, scale + EZ_HALF),
                      _mm512_maskz_loadu_ps(high, shift + EZ_HALF));
    }
    _mm512_mask_storeu_epi16(to, (__mmask32)low | (__mmask32)high << 16,
                             (__m512i)_mm512_cvtne2ps_pbh(x1, x0));
  }
}

static inline __attribute__((always_inline)) EZ_VECTORS void
round_part(const float *x, size_t channels, const float *scale, const float *shift, const int normalises,
           size_t rows, uint16_t *to, size_t pitch) {
  // Few channels: their scales stay in registers. Many: rows are read in place.
  const size_t together = channels <= 64 ? rows : 1;
  for (size_t first = 0; first < rows; first += together) {
    const float *from = x + first * channels;
    uint16_t *line = to + first * pitch;
    size_t j = 0;
    for (; j + EZ_BLOCK <= channels; j += EZ_BLOCK)
      round_32(from + j, channels, scale + j, shift + j, normalises, together, line + j, pitch);
    if (j < channels)
      round_rest(from + j, channels, channels - j, scale + j, shift + j, normalises, together, line + j,
                 pitch);
  }
}

EZ_VECTORS static void round_by_vectors(const ez_part *parts, size_t part_count, const float *scale,
                                        const float *shift, size_t first, size_t rows, uint16_t *to,
                                        size_t pitch) {
  if (part_count == 1 && !scale && parts[0].channels == pitch) {
    // One run of numbers.
    const float *x = parts[0].values + first * pitch;
    round_part(x, rows * pitch, x, x, 0, 1, to, 0);
    return;
  }
  size_t offset = 0;
  for (size_t p = 0; p < part_count; p++) {
    const size_t c = parts[p].channels;
    const float *x = parts[p].values + first * c;
    if (scale) round_part(x, c, scale + offset, shift + offset, 1, rows, to + offset, pitch);
    else round_part(x, c, x, x, 0, rows, to + offset, pitch);
    offset += c;
  }
}

// What is added to sums: nothing, numbers of single precision, or bf16.
enum { EZ_ADDS_NOTHING, EZ_ADDS_FLOATS, EZ_ADDS_HALVES };

// How a row of up to 32 sums is finished; what is the same for all rows of a block.
typedef struct {
  const ez_bf16_results *results;
  int past_cache, function; // of ez_near, or 0
  __mmask16 low, high;
  __m512 bias[2], floor, ceiling;
} ez_finishing;

static inline __attribute__((always_inline)) EZ_VECTORS ez_finishing finishing_of(const ez_bf16_results *w,
                                                                                  size_t column) {
  const size_t left = w->columns - column;
  ez_finishing f = {.results = w,
                    .past_cache = w->past_cache && left >= EZ_BLOCK,
                    .function = ez_is_near(w->function) ? w->function : 0};
  f.low = ez_first_lanes(left), f.high = ez_first_lanes(left > EZ_HALF ? left - EZ_HALF : 0);
  f.bias[0] = w->bias ? _mm512_maskz_loadu_ps(f.low, w->bias + column) : _mm512_setzero_ps();
  f.bias[1] = w->bias ? _mm512_maskz_loadu_ps(f.high, w->bias + column + EZ_HALF) : _mm512_setzero_ps();
  f.floor = _mm512_set1_ps(ez_least(w->relu)), f.ceiling = _mm512_set1_ps(ez_most(w->relu));
  return f;
}

// Sums of a row, of which the second vector may have no columns, to place `at` of the results.
static inline __attribute__((always_inline)) EZ_VECTORS void
finish_row(const ez_finishing *f, __m512 y0, __m512 y1, size_t at, const int wide, const int halves, const int adds) {
  const ez_bf16_results *w = f->results;
  const __mmask32 both = (__mmask32)f->low | (__mmask32)f->high << 16;
  y0 = _mm512_add_ps(y0, f->bias[0]), y1 = _mm512_add_ps(y1, f->bias[1]);
  if (adds == EZ_ADDS_FLOATS) {
    y0 = _mm512_add_ps(y0, _mm512_maskz_loadu_ps(f->low, w->add + at));
    if (wide) y1 = _mm512_add_ps(y1, _mm512_maskz_loadu_ps(f->high, w->add + at + EZ_HALF));
  } else if (adds == EZ_ADDS_HALVES) {
    const __m512i x = _mm512_maskz_loadu_epi16(both, w->add_halves + at);
    y0 = _mm512_add_ps(y0, widened(_mm512_castsi512_si256(x)));
    y1 = _mm512_add_ps(y1, widened(_mm512_extracti64x4_epi64(x, 1)));
  }
  // The second operand of max and min is what comes out for a NaN.
  y0 = _mm512_min_ps(f->ceiling, _mm512_max_ps(f->floor, y0));
  y1 = _mm512_min_ps(f->ceiling, _mm512_max_ps(f->floor, y1));
  if (f->function) y0 = ez_near(f->function, y0), y1 = ez_near(f->function, y1);
  if (halves) {
    const __m512i y = (__m512i)_mm512_cvtne2ps_pbh(y1, y0);
    if (f->past_cache) _mm512_stream_si512((void *)(w->halves + at), y);
    else _mm512_mask_storeu_epi16(w->halves + at, both, y);
  } else if (f->past_cache) {
    _mm512_stream_ps(w->out + at, y0);
    _mm512_stream_ps(w->out + at + EZ_HALF, y1);
  } else {
    _mm512_mask_storeu_ps(w->out + at, f->low, y0);
    if (wide) _mm512_mask_storeu_ps(w->out + at + EZ_HALF, f->high, y1);
  }
}

static inline __attribute__((always_inline)) EZ_VECTORS void
finish_by_vectors(const ez_bf16_results *w, const float *sums, size_t rows, size_t place, size_t column,
                  const int halves, const int adds) {
  const ez_finishing f = finishing_of(w, column);
  for (size_t i = 0; i < rows; i++, sums += EZ_BLOCK)
    finish_row(&f, _mm512_loadu_ps(sums), _mm512_loadu_ps(sums + EZ_HALF), (place + i) * w->columns + column, 1, halves,
               adds);
}

EZ_VECTORS static void finish_rows(const ez_bf16_results *w, const float *sums, size_t rows, size_t place,
                                   size_t column) {
#define EZ_FINISH(halves, adds) finish_by_vectors(w, sums, rows, place, column, halves, adds)
  if (w->halves && w->add_halves) EZ_FINISH(1, EZ_ADDS_HALVES);
  else if (w->halves && w->add) EZ_FINISH(1, EZ_ADDS_FLOATS);
  else if (w->halves) EZ_FINISH(1, EZ_ADDS_NOTHING);
  else if (w->add_halves) EZ_FINISH(0, EZ_ADDS_HALVES);
  else if (w->add) EZ_FINISH(0, EZ_ADDS_FLOATS);
  else EZ_FINISH(0, EZ_ADDS_NOTHING);
#undef EZ_FINISH
}

// Some rows' products with one or two vectors of columns, which stay in registers until they are finished.
static inline __attribute__((always_inline)) EZ_VECTORS void
finished_rows(const int rows, const int wide, const ez_bf16_rows *a, size_t first, const uint16_t *right,
              const ez_finishing *f, size_t at) {
  const ez_bf16_results *w = f->results;
  __m512 sum[14][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sum[i][0] = sum[i][1] = _mm512_setzero_ps();
  add_products(rows, wide, a, first, right, 2 * EZ_BLOCK, sum);
#define EZ_FINISH(halves, adds)                                                                                        \
  {                                                                                                                    \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)                                                  \
        finish_row(f, sum[i][0], sum[i][1], at + (size_t)i * w->columns, wide, halves, adds);                         \
  }
  if (w->halves && w->add_halves) EZ_FINISH(1, EZ_ADDS_HALVES)
  else if (w->halves && w->add) EZ_FINISH(1, EZ_ADDS_FLOATS)
  else if (w->halves) EZ_FINISH(1, EZ_ADDS_NOTHING)
  else if (w->add_halves) EZ_FINISH(0, EZ_ADDS_HALVES)
  else if (w->add) EZ_FINISH(0, EZ_ADDS_FLOATS)
  else EZ_FINISH(0, EZ_ADDS_NOTHING)
#undef EZ_FINISH
}

// Two vectors of sums rounded, the first in the low halves of the words.
static inline __attribute__((always_inline)) EZ_VECTORS __m512i paired(__m512 low, __m512 high) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                         5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

// Products of some places of two lines, which become pairs; `lower` is `upper` where there is no such line.
static inline __attribute__((always_inline)) EZ_VECTORS void
paired_places(const int places, const int wide, const uint16_t *upper, const uint16_t *lower, size_t depth,
              const uint16_t *right, const ez_finishing *f, uint32_t *pairs) {
  const ez_bf16_results *w = f->results;
  const int has_lower = lower != upper;
  __m512 sum[14][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < 2 * places; i++) sum[i][0] = sum[i][1] = _mm512_setzero_ps();
  for (size_t k = 0; k < depth; k += 2, right += 2 * EZ_BLOCK) {
    const __m512bh b0 = (__m512bh)_mm512_loadu_si512(right);
    const __m512bh b1 = wide ? (__m512bh)_mm512_loadu_si512(right + EZ_BLOCK) : b0;
#pragma clang loop unroll(full)
    for (int i = 0; i < 2 * places; i++) {
      int pair;
      __builtin_memcpy(&pair, (i % 2 ? lower : upper) + (size_t)(i / 2) * depth + k, sizeof pair);
      const __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
      sum[i][0] = _mm512_dpbf16_ps(sum[i][0], x, b0);
      if (wide) sum[i][1] = _mm512_dpbf16_ps(sum[i][1], x, b1);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 2 * places; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v <= wide; v++)
      sum[i][v] = _mm512_min_ps(f->ceiling, _mm512_max_ps(f->floor, _mm512_add_ps(sum[i][v], f->bias[v])));
  if (f->function) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 2 * places; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v <= wide; v++) sum[i][v] = ez_near(f->function, sum[i][v]);
  } else if (w->function) {
    _Alignas(64) float kept[14 * EZ_BLOCK];
    const size_t row = wide ? EZ_BLOCK : EZ_HALF;
#pragma clang loop unroll(full)
    for (int i = 0; i < 2 * places; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v <= wide; v++) _mm512_store_ps(kept + (size_t)i * row + (size_t)v * EZ_HALF, sum[i][v]);
    ez_activate_here(w->function - 1, kept, 2 * (size_t)places * row);
#pragma clang loop unroll(full)
    for (int i = 0; i < 2 * places; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v <= wide; v++) sum[i][v] = _mm512_load_ps(kept + (size_t)i * row + (size_t)v * EZ_HALF);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < places; i++) {
    uint32_t *to = pairs + (size_t)i * w->columns;
    const __m512 zero = _mm512_setzero_ps();
    _mm512_mask_storeu_epi32(to, f->low, paired(sum[2 * i][0], has_lower ? sum[2 * i + 1][0] : zero));
    if (wide) _mm512_mask_storeu_epi32(to + EZ_HALF, f->high, paired(sum[2 * i][1], has_lower ? sum[2 * i + 1][1] : zero));
  }
}

EZ_VECTORS void ez_bf16_paired(const uint16_t *upper, const uint16_t *lower, size_t places, size_t depth,
                               const uint16_t *weights, const ez_bf16_results *results, size_t column, uint32_t *pairs) {
  const ez_finishing f = finishing_of(results, column);
  const uint16_t *below = lower ? lower : upper;
  size_t place = 0;
#define EZ_PLACES(n, wide)                                                                                             \
  for (; place + n <= places; place += n)                                                                              \
    paired_places(n, wide, upper + place * depth, below + place * depth, depth, weights, &f,                           \
                  pairs + place * results->columns + column);
  if (results->columns - column > EZ_HALF) {
    EZ_PLACES(7, 1)
    EZ_PLACES(4, 1)
    EZ_PLACES(2, 1)
    EZ_PLACES(1, 1)
  } else {
    EZ_PLACES(7, 0)
    EZ_PLACES(4, 0)
    EZ_PLACES(2, 0)
    EZ_PLACES(1, 0)
  }
#undef EZ_PLACES
}

EZ_VECTORS void ez_pair_lines(const float *upper, const float *lower, const uint16_t *upper_halves,
                              const uint16_t *lower_halves, size_t numbers, uint32_t *pairs) {
  for (size_t i = 0; i < numbers; i += EZ_HALF) {
    const __mmask16 mask = ez_first_lanes(numbers - i);
    __m512i words;
    if (upper_halves) {
      const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, upper_halves + i));
      words = lower_halves ? _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, lower_halves + i))
                           : _mm512_setzero_si512();
      words = _mm512_or_si512(low, _mm512_slli_epi32(words, 16));
    } else {
      const __m512 low = _mm512_maskz_loadu_ps(mask, upper + i);
      words = paired(low, lower ? _mm512_maskz_loadu_ps(mask, lower + i) : _mm512_setzero_ps());
    }
    _mm512_mask_storeu_epi32(pairs + i, mask, words);
  }
}

EZ_VECTORS void ez_bf16_finished(const ez_bf16_rows *a, const uint16_t *weights, size_t rows,
                                 const ez_bf16_results *results, size_t place, size_t column) {
  const ez_finishing f = finishing_of(results, column);
  const size_t columns = results->columns, at = place * columns + column;
  size_t row = 0;
#define EZ_ROWS(n, wide)                                                                                               \
  for (; row + n <= rows; row += n) finished_rows(n, wide, a, row, weights, &f, at + row * columns);
  if (columns - column > EZ_HALF) {
    EZ_ROWS(14, 1)
    EZ_ROWS(8, 1)
    EZ_ROWS(7, 1)
    EZ_ROWS(4, 1)
    EZ_ROWS(2, 1)
    EZ_ROWS(1, 1)
  } else {
    EZ_ROWS(14, 0)
    EZ_ROWS(8, 0)
    EZ_ROWS(7, 0)
    EZ_ROWS(4, 0)
    EZ_ROWS(2, 0)
    EZ_ROWS(1, 0)
  }
#undef EZ_ROWS
}

EZ_VECTORS static void round_gated_by_vectors(const float *x, const uint16_t *halves, size_t rows, size_t channels,
                                              const float *gate, uint16_t *to, size_t pitch) {
  for (size_t j = 0; j < channels; j += EZ_HALF) {
    const __mmask16 mask = ez_first_lanes(channels - j);
    const __m512 factor = _mm512_maskz_loadu_ps(mask, gate + j);
    for (size_t r = 0; r < rows; r++) {
      const size_t at = r * channels + j;
      const __m256i value = halves ? _mm256_maskz_loadu_epi16(mask, halves + at)
                                   : (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, x + at));
      const __m512 y = _mm512_mul_ps(widened(value), factor);
      _mm256_mask_storeu_epi16(to + r * pitch + j, mask, (__m256i)_mm512_cvtneps_pbh(y));
    }
  }
}

static inline __attribute__((always_inline, target("prfchw"))) void
fetch(const void *x, size_t row, size_t first, size_t bytes, size_t rows, const int writes) {
  const char *at = (const char *)x + first;
  for (size_t i = 0; i < rows; i++, at += row)
    for (size_t line = 0; line < bytes; line += 64) {
      if (writes) __builtin_prefetch(at + line, 1, 3);
      else __builtin_prefetch(at + line, 0, 3);
    }
}

__attribute__((target("prfchw"))) static void fetch_results(const ez_bf16_results *r, size_t rows, size_t place,
                                                             size_t column) {
  const size_t half = sizeof *r->halves, single = sizeof *r->out, at = place * r->columns + column;
  if (r->add_halves) fetch(r->add_halves, r->columns * half, at * half, EZ_BLOCK * half, rows, 0);
  else if (r->add) fetch(r->add, r->columns * single, at * single, EZ_BLOCK * single, rows, 0);
  if (r->past_cache) return;
  if (r->halves) fetch(r->halves, r->columns * half, at * half, EZ_BLOCK * half, rows, 1);
  else fetch(r->out, r->columns * single, at * single, EZ_BLOCK * single, rows, 1);
}

// Products of 32 rows, or of the first 16. What is rounded ahead is so while the tiles multiply, which leave
// the rest of the core idle.
static inline __attribute__((always_inline)) EZ_TILES void
tiles_of(const int whole, const ez_bf16_rows *a, const ez_bf16_pairs *b, float *c, size_t stride,
         int accumulate, const ez_bf16_ahead *ahead, size_t ahead_rows) {
  const size_t row = a->stride * 2, pair = b->stride * 2, line = stride * sizeof(float);
  const uint16_t *right = b->values;
  float *low = c + EZ_HALF * stride;
  if (accumulate) {
    _tile_loadd(0, c, line);
    _tile_loadd(1, c + EZ_HALF, line);
    if (whole) _tile_loadd(2, low, line);
    if (whole) _tile_loadd(3, low + EZ_HALF, line);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    if (whole) _tile_zero(2);
    if (whole) _tile_zero(3);
  }
  for (size_t s = 0; s < a->segments; s++) {
    const uint16_t *left = a->values + s * a->segment_stride;
    for (size_t k = 0; k < a->depth; k += EZ_BLOCK, right += EZ_HALF * b->stride) {
      _tile_loadd(4, left + k, row);
      _tile_loadd(6, right, pair);
      _tile_loadd(7, right + EZ_BLOCK, pair);
      if (whole) _tile_loadd(5, left + EZ_HALF * a->stride + k, row);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      if (whole) _tile_dpbf16ps(2, 5, 6);
      if (whole) _tile_dpbf16ps(3, 5, 7);
      if (ahead_rows) {
        const ez_part *x = ahead->groups + k / EZ_BLOCK;
        const float *from = x->values + ahead->row * x->channels;
        if (ahead->scale)
          round_32(from, x->channels, ahead->scale + k, ahead->shift + k, 1, ahead_rows, ahead->to + k,
                   ahead->pitch);
        else round_32(from, x->channels, from, from, 0, ahead_rows, ahead->to + k, ahead->pitch);
      }
    }
  }
  _tile_stored(0, c, line);
  _tile_stored(1, c + EZ_HALF, line);
  if (whole) _tile_stored(2, low, line);
  if (whole) _tile_stored(3, low + EZ_HALF, line);
}

EZ_TILES static void block_of_tiles(const ez_bf16_rows *a, const ez_bf16_pairs *b, size_t rows, float *c,
                                    size_t stride, int accumulate, ez_bf16_ahead *ahead) {
  size_t next = 0;
  if (ahead) next = ahead->end - ahead->row < ahead->each ? ahead->end - ahead->row : ahead->each;
  if (rows > EZ_HALF) tiles_of(1, a, b, c, stride, accumulate, ahead, next);
  else tiles_of(0, a, b, c, stride, accumulate, ahead, next);
  if (next) ahead->row += next, ahead->to += next * ahead->pitch;
}
#else
int ez_bf16(void) { return EZ_BF16_PLAIN; }
void ez_bf16_finished(const ez_bf16_rows *a, const uint16_t *weights, size_t rows, const ez_bf16_results *results,
                      size_t place, size_t column) {
  __builtin_trap();
}
void ez_bf16_paired(const uint16_t *upper, const uint16_t *lower, size_t places, size_t depth, const uint16_t *weights,
                    const ez_bf16_results *results, size_t column, uint32_t *pairs) {
  __builtin_trap();
}
void ez_pair_lines(const float *upper, const float *lower, const uint16_t *upper_halves, const uint16_t *lower_halves,
                   size_t numbers, uint32_t *pairs) {
  __builtin_trap();
}
#endif

void ez_bf16_begin(int kind) {
#if defined(__x86_64__)
  if (kind == EZ_BF16_TILES) load_configuration();
#endif
}

void ez_bf16_end(int kind) {
#if defined(__x86_64__)
  if (kind == EZ_BF16_TILES) release_tiles();
  // What was written past the cache is seen by others from here on.
  _mm_sfence();
#endif
}

static void block_of_numbers(const ez_bf16_rows *a, const ez_bf16_pairs *b, size_t rows, float *c,
                             size_t stride, int accumulate) {
  for (size_t i = 0; i < rows; i++) {
    float *sum = c + i * stride;
    if (!accumulate) memset(sum, 0, EZ_BLOCK * sizeof(float));
    const uint16_t *right = b->values;
    for (size_t s = 0; s < a->segments; s++) {
      const uint16_t *left = a->values + i * a->stride + s * a->segment_stride;
      for (size_t k = 0; k < a->used; k += 2, right += b->stride) {
        const float x0 = ez_bf16_value(left[k]), x1 = ez_bf16_value(left[k + 1]);
        for (size_t j = 0; j < EZ_BLOCK; j++)
          sum[j] += x0 * ez_bf16_value(right[2 * j]) + x1 * ez_bf16_value(right[2 * j + 1]);
      }
      right += (a->depth - a->used) / 2 * b->stride;
    }
  }
}

void ez_bf16_block(int kind, const ez_bf16_rows *a, const ez_bf16_pairs *b, size_t rows, float *c,
                   size_t stride, int accumulate, ez_bf16_ahead *ahead) {
#if defined(__x86_64__)
  if (kind == EZ_BF16_TILES) {
    block_of_tiles(a, b, rows, c, stride, accumulate, ahead);
    return;
  }
  if (kind == EZ_BF16_VECTORS) {
    block_of_vectors(a, b, rows, c, stride, accumulate);
    return;
  }
#endif
  block_of_numbers(a, b, rows, c, stride, accumulate);
}

void ez_bf16_fetch(int kind, const ez_bf16_results *results, size_t rows, size_t place, size_t column) {
#if defined(__x86_64__)
  if (kind != EZ_BF16_PLAIN) fetch_results(results, rows, place, column);
#endif
}

void ez_bf16_round(int kind, const ez_part *parts, size_t part_count, const float *scale,
                   const float *shift, size_t first, size_t rows, uint16_t *to, size_t pitch,
                   size_t width) {
  size_t depth = 0;
  for (size_t p = 0; p < part_count; p++) depth += parts[p].channels;
  if (width > depth)
    for (size_t r = 0; r < rows; r++) memset(to + r * pitch + depth, 0, (width - depth) * sizeof *to);
#if defined(__x86_64__)
  if (kind != EZ_BF16_PLAIN) {
    round_by_vectors(parts, part_count, scale, shift, first, rows, to, pitch);
    return;
  }
#endif
  size_t offset = 0;
  for (size_t p = 0; p < part_count; p++) {
    const size_t c = parts[p].channels;
    for (size_t r = 0; r < rows; r++)
      for (size_t j = 0; j < c; j++) {
        float x = parts[p].values[(first + r) * c + j];
        if (scale) {
          x = x * scale[offset + j] + shift[offset + j];
          x = x < 0 ? 0 : x;
        }
        to[r * pitch + offset + j] = ez_bf16_of(x);
      }
    offset += c;
  }
}

void ez_bf16_round_gated(int kind, const float *x, const uint16_t *halves, size_t rows, size_t channels,
                         const float *gate, uint16_t *to, size_t pitch, size_t width) {
  if (width > channels)
    for (size_t r = 0; r < rows; r++) memset(to + r * pitch + channels, 0, (width - channels) * sizeof *to);
#if defined(__x86_64__)
  if (kind != EZ_BF16_PLAIN) {
    round_gated_by_vectors(x, halves, rows, channels, gate, to, pitch);
    return;
  }
#endif
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < channels; j++) {
      const uint16_t value = halves ? halves[r * channels + j] : ez_bf16_of(x[r * channels + j]);
      to[r * pitch + j] = ez_bf16_of(ez_bf16_value(value) * gate[j]);
    }
}

// Adds what is to be added to sums, and applies the function, while they lie in the first cache.
EZ_CLONES static void apply_function(const ez_bf16_results *w, float *sums, size_t rows, size_t place, size_t column) {
  const size_t left = w->columns - column, width = left < EZ_BLOCK ? left : EZ_BLOCK;
  for (size_t i = 0; i < rows; i++) {
    const size_t at = (place + i) * w->columns + column;
    float *sum = sums + i * EZ_BLOCK;
    if (w->bias)
      for (size_t j = 0; j < width; j++) sum[j] += w->bias[column + j];
    if (w->add)
      for (size_t j = 0; j < width; j++) sum[j] += w->add[at + j];
    if (w->add_halves)
      for (size_t j = 0; j < width; j++) sum[j] += ez_bf16_value(w->add_halves[at + j]);
  }
  ez_activate_here(w->function - 1, sums, rows * EZ_BLOCK);
}

int ez_bf16_in_registers(int kind, int function) {
#if defined(__x86_64__)
  if (ez_is_near(function)) return kind != EZ_BF16_PLAIN;
#endif
  return !function;
}

void ez_bf16_finish(int kind, const ez_bf16_results *results, float *sums, size_t rows, size_t place,
                    size_t column) {
  ez_bf16_results rest = *results;
  const ez_bf16_results *w = &rest;
  if (rest.function && !ez_bf16_in_registers(kind, rest.function)) {
    apply_function(results, sums, rows, place, column);
    rest.bias = rest.add = NULL, rest.add_halves = NULL, rest.function = 0;
  }
#if defined(__x86_64__)
  if (kind != EZ_BF16_PLAIN) {
    finish_rows(w, sums, rows, place, column);
    return;
  }
#endif
  const size_t left = w->columns - column, width = left < EZ_BLOCK ? left : EZ_BLOCK;
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < width; j++) {
      const size_t at = (place + i) * w->columns + column + j;
      float y = sums[i * EZ_BLOCK + j] + (w->bias ? w->bias[column + j] : 0);
      if (w->add) y += w->add[at];
      if (w->add_halves) y += ez_bf16_value(w->add_halves[at]);
      // Written so that a NaN stays one.
      if (w->relu && y < 0) y = 0;
      if (w->relu == EZ_RELU6 && y > 6) y = 6;
      if (w->halves) w->halves[at] = ez_bf16_of(y);
      else w->out[at] = y;
    }
}
