// The phases of a convolution with stride 2, its products and results in one width; see lanes.h.
#include "lanes.h"

// Rows of the nine products: the terms of a tile that take part.
static EZ_TARGET void EZ_WIDE(strided_inputs)(void *context, size_t begin, size_t end) {
  const ez_strided_work *w = context;
  const ez_tile first = ez_tile_at(&w->grid, w->first);
  for (size_t index = begin; index < end; index++) {
    const ez_tile t = ez_tile_at(&w->grid, w->first + index);
    const float *from[EZ_TERMS * EZ_TERMS];
    ez_tile_places(w->x, w->zeros, t.image, w->height, w->width, w->in, (long)t.y * 4 - 1, (long)t.x * 4 - 1, EZ_TERMS,
                   from);
    float *to[EZ_TERMS * EZ_TERMS];
    for (size_t p = 0; p < EZ_PRODUCTS; p++) {
      const int *a = ez_first_term + p / EZ_PARTS, *b = ez_first_term + p % EZ_PARTS;
      const size_t kind = kind_of(p), row = t.before[kind] - first.before[kind];
      const int takes = !(kind & 2 && t.y == w->grid.whole_down) && !(kind & 1 && t.x == w->grid.whole_across);
      float *place = w->v + w->rows_at[p] + row * row_length(w, p);
      for (int i = a[0]; i < a[1]; i++)
        for (int j = b[0]; j < b[1]; j++, place += w->in) to[i * EZ_TERMS + j] = takes ? place : NULL;
    }
    for (size_t c = 0; c < w->in; c += EZ_LANES) {
      ez_vector half[EZ_TERMS * EZ_TERMS];
#pragma clang loop unroll(full)
      for (int j = 0; j < EZ_TERMS; j++) {
        const ez_vector middle = v_load(from[2 * EZ_TERMS + j] + c);
        half[j] = v_sub(v_load(from[j] + c), middle);
        half[EZ_TERMS + j] = v_load(from[EZ_TERMS + j] + c);
        half[2 * EZ_TERMS + j] = middle;
        half[3 * EZ_TERMS + j] = v_sub(v_load(from[4 * EZ_TERMS + j] + c), middle);
        half[4 * EZ_TERMS + j] = v_load(from[3 * EZ_TERMS + j] + c);
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < EZ_TERMS; i++) {
        const ez_vector *h = half + i * EZ_TERMS;
        float *const *line = to + i * EZ_TERMS;
        if (line[0]) {
          v_store(line[0] + c, v_sub(h[0], h[2]));
          v_store(line[1] + c, h[1]);
          v_store(line[2] + c, h[2]);
        }
        if (line[3]) {
          v_store(line[3] + c, v_sub(h[4], h[2]));
          v_store(line[4] + c, h[3]);
        }
      }
    }
  }
}

static void EZ_WIDE(strided_products)(void *context, size_t begin, size_t end) {
  const ez_strided_work *w = context;
  const ez_finish nothing = {NULL, NULL, 0, 0};
  const ez_tile from = ez_tile_at(&w->grid, w->first), to = ez_tile_at(&w->grid, w->first + w->tiles);
  const size_t panel = 2 * EZ_LANES, panels = (w->out + panel - 1) / panel;
  for (size_t task = begin; task < end; task++) {
    const size_t p = task / w->groups, group = task % w->groups, depth = terms(p) * w->in;
    const size_t first = panels * group / w->groups * panel, behind = panels * (group + 1) / w->groups * panel;
    const float *weights = w->weights;
    for (size_t q = 0; q < p; q++) weights += terms(q) * w->in * panels * panel;
    const size_t rows = to.before[kind_of(p)] - from.before[kind_of(p)];
    const ez_prefetch prefetch = {1, task + 1 < EZ_PRODUCTS * w->groups ? weights + behind * depth : NULL, NULL, 0};
    const size_t pitch = w->out + EZ_ROW_GAP, columns = (behind < w->out ? behind : w->out) - first;
    EZ_WIDE(ez_multiply_packed)(w->v + w->rows_at[p], row_length(w, p), rows, depth, weights + first * depth, columns,
                                &nothing, &prefetch, w->m + p * w->block * pitch + first, pitch);
  }
}

static EZ_TARGET void EZ_WIDE(strided_results)(void *context, size_t begin, size_t end) {
  const ez_strided_work *w = context;
  const ez_vector floor = v_set1(w->finish.relu ? 0 : -__builtin_inff());
  const size_t pitch = w->out + EZ_ROW_GAP;
  const ez_tile first = ez_tile_at(&w->grid, w->first);
  for (size_t index = begin; index < end; index++) {
    const ez_tile t = ez_tile_at(&w->grid, w->first + index);
    const size_t y = t.y * 2, x = t.x * 2;
    const size_t rows = y + 1 < w->out_height ? 2 : 1, columns = x + 1 < w->out_width ? 2 : 1;
    const size_t base = ((t.image * w->out_height + y) * w->out_width + x) * w->out;
    const float *from[EZ_PRODUCTS];
    for (size_t p = 0; p < EZ_PRODUCTS; p++)
      from[p] = w->m + (p * w->block + t.before[kind_of(p)] - first.before[kind_of(p)]) * pitch;
    for (size_t k = 0; k < w->out; k += EZ_LANES) {
      const ez_vector bias = w->finish.bias ? v_load(w->finish.bias + k) : v_zero();
      for (size_t i = 0; i < rows; i++) {
        // Of the sums of two lines, one of which both results have.
        ez_vector line[EZ_PARTS];
        for (size_t j = 0; j < columns + 1; j++)
          line[j] = i == 0 ? v_add(v_load(from[j] + k), v_load(from[EZ_PARTS + j] + k))
                           : v_add(v_load(from[EZ_PARTS + j] + k), v_load(from[2 * EZ_PARTS + j] + k));
        for (size_t j = 0; j < columns; j++) {
          const size_t place = base + (i * w->out_width + j) * w->out + k;
          ez_vector value = v_add(v_add(line[j], line[j + 1]), bias);
          if (w->finish.add) value = v_add(value, v_load(w->finish.add + place));
          v_store(w->result + place, v_max(floor, value));
        }
      }
    }
  }
}
