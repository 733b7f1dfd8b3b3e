// Weight gradients of 1x1 convolutions in one width; see lanes.h.
#include "outer_wide.h"

// Places first..first + places side by side, of a window's where there is one, normalised where there is a
// scale, zero behind the channels.
static EZ_TARGET void EZ_WIDE(lay)(const ez_slices *w, size_t first, size_t places, float *out,
                                   size_t stride) {
  size_t offset = 0;
  for (size_t p = 0; p < w->part_count; p++) {
    const size_t c = w->parts[p].channels;
    for (size_t r = 0; r < places; r++) {
      const float *x = w->parts[p].values + (w->window ? ez_place_of(w->window, first + r) : first + r) * c;
      float *to = out + r * stride + offset;
      if (!w->scale) {
        memcpy(to, x, c * sizeof(float));
        continue;
      }
      const float *scale = w->scale + offset, *shift = w->shift + offset;
      size_t j = 0;
      for (; j + EZ_LANES <= c; j += EZ_LANES)
        v_store(to + j, v_max(v_zero(), v_fmadd(v_load(x + j), v_load(scale + j), v_load(shift + j))));
      if (j < c) {
        const ez_mask m = v_mask(c - j);
        v_maskstore(to + j, m,
                    v_max(v_zero(), v_fmadd(v_maskload(m, x + j), v_maskload(m, scale + j),
                                            v_maskload(m, shift + j))));
      }
    }
    offset += c;
  }
  for (size_t r = 0; r < places; r++)
    memset(out + r * stride + offset, 0, (w->width - offset) * sizeof(float));
}

static EZ_TARGET void EZ_WIDE(slice_body)(void *context, size_t begin, size_t end) {
  const ez_slices *w = context;
  const size_t stride = w->width + EZ_GAP;
  float *x = w->workspace + (size_t)ez_thread() * w->places * stride;
  // As even as can be.
  const size_t tiles = (w->out + EZ_TILE_ROWS - 1) / EZ_TILE_ROWS;
  const size_t few = w->out / tiles, longer = w->out % tiles;
  for (size_t slice = begin; slice < end; slice++) {
    float *sums = w->sums + slice * w->out * w->width;
    memset(sums, 0, w->out * w->width * sizeof(float));
    const size_t last = w->rows * (slice + 1) / w->slices;
    for (size_t first = w->rows * slice / w->slices; first < last; first += w->places) {
      const size_t places = last - first < w->places ? last - first : w->places;
      EZ_WIDE(lay)(w, first, places, x, stride);
      for (size_t column = 0; column < w->width; column += 2 * EZ_LANES)
        for (size_t tile = 0, row = 0; tile < tiles; tile++) {
          const size_t rows = few + (tile < longer);
          EZ_WIDE(any_outer)(rows, places, x + column, stride, w->dy + first * w->out + row, w->out,
                             sums + row * w->width + column, w->width);
          row += rows;
        }
    }
  }
}
