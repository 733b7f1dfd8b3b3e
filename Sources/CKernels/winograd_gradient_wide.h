// The gradient with respect to the weights of a 3×3 convolution in one width; see lanes.h.
#include "outer_wide.h"

// What comes back to the points of an axis from four results, the transpose of output_line.
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(slope_line)(ez_vector o0, ez_vector o1, ez_vector o2, ez_vector o3, ez_vector *m, const int step) {
  const ez_vector a = v_set1((float)EZ_A), b = v_set1((float)EZ_B);
  const ez_vector a2 = v_set1((float)EZ_A2), b2 = v_set1((float)EZ_B2);
  const ez_vector a3 = v_set1((float)(EZ_A2 * EZ_A)), b3 = v_set1((float)(EZ_B2 * EZ_B));
  const ez_vector even_a = v_fmadd(a2, o2, o0), odd_a = v_fmadd(a3, o3, v_mul(a, o1));
  const ez_vector even_b = v_fmadd(b2, o2, o0), odd_b = v_fmadd(b3, o3, v_mul(b, o1));
  m[0 * step] = o0;
  m[1 * step] = v_add(even_a, odd_a);
  m[2 * step] = v_sub(even_a, odd_a);
  m[3 * step] = v_add(even_b, odd_b);
  m[4 * step] = v_sub(even_b, odd_b);
  m[5 * step] = o3;
}

// The same of two results: points 0, 1, 2 and 5.
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(short_slope_line)(ez_vector o0, ez_vector o1, ez_vector *m, const int step) {
  const ez_vector odd = v_mul(v_set1((float)EZ_A), o1);
  m[0 * step] = o0;
  m[1 * step] = v_add(o0, odd);
  m[2 * step] = v_sub(o0, odd);
  m[5 * step] = o1;
}

// The three weights of an axis from what came to its points, the transpose of interpolate.
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(weight_line)(ez_vector u0, ez_vector u1, ez_vector u2, ez_vector u3, ez_vector u4, ez_vector u5, ez_vector *g,
                     const int step) {
  const double na = 2 * EZ_A2 * (EZ_A2 - EZ_B2), nb = 2 * EZ_B2 * (EZ_B2 - EZ_A2);
  const ez_vector a0 = v_set1((float)(1 / na)), b0 = v_set1((float)(1 / nb));
  const ez_vector a1 = v_set1((float)(EZ_A / na)), b1 = v_set1((float)(EZ_B / nb));
  const ez_vector a2 = v_set1((float)(EZ_A2 / na)), b2 = v_set1((float)(EZ_B2 / nb));
  const ez_vector even_a = v_add(u1, u2), odd_a = v_sub(u1, u2);
  const ez_vector even_b = v_add(u3, u4), odd_b = v_sub(u3, u4);
  const ez_vector first = v_mul(v_set1((float)(1 / (EZ_A2 * EZ_B2))), u0);
  g[0 * step] = v_fmadd(a0, even_a, v_fmadd(b0, even_b, first));
  g[1 * step] = v_fmadd(a1, odd_a, v_mul(b1, odd_b));
  g[2 * step] = v_fmadd(a2, even_a, v_fmadd(b2, even_b, u5));
}

// One tile's slopes at its points: m[point][row][channel] of `width` channels, in the row of the point's kind.
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(tile_slopes)(const int short_down, const int short_across, const float *const *from, size_t width,
                     size_t plane, const size_t *rows, float *m) {
  for (size_t k = 0; k < width; k += EZ_LANES) {
    ez_vector half[24];
#pragma clang loop unroll(full)
    for (int j = 0; j < (short_across ? 2 : 4); j++) {
      const ez_vector o0 = v_load(from[j] + k), o1 = v_load(from[4 + j] + k);
      if (short_down) EZ_WIDE(short_slope_line)(o0, o1, half + j, 4);
      else EZ_WIDE(slope_line)(o0, o1, v_load(from[8 + j] + k), v_load(from[12 + j] + k), half + j, 4);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 6; i++) {
      if (short_down && is_left_out(i)) continue;
      const ez_vector *h = half + i * 4;
      ez_vector line[6];
      if (short_across) EZ_WIDE(short_slope_line)(h[0], h[1], line, 1);
      else EZ_WIDE(slope_line)(h[0], h[1], h[2], h[3], line, 1);
#pragma clang loop unroll(full)
      for (int j = 0; j < 6; j++)
        if (!(short_across && is_left_out(j)))
          v_store(m + (size_t)(i * 6 + j) * plane + rows[kind_of(i * 6 + j)] * width + k, line[j]);
    }
  }
}

// Inputs and slopes of tiles from `first` on at their points, of channels from `in` and `out` on.
static EZ_TARGET void EZ_WIDE(tile_factors)(const ez_winograd_gradient *g, size_t first, size_t tiles, size_t in,
                                            size_t out, float *v, float *m) {
  const ez_winograd_work *w = &g->inputs;
  const ez_tile start = ez_tile_at(&w->grid, first);
  for (size_t index = first; index < first + tiles; index++) {
    const ez_tile t = ez_tile_at(&w->grid, index);
    const float *slopes[16];
    ez_tile_places(g->dy, w->zeros, t.image, w->height, w->width, g->out, (long)t.y * 4, (long)t.x * 4, 4, slopes);
    ez_ask_tile(g->dy + out, t.image, w->height, w->width, g->out, g->width, (long)t.y * 4, (long)t.x * 4, 4);
    for (int i = 0; i < 16; i++) slopes[i] += out;
    size_t rows[4];
    for (int kind = 0; kind < 4; kind++) rows[kind] = t.before[kind] - start.before[kind];
    EZ_WIDE(any_tile_inputs)(w, &t, g->in, in, rows, v);
#define EZ_TILE(down, across) EZ_WIDE(tile_slopes)(down, across, slopes, g->width, g->out_plane, rows, m)
    switch ((t.y == w->grid.whole_down) * 2 + (t.x == w->grid.whole_across)) {
    case 0: EZ_TILE(0, 0); break;
    case 1: EZ_TILE(0, 1); break;
    case 2: EZ_TILE(1, 0); break;
    default: EZ_TILE(1, 1);
    }
#undef EZ_TILE
  }
}

// A slice of the tiles and a block of channels: sums over tiles at each point, and from them the nine weights'.
static EZ_TARGET void EZ_WIDE(gradient_body)(void *context, size_t begin, size_t end) {
  const ez_winograd_gradient *g = context;
  const ez_winograd_work *w = &g->inputs;
  float *v = g->workspace + (size_t)ez_thread() * g->scratch;
  float *m = v + EZ_POINTS * w->in_plane, *sums = m + EZ_POINTS * g->out_plane;
  const size_t depth = w->in, rows = g->width, blocks = g->in / depth, across = g->out / rows;
  const size_t tiles = (rows + EZ_TILE_ROWS - 1) / EZ_TILE_ROWS, few = rows / tiles, longer = rows % tiles;
  for (size_t task = begin; task < end; task++) {
    const size_t slice = task / (blocks * across), in = task / across % blocks * depth, out = task % across * rows;
    const size_t last = g->tiles * (slice + 1) / g->slices;
    memset(sums, 0, EZ_POINTS * rows * depth * sizeof(float));
    for (size_t first = g->tiles * slice / g->slices; first < last; first += g->block) {
      const size_t count = last - first < g->block ? last - first : g->block;
      EZ_WIDE(tile_factors)(g, first, count, in, out, v, m);
      const ez_tile from = ez_tile_at(&w->grid, first), to = ez_tile_at(&w->grid, first + count);
      for (size_t p = 0; p < EZ_POINTS; p++) {
        const int kind = kind_of((int)p);
        const size_t places = to.before[kind] - from.before[kind];
        for (size_t column = 0; column < depth; column += 2 * EZ_LANES)
          for (size_t tile = 0, row = 0; tile < tiles; tile++) {
            const size_t height = few + (tile < longer);
            EZ_WIDE(any_outer)(height, places, v + p * w->in_plane + column, depth, m + p * g->out_plane + row, rows,
                               sums + (p * rows + row) * depth + column, depth);
            row += height;
          }
      }
    }
    // [out, 3, 3, in] of the slice.
    float *to = g->partial + slice * g->out * 9 * g->in;
    for (size_t k = 0; k < rows; k++)
      for (size_t c = 0; c < depth; c += EZ_LANES) {
        ez_vector half[18], taps[9];
#pragma clang loop unroll(full)
        for (int i = 0; i < 6; i++) {
          ez_vector u[6];
#pragma clang loop unroll(full)
          for (int j = 0; j < 6; j++) u[j] = v_load(sums + ((size_t)(i * 6 + j) * rows + k) * depth + c);
          EZ_WIDE(weight_line)(u[0], u[1], u[2], u[3], u[4], u[5], half + i * 3, 1);
        }
#pragma clang loop unroll(full)
        for (int x = 0; x < 3; x++)
          EZ_WIDE(weight_line)(half[x], half[3 + x], half[6 + x], half[9 + x], half[12 + x], half[15 + x], taps + x, 3);
        float *line = to + (out + k) * 9 * g->in + in + c;
#pragma clang loop unroll(full)
        for (size_t t = 0; t < 9; t++) v_store(line + t * g->in, taps[t]);
      }
  }
}
