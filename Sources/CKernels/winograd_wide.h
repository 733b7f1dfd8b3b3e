// Winograd's transforms and products in one width; see lanes.h.
#include "lanes.h"

static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(input_line)(ez_vector d0, ez_vector d1, ez_vector d2, ez_vector d3, ez_vector d4, ez_vector d5, ez_vector *v,
           const int step) {
  const ez_vector a2 = v_set1((float)EZ_A2), b2 = v_set1((float)EZ_B2);
  const ez_vector a = v_set1((float)EZ_A), b = v_set1((float)EZ_B);
  const ez_vector product = v_set1((float)(EZ_A2 * EZ_B2));
  const ez_vector sum = v_set1((float)(EZ_A2 + EZ_B2));
  const ez_vector even_a = v_fnmadd(b2, d2, d4), odd_a = v_fnmadd(b2, d1, d3);
  const ez_vector even_b = v_fnmadd(a2, d2, d4), odd_b = v_fnmadd(a2, d1, d3);
  v[0 * step] = v_fmadd(product, d0, v_fnmadd(sum, d2, d4));
  v[1 * step] = v_fmadd(a, odd_a, even_a);
  v[2 * step] = v_fnmadd(a, odd_a, even_a);
  v[3 * step] = v_fmadd(b, odd_b, even_b);
  v[4 * step] = v_fnmadd(b, odd_b, even_b);
  v[5 * step] = v_fmadd(product, d1, v_fnmadd(sum, d3, d5));
}

static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(output_line)(ez_vector m0, ez_vector m1, ez_vector m2, ez_vector m3, ez_vector m4, ez_vector m5, ez_vector *o,
            const int step) {
  const ez_vector p = v_add(m1, m2), q = v_sub(m1, m2);
  const ez_vector r = v_add(m3, m4), s = v_sub(m3, m4);
  const ez_vector a = v_set1((float)EZ_A), b = v_set1((float)EZ_B);
  const ez_vector a2 = v_set1((float)EZ_A2), b2 = v_set1((float)EZ_B2);
  const ez_vector a3 = v_set1((float)(EZ_A2 * EZ_A)),
               b3 = v_set1((float)(EZ_B2 * EZ_B));
  o[0 * step] = v_add(m0, v_add(p, r));
  o[1 * step] = v_fmadd(a, q, v_mul(b, s));
  o[2 * step] = v_fmadd(a2, p, v_mul(b2, r));
  o[3 * step] = v_fmadd(a3, q, v_fmadd(b3, s, m5));
}

// The same for two results: points 0, 1, 2 and 5.
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(short_input_line)(ez_vector d0, ez_vector d1, ez_vector d2, ez_vector d3, ez_vector *v, const int step) {
  const ez_vector a = v_set1((float)EZ_A), a2 = v_set1((float)EZ_A2), b2 = v_set1((float)EZ_B2);
  const ez_vector factor = v_set1((float)(EZ_A2 - EZ_B2));
  v[0 * step] = v_mul(b2, v_sub(v_mul(a2, d0), d2));
  v[1 * step] = v_mul(factor, v_fmadd(a, d1, d2));
  v[2 * step] = v_mul(factor, v_fnmadd(a, d1, d2));
  v[5 * step] = v_fnmadd(a2, d1, d3);
}

static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(short_output_line)(ez_vector m0, ez_vector m1, ez_vector m2, ez_vector m5, ez_vector *o, const int step) {
  o[0 * step] = v_add(m0, v_add(m1, m2));
  o[1 * step] = v_fmadd(v_set1((float)EZ_A), v_sub(m1, m2), m5);
}

// The places that a tile reads; those outside the image are zero after a normalisation, too.
typedef struct {
  const float *from[EZ_POINTS];
  float inside[EZ_POINTS];
} EZ_WIDE(places);

// One tile's inputs at its points: v[point][row][channel], in the row of the point's kind; of channels from `first` on.
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(tile_inputs)(const int short_down, const int short_across, const int normalises, const ez_winograd_work *w,
                     const EZ_WIDE(places) *places, size_t first, const size_t *rows, float *v) {
  for (size_t c = 0; c < w->in; c += EZ_LANES) {
    ez_vector half[EZ_POINTS], scale = v_zero(), shift = scale;
    if (normalises) scale = v_load(w->scale + first + c), shift = v_load(w->shift + first + c);
#pragma clang loop unroll(full)
    for (int j = 0; j < (short_across ? 4 : 6); j++) {
      ez_vector d[6];
#pragma clang loop unroll(full)
      for (int i = 0; i < (short_down ? 4 : 6); i++) {
        d[i] = v_load(places->from[i * 6 + j] + first + c);
        // The second operand of max is what comes out for a NaN.
        if (normalises)
          d[i] = v_max(v_zero(), v_fmadd(d[i], scale, v_mul(v_set1(places->inside[i * 6 + j]), shift)));
      }
      if (short_down)
        EZ_WIDE(short_input_line)(d[0], d[1], d[2], d[3], half + j, 6);
      else
        EZ_WIDE(input_line)(d[0], d[1], d[2], d[3], d[4], d[5], half + j, 6);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 6; i++) {
      if (short_down && is_left_out(i)) continue;
      const ez_vector *h = half + i * 6;
      ez_vector line[6];
      if (short_across)
        EZ_WIDE(short_input_line)(h[0], h[1], h[2], h[3], line, 1);
      else
        EZ_WIDE(input_line)(h[0], h[1], h[2], h[3], h[4], h[5], line, 1);
#pragma clang loop unroll(full)
      for (int j = 0; j < 6; j++)
        if (!(short_across && is_left_out(j)))
          v_store(v + (size_t)(i * 6 + j) * w->in_plane + rows[kind_of(i * 6 + j)] * w->in + c, line[j]);
    }
  }
}

// A tile's inputs, whatever its kind.
static EZ_TARGET void EZ_WIDE(any_tile_inputs)(const ez_winograd_work *w, const ez_tile *t, size_t channels,
                                               size_t first, const size_t *rows, float *v) {
  EZ_WIDE(places) places;
  ez_tile_places(w->x, w->zeros, t->image, w->height, w->width, channels, (long)t->y * 4 - 1, (long)t->x * 4 - 1, 6,
                 places.from);
  ez_ask_tile(w->x + first, t->image, w->height, w->width, channels, w->in, (long)t->y * 4 - 1, (long)t->x * 4 - 1, 6);
#define EZ_TILE(down, across, normalises) \
  EZ_WIDE(tile_inputs)(down, across, normalises, w, &places, first, rows, v)
  const int kind = (t->y == w->grid.whole_down) * 2 + (t->x == w->grid.whole_across);
  if (w->scale) {
    for (int i = 0; i < EZ_POINTS; i++) places.inside[i] = places.from[i] != w->zeros;
    switch (kind) {
    case 0: EZ_TILE(0, 0, 1); break;
    case 1: EZ_TILE(0, 1, 1); break;
    case 2: EZ_TILE(1, 0, 1); break;
    default: EZ_TILE(1, 1, 1);
    }
    return;
  }
  switch (kind) {
  case 0: EZ_TILE(0, 0, 0); break;
  case 1: EZ_TILE(0, 1, 0); break;
  case 2: EZ_TILE(1, 0, 0); break;
  default: EZ_TILE(1, 1, 0);
  }
#undef EZ_TILE
}

static EZ_TARGET void EZ_WIDE(inputs)(const ez_winograd_work *w, size_t begin, size_t end, float *v) {
  const ez_tile first = ez_tile_at(&w->grid, w->first);
  for (size_t index = begin; index < end; index++) {
    const ez_tile t = ez_tile_at(&w->grid, w->first + index);
    size_t rows[4];
    for (int kind = 0; kind < 4; kind++) rows[kind] = t.before[kind] - first.before[kind];
    EZ_WIDE(any_tile_inputs)(w, &t, w->in, 0, rows, v);
  }
}

// One tile's results from its products m[point][row][channel].
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(tile_results)(const int short_down, const int short_across, const ez_winograd_work *w, const ez_tile *t,
                      const size_t *rows, const float *m) {
  const ez_vector floor = v_set1(w->finish.relu ? 0 : -__builtin_inff());
  const size_t y = t->y * 4, x = t->x * 4;
  const size_t lines = w->height - y < 4 ? w->height - y : 4, columns = w->width - x < 4 ? w->width - x : 4;
  const size_t base = ((t->image * w->height + y) * w->width + x) * w->out;
  for (size_t k = 0; k < w->out; k += EZ_LANES) {
    ez_vector half[24], whole[16];
#pragma clang loop unroll(full)
    for (int j = 0; j < 6; j++) {
      if (short_across && is_left_out(j)) continue;
      ez_vector d[6];
#pragma clang loop unroll(full)
      for (int i = 0; i < 6; i++)
        if (!(short_down && is_left_out(i)))
          d[i] = v_load(m + (size_t)(i * 6 + j) * w->out_plane + rows[kind_of(i * 6 + j)] * w->out + k);
      if (short_down)
        EZ_WIDE(short_output_line)(d[0], d[1], d[2], d[5], half + j, 6);
      else
        EZ_WIDE(output_line)(d[0], d[1], d[2], d[3], d[4], d[5], half + j, 6);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < (short_down ? 2 : 4); i++) {
      const ez_vector *h = half + i * 6;
      if (short_across)
        EZ_WIDE(short_output_line)(h[0], h[1], h[2], h[5], whole + i * 4, 1);
      else
        EZ_WIDE(output_line)(h[0], h[1], h[2], h[3], h[4], h[5], whole + i * 4, 1);
    }
    const ez_vector bias = w->finish.bias ? v_load(w->finish.bias + k) : v_zero();
    for (size_t i = 0; i < lines; i++)
      for (size_t j = 0; j < columns; j++) {
        const size_t place = base + (i * w->width + j) * w->out + k;
        ez_vector value = v_add(whole[i * 4 + j], bias);
        if (w->finish.add) value = v_add(value, v_load(w->finish.add + place));
        // Vectors of eight are half a line of memory.
        if (EZ_LANES == 16 && w->past_cache) v_stream(w->result + place, v_max(floor, value));
        else v_store(w->result + place, v_max(floor, value));
      }
  }
}

static EZ_TARGET void EZ_WIDE(results)(const ez_winograd_work *w, size_t begin, size_t end, const float *m) {
  const ez_tile first = ez_tile_at(&w->grid, w->first);
  for (size_t index = begin; index < end; index++) {
    const ez_tile t = ez_tile_at(&w->grid, w->first + index);
    size_t rows[4];
    for (int kind = 0; kind < 4; kind++) rows[kind] = t.before[kind] - first.before[kind];
    switch ((t.y == w->grid.whole_down) * 2 + (t.x == w->grid.whole_across)) {
    case 0: EZ_WIDE(tile_results)(0, 0, w, &t, rows, m); break;
    case 1: EZ_WIDE(tile_results)(0, 1, w, &t, rows, m); break;
    case 2: EZ_WIDE(tile_results)(1, 0, w, &t, rows, m); break;
    default: EZ_WIDE(tile_results)(1, 1, w, &t, rows, m);
    }
  }
  // What was written past the cache is seen by others from here on.
  if (w->past_cache) _mm_sfence();
}

static void EZ_WIDE(products)(const ez_winograd_work *w, size_t begin, size_t end, const float *v, float *m) {
  const ez_finish nothing = {NULL, NULL, 0, 0};
  const size_t panel = ez_packed_count(EZ_LANES, w->in, w->out);
  const ez_tile from = ez_tile_at(&w->grid, w->first), to = ez_tile_at(&w->grid, w->first + w->tiles);
  for (size_t p = begin; p < end; p++) {
    const int kind = kind_of((int)p), next = kind_of((int)p + 1);
    const size_t rows = to.before[kind] - from.before[kind];
    const float *weights = w->weights + p * panel;
    ez_prefetch prefetch = {.weights = w->large};
    if (p + 1 < EZ_POINTS) prefetch.after = weights + panel;
    if (w->large && p + 1 < end) {
      prefetch.values = v + (p + 1) * w->in_plane;
      prefetch.count = (to.before[next] - from.before[next]) * w->in;
    }
    EZ_WIDE(ez_multiply_packed)(v + p * w->in_plane, w->in, rows, w->in, weights, w->out, &nothing,
                                &prefetch, m + p * w->out_plane, w->out);
  }
}

// Small weights: each thread takes tiles from their inputs to their results within its own cache.
static void EZ_WIDE(whole_body)(void *context, size_t begin, size_t end) {
  ez_winograd_work w = *(const ez_winograd_work *)context;
  const size_t scratch = EZ_POINTS * (w.in_plane + w.out_plane);
  float *v = w.v + (size_t)ez_thread() * scratch, *m = v + EZ_POINTS * w.in_plane;
  w.first = begin, w.tiles = end - begin;
  EZ_WIDE(inputs)(&w, 0, w.tiles, v);
  EZ_WIDE(products)(&w, 0, EZ_POINTS, v, m);
  EZ_WIDE(results)(&w, 0, w.tiles, m);
}

static void EZ_WIDE(inputs_body)(void *context, size_t begin, size_t end) {
  const ez_winograd_work *w = context;
  EZ_WIDE(inputs)(w, begin, end, w->v);
}
static void EZ_WIDE(products_body)(void *context, size_t begin, size_t end) {
  const ez_winograd_work *w = context;
  EZ_WIDE(products)(w, begin, end, w->v, w->m);
}
static void EZ_WIDE(results_body)(void *context, size_t begin, size_t end) {
  const ez_winograd_work *w = context;
  EZ_WIDE(results)(w, begin, end, w->m);
}

