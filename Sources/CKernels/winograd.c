#include "parallel.h"
#include "product.h"

#include <string.h>

// Lavin and Gray 2015, https://arxiv.org/abs/1509.09308: a 4×4 tile of results is made from a 6×6 tile
// of inputs by 36 products where 144 stand in the definition. The interpolation points 0, ±A, ±B, ∞
// decide the rounding error; with 5/8 and 3/2 it is smaller than with the paper's 1 and 2.
#define EZ_A 0.625
#define EZ_B 1.5
#define EZ_A2 (EZ_A * EZ_A)
#define EZ_B2 (EZ_B * EZ_B)

enum { EZ_POINTS = 36, EZ_LINE = 16 };

size_t ez_winograd_count(size_t in, size_t out) { return EZ_POINTS * ez_packed_count(in, out); }

// The weights at the six points of one axis.
static void interpolate(const double g[3], double u[6]) {
  const double a = EZ_A, b = EZ_B;
  const double na = 2 * EZ_A2 * (EZ_A2 - EZ_B2), nb = 2 * EZ_B2 * (EZ_B2 - EZ_A2);
  u[0] = g[0] / (EZ_A2 * EZ_B2);
  u[1] = (g[0] + a * g[1] + EZ_A2 * g[2]) / na;
  u[2] = (g[0] - a * g[1] + EZ_A2 * g[2]) / na;
  u[3] = (g[0] + b * g[1] + EZ_B2 * g[2]) / nb;
  u[4] = (g[0] - b * g[1] + EZ_B2 * g[2]) / nb;
  u[5] = g[2];
}

typedef struct {
  const float *weights, *scale;
  size_t in, out;
  int flipped;
  float *packed;
} ez_transform;

static void transform_body(void *context, size_t begin, size_t end) {
  const ez_transform *w = context;
  const size_t panel = ez_packed_count(w->in, w->out);
  for (size_t k = begin; k < end; k++) {
    const double factor = w->scale ? w->scale[k] : 1;
    for (size_t c = 0; c < w->in; c++) {
      double g[3][3], half[6][3], u[6];
      for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) {
          // The gradient's convolution runs from outputs to inputs, turned by half a circle.
          const size_t place = w->flipped ? ((c * 3 + 2 - (size_t)y) * 3 + 2 - (size_t)x) * w->out + k
                                          : ((k * 3 + (size_t)y) * 3 + (size_t)x) * w->in + c;
          g[x][y] = factor * w->weights[place];
        }
      for (int x = 0; x < 3; x++) {
        interpolate(g[x], u);
        for (int i = 0; i < 6; i++) half[i][x] = u[i];
      }
      float *to = w->packed + k / 32 * 32 * w->in + c * 32 + k % 32;
      for (int i = 0; i < 6; i++) {
        interpolate(half[i], u);
        for (int j = 0; j < 6; j++) to[(size_t)(i * 6 + j) * panel] = (float)u[j];
      }
    }
  }
}

void ez_winograd_weights(const float *weights, size_t in, size_t out, const float *scale,
                         int flipped, float *packed) {
  if (out % 32) memset(packed, 0, ez_winograd_count(in, out) * sizeof(float));
  ez_transform w = {weights, scale, in, out, flipped, packed};
  ez_parallel(out, 8, transform_body, &w);
}

#if defined(__x86_64__)

typedef struct {
  const float *x, *weights, *zeros;
  size_t batch, height, width, in, out, across, down;
  ez_finish finish;
  float *result;
  // Of the block of tiles at hand.
  size_t first, tiles, block, in_plane, out_plane;
  float *v, *m;
} ez_winograd_work;

static inline __attribute__((always_inline)) EZ_AVX512 void
input_line(__m512 d0, __m512 d1, __m512 d2, __m512 d3, __m512 d4, __m512 d5, __m512 *v,
           const int step) {
  const __m512 a2 = _mm512_set1_ps((float)EZ_A2), b2 = _mm512_set1_ps((float)EZ_B2);
  const __m512 a = _mm512_set1_ps((float)EZ_A), b = _mm512_set1_ps((float)EZ_B);
  const __m512 product = _mm512_set1_ps((float)(EZ_A2 * EZ_B2));
  const __m512 sum = _mm512_set1_ps((float)(EZ_A2 + EZ_B2));
  const __m512 even_a = _mm512_fnmadd_ps(b2, d2, d4), odd_a = _mm512_fnmadd_ps(b2, d1, d3);
  const __m512 even_b = _mm512_fnmadd_ps(a2, d2, d4), odd_b = _mm512_fnmadd_ps(a2, d1, d3);
  v[0 * step] = _mm512_fmadd_ps(product, d0, _mm512_fnmadd_ps(sum, d2, d4));
  v[1 * step] = _mm512_fmadd_ps(a, odd_a, even_a);
  v[2 * step] = _mm512_fnmadd_ps(a, odd_a, even_a);
  v[3 * step] = _mm512_fmadd_ps(b, odd_b, even_b);
  v[4 * step] = _mm512_fnmadd_ps(b, odd_b, even_b);
  v[5 * step] = _mm512_fmadd_ps(product, d1, _mm512_fnmadd_ps(sum, d3, d5));
}

static inline __attribute__((always_inline)) EZ_AVX512 void
output_line(__m512 m0, __m512 m1, __m512 m2, __m512 m3, __m512 m4, __m512 m5, __m512 *o,
            const int step) {
  const __m512 p = _mm512_add_ps(m1, m2), q = _mm512_sub_ps(m1, m2);
  const __m512 r = _mm512_add_ps(m3, m4), s = _mm512_sub_ps(m3, m4);
  const __m512 a = _mm512_set1_ps((float)EZ_A), b = _mm512_set1_ps((float)EZ_B);
  const __m512 a2 = _mm512_set1_ps((float)EZ_A2), b2 = _mm512_set1_ps((float)EZ_B2);
  const __m512 a3 = _mm512_set1_ps((float)(EZ_A2 * EZ_A)),
               b3 = _mm512_set1_ps((float)(EZ_B2 * EZ_B));
  o[0 * step] = _mm512_add_ps(m0, _mm512_add_ps(p, r));
  o[1 * step] = _mm512_fmadd_ps(a, q, _mm512_mul_ps(b, s));
  o[2 * step] = _mm512_fmadd_ps(a2, p, _mm512_mul_ps(b2, r));
  o[3 * step] = _mm512_fmadd_ps(a3, q, _mm512_fmadd_ps(b3, s, m5));
}

// Inputs of tiles at the 36 points: v[point][tile][channel].
static EZ_AVX512 void inputs(const ez_winograd_work *w, size_t begin, size_t end, float *v) {
  for (size_t t = begin; t < end; t++) {
    const size_t tile = w->first + t, image = tile / (w->across * w->down);
    const long y = (long)(tile / w->across % w->down) * 4 - 1, x = (long)(tile % w->across) * 4 - 1;
    const float *from[EZ_POINTS];
    for (int i = 0; i < 6; i++)
      for (int j = 0; j < 6; j++) {
        const long r = y + i, c = x + j;
        from[i * 6 + j] =
            r < 0 || c < 0 || r >= (long)w->height || c >= (long)w->width
                ? w->zeros
                : w->x + ((image * w->height + (size_t)r) * w->width + (size_t)c) * w->in;
      }
    for (size_t c = 0; c < w->in; c += EZ_LINE) {
      __m512 half[EZ_POINTS];
#pragma clang loop unroll(full)
      for (int j = 0; j < 6; j++)
        input_line(_mm512_loadu_ps(from[j] + c), _mm512_loadu_ps(from[6 + j] + c),
                   _mm512_loadu_ps(from[12 + j] + c), _mm512_loadu_ps(from[18 + j] + c),
                   _mm512_loadu_ps(from[24 + j] + c), _mm512_loadu_ps(from[30 + j] + c), half + j,
                   6);
      float *to = v + t * w->in + c;
#pragma clang loop unroll(full)
      for (int i = 0; i < 6; i++) {
        __m512 line[6];
        input_line(half[i * 6], half[i * 6 + 1], half[i * 6 + 2], half[i * 6 + 3], half[i * 6 + 4],
                   half[i * 6 + 5], line, 1);
#pragma clang loop unroll(full)
        for (int j = 0; j < 6; j++)
          _mm512_storeu_ps(to + (size_t)(i * 6 + j) * w->in_plane, line[j]);
      }
    }
  }
}

// Results of tiles from their products m[point][tile][channel].
static EZ_AVX512 void results(const ez_winograd_work *w, size_t begin, size_t end, const float *m) {
  const __m512 floor = _mm512_set1_ps(w->finish.relu ? 0 : -__builtin_inff());
  for (size_t t = begin; t < end; t++) {
    const size_t tile = w->first + t, image = tile / (w->across * w->down);
    const size_t y = tile / w->across % w->down * 4, x = tile % w->across * 4;
    const size_t rows = w->height - y < 4 ? w->height - y : 4;
    const size_t columns = w->width - x < 4 ? w->width - x : 4;
    const size_t base = ((image * w->height + y) * w->width + x) * w->out;
    for (size_t k = 0; k < w->out; k += EZ_LINE) {
      __m512 half[24], whole[16];
      const float *from = m + t * w->out + k;
#pragma clang loop unroll(full)
      for (int j = 0; j < 6; j++) {
        __m512 d[6];
#pragma clang loop unroll(full)
        for (int i = 0; i < 6; i++) d[i] = _mm512_loadu_ps(from + (size_t)(i * 6 + j) * w->out_plane);
        output_line(d[0], d[1], d[2], d[3], d[4], d[5], half + j, 6);
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++)
        output_line(half[i * 6], half[i * 6 + 1], half[i * 6 + 2], half[i * 6 + 3], half[i * 6 + 4],
                    half[i * 6 + 5], whole + i * 4, 1);
      const __m512 bias =
          w->finish.bias ? _mm512_loadu_ps(w->finish.bias + k) : _mm512_setzero_ps();
      for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
          const size_t place = base + (i * w->width + j) * w->out + k;
          __m512 value = _mm512_add_ps(whole[i * 4 + j], bias);
          if (w->finish.add) value = _mm512_add_ps(value, _mm512_loadu_ps(w->finish.add + place));
          _mm512_storeu_ps(w->result + place, _mm512_max_ps(floor, value));
        }
    }
  }
}

static void products(const ez_winograd_work *w, size_t begin, size_t end, const float *v, float *m) {
  const ez_finish nothing = {NULL, NULL, 0};
  const size_t panel = ez_packed_count(w->in, w->out);
  for (size_t p = begin; p < end; p++)
    ez_multiply_packed(v + p * w->in_plane, w->in, w->tiles, w->in, w->weights + p * panel, w->out,
                       &nothing, m + p * w->out_plane, w->out);
}

// Small weights: each thread takes tiles from their inputs to their results within its own cache.
static void whole_body(void *context, size_t begin, size_t end) {
  ez_winograd_work w = *(const ez_winograd_work *)context;
  const size_t scratch = EZ_POINTS * (w.in_plane + w.out_plane);
  float *v = w.v + (size_t)ez_thread() * scratch, *m = v + EZ_POINTS * w.in_plane;
  w.first = begin, w.tiles = end - begin;
  inputs(&w, 0, w.tiles, v);
  products(&w, 0, EZ_POINTS, v, m);
  results(&w, 0, w.tiles, m);
}

static void inputs_body(void *context, size_t begin, size_t end) {
  const ez_winograd_work *w = context;
  inputs(w, begin, end, w->v);
}
static void products_body(void *context, size_t begin, size_t end) {
  const ez_winograd_work *w = context;
  products(w, begin, end, w->v, w->m);
}
static void results_body(void *context, size_t begin, size_t end) {
  const ez_winograd_work *w = context;
  results(w, begin, end, w->m);
}

// Tiles at a time. Small weights stay in a core's cache beside 14 tiles; large ones are read once for
// as many tiles as the shared cache takes.
static size_t block_of(size_t tiles, size_t in, size_t out, int *whole) {
  const size_t few = 14, bytes = ez_winograd_count(in, out) * sizeof(float);
  *whole = bytes <= 640 * 1024 && tiles >= few * 2 * (size_t)ez_threads();
  if (*whole) return few;
  size_t most = (12u << 20) / (EZ_POINTS * (in + out) * sizeof(float));
  most = most < few ? few : most / few * few;
  const size_t blocks = (tiles + most - 1) / most, even = (tiles + blocks - 1) / blocks;
  return (even + few - 1) / few * few;
}

static size_t plane(size_t block, size_t channels) { return block * channels + EZ_LINE; }

size_t ez_winograd_workspace(size_t batch, size_t height, size_t width, size_t in, size_t out) {
  int whole;
  const size_t tiles = batch * ((height + 3) / 4) * ((width + 3) / 4);
  const size_t block = block_of(tiles, in, out, &whole);
  const size_t one = EZ_POINTS * (plane(block, in) + plane(block, out));
  return one * (whole ? (size_t)ez_threads() : 1) + in;
}

void ez_winograd(const float *x, size_t batch, size_t height, size_t width, size_t in,
                 const float *weights, size_t out, const float *bias, const float *add, int relu,
                 float *workspace, float *result) {
  ez_winograd_work w = {.x = x, .weights = weights, .batch = batch, .height = height};
  w.width = width, w.in = in, w.out = out, w.finish = (ez_finish){bias, add, relu};
  w.across = (width + 3) / 4, w.down = (height + 3) / 4, w.result = result;
  const size_t tiles = batch * w.across * w.down;
  int whole;
  w.block = block_of(tiles, in, out, &whole);
  w.in_plane = plane(w.block, in), w.out_plane = plane(w.block, out);
  memset(workspace, 0, in * sizeof(float));
  w.zeros = workspace, w.v = workspace + in, w.m = w.v + EZ_POINTS * w.in_plane;
  if (whole) {
    ez_parallel(tiles, w.block, whole_body, &w);
    return;
  }
  for (w.first = 0; w.first < tiles; w.first += w.block) {
    w.tiles = tiles - w.first < w.block ? tiles - w.first : w.block;
    ez_parallel(w.tiles, 1, inputs_body, &w);
    ez_parallel(EZ_POINTS, 1, products_body, &w);
    ez_parallel(w.tiles, 1, results_body, &w);
  }
}

#else

size_t ez_winograd_workspace(size_t batch, size_t height, size_t width, size_t in, size_t out) {
  return in;
}
void ez_winograd(const float *x, size_t batch, size_t height, size_t width, size_t in,
                 const float *weights, size_t out, const float *bias, const float *add, int relu,
                 float *workspace, float *result) {
  __builtin_trap();
}

#endif
