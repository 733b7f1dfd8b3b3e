// Internal: where tiles of results lie whose last line or column has fewer products.
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

#endif
