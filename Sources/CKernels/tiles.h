// Internal: positions of tiles of results whose last line or column has fewer products, and what they read.
#ifndef ENCODERZOO_TILES_H
#define ENCODERZOO_TILES_H

#include <stddef.h>

// Tiles of all images behind each other, `down` × `across` of each. Some products are those of the first
// `whole_down` lines (kind 2), columns (kind 1) or both (kind 3) alone.
typedef struct {
  size_t down, across, whole_down, whole_across;
} ez_tiles;

// A tile's image and place, and how many tiles before it take part in a product, by the product's kind.
typedef struct {
  size_t image, y, x, before[4];
} ez_tile;

static inline ez_tile ez_tile_at(const ez_tiles *g, size_t index) {
  ez_tile t = {index / (g->down * g->across), index / g->across % g->down, index % g->across, {0}};
  for (size_t kind = 0; kind < 4; kind++) {
    const size_t down = kind & 2 ? g->whole_down : g->down, across = kind & 1 ? g->whole_across : g->across;
    const size_t here = t.y < down ? t.y * across + (t.x < across ? t.x : across) : down * across;
    t.before[kind] = t.image * down * across + here;
  }
  return t;
}

// The addresses of the side × side places that a tile reads, from line y and column x of an image on; `zeros`
// outside it.
static inline void ez_tile_places(const float *images, const float *zeros, size_t image, size_t height, size_t width,
                                  size_t channels, long y, long x, int side, const float **from) {
  for (int i = 0; i < side; i++)
    for (int j = 0; j < side; j++) {
      const long r = y + i, c = x + j;
      from[i * side + j] = r < 0 || c < 0 || r >= (long)height || c >= (long)width
                               ? zeros
                               : images + ((image * height + (size_t)r) * width + (size_t)c) * channels;
    }
}

// Asks for `channels` of what the tile to the right of one will read beyond it, from line y and column x of an image
// on: lines of memory lie too far apart for a processor to foresee.
static inline void ez_ask_tile(const float *images, size_t image, size_t height, size_t width, size_t all,
                               size_t channels, long y, long x, int side) {
  for (long r = y < 0 ? 0 : y; r < y + side && r < (long)height; r++)
    for (long c = x + side; c < x + side + 4 && c < (long)width; c++) {
      const float *place = images + ((image * height + (size_t)r) * width + (size_t)c) * all;
      for (size_t k = 0; k < channels; k += 16) __builtin_prefetch(place + k, 0, 2);
    }
}

#endif
