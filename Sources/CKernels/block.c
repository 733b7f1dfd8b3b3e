#include "fused.h"

#include "CKernelsLayers.h"
#include "bfloat.h"
#include "depthwise.h"
#include "parallel.h"
#include "product.h"

// How a block is cut: bands of lines, one after the other in a piece of an image. Where all layers take bf16, lines are
// kept as pairs, which what is not widened becomes, too.
typedef struct {
  int pairs;
  size_t lines;       // of results, a band
  size_t ring;        // lines, or pairs of them, that a band reads
  size_t pieces;      // of an image
  size_t piece_lines; // of results; whole bands
  size_t kept, looked; // floats of what the depthwise layer reads, and makes for a product
} ez_block_cut;

enum { EZ_CHUNK = 48, EZ_MOST_LINES = 14 };

static size_t at_most(size_t x, size_t most) { return x < most ? x : most; }

// Lines, or pairs, that so many lines of results read.
static size_t read_by(const ez_block_shape *s, size_t lines, int pairs) {
  const ez_window *w = &s->window;
  const size_t read = (lines - 1) * w->stride + w->kernel_height;
  return pairs ? at_most(ez_pairs_of(read), ez_pairs_in(w->height)) : at_most(read, w->height);
}

static size_t floats_kept(const ez_block_shape *s, size_t lines, int pairs) {
  return s->widens || pairs ? read_by(s, lines, pairs) * s->window.width * s->window.channels : 0;
}

static size_t floats_looked(const ez_block_shape *s, size_t lines, int pairs) {
  const size_t numbers = s->narrows ? lines * s->window.out_width * s->window.channels : 0;
  return pairs && !s->narrows ? 0 : pairs ? (numbers + 1) / 2 : numbers;
}

// Floats that lie between the layers of so many lines of results.
static size_t floats_between(const ez_block_shape *s, size_t lines, int pairs) {
  return floats_kept(s, lines, pairs) + floats_looked(s, lines, pairs);
}

// Floats that stay in a core's second cache beside what is read and written: half of it.
static size_t most_floats(void) {
  const size_t bytes = ez_second_cache();
  return (bytes ? bytes : (size_t)1 << 20) / 2 / sizeof(float);
}

static ez_block_cut cut(const ez_block_shape *s, int pairs) {
  const ez_window *w = &s->window;
  const size_t most = most_floats();
  size_t lines = 1;
  while (lines < at_most(w->out_height, EZ_MOST_LINES) && floats_between(s, lines + 1, pairs) <= most) lines++;
  const size_t bands = (w->out_height + lines - 1) / lines;
  // As even as can be.
  ez_block_cut c = {.pairs = pairs, .lines = (w->out_height + bands - 1) / bands};
  // A piece makes the lines again that the one above has made, so there are no more than threads need, and no short ones.
  const size_t wanted = (4 * (size_t)ez_threads() + w->batch - 1) / w->batch, fair = (w->out_height + wanted - 1) / wanted;
  const size_t overlap = s->widens && w->kernel_height > w->stride ? w->kernel_height - w->stride : 0;
  const size_t shortest = (3 * overlap + w->stride - 1) / w->stride, least = fair > shortest ? fair : shortest;
  // Nothing is made twice, and every thread shall have some.
  if (pairs && !s->widens) c.lines = at_most(c.lines, least);
  c.ring = read_by(s, c.lines, pairs);
  c.piece_lines = ez_up(least, c.lines);
  c.pieces = (w->out_height + c.piece_lines - 1) / c.piece_lines;
  c.kept = ez_up(floats_kept(s, c.lines, pairs), 16);
  c.looked = ez_up(floats_looked(s, c.lines, pairs), 16);
  return c;
}

int ez_block_rounds(int lanes, int bf16, const ez_window *window) { return ez_depthwise_has_pairs(lanes, bf16, window); }

int ez_block_fits(int lanes, int bf16, const ez_block_shape *s) {
  const ez_window *w = &s->window;
  if (lanes == 0 || !ez_depthwise_is_wide(lanes, w)) return 0;
  const int pairs = ez_depthwise_has_pairs(lanes, bf16, w);
  // A dot product takes two numbers of a row, which is read where it is.
  if (pairs && ((s->widens && s->depth % 2) || (s->narrows && w->channels % 2))) return 0;
  // Rows a power of two apart fall on the same few lines of the first cache; see ez_pointwise.
  if ((s->widens && s->depth % 512 == 0) || (s->narrows && w->channels % 512 == 0)) return 0;
  if (floats_between(s, 1, pairs) > most_floats()) return 0;
  // Pieces are for a thread each.
  if (w->batch * cut(s, pairs).pieces < (size_t)ez_threads()) return 0;
  // What nothing narrows goes to memory all the same, so that only what lies before it can be saved.
  return s->narrows || w->height * w->width * w->channels * sizeof(float) >= 256 * 1024;
}

// Floats that a thread keeps: what lies between, and rows that are rounded.
static size_t room_of(const ez_block_shape *s, const ez_block_cut *c, int bf16) {
  const size_t wide = s->widens && bf16 != EZ_FLOATS ? ez_bf16_scratch(s->depth) : 0;
  const size_t narrow = s->narrows && bf16 != EZ_FLOATS ? ez_bf16_scratch(s->window.channels) : 0;
  return c->kept + c->looked + (wide > narrow ? wide : narrow) / sizeof(float);
}

size_t ez_block_workspace(int lanes, int bf16, const ez_block_shape *s) {
  const ez_block_cut c = cut(s, ez_depthwise_has_pairs(lanes, bf16, &s->window));
  return (size_t)ez_threads() * room_of(s, &c, bf16);
}

#if defined(__x86_64__)

typedef struct {
  ez_block_shape shape;
  ez_block_maps maps;
  ez_block_layers layers;
  ez_block_cut cut;
  ez_depthwise_work look;
  ez_body look_at;
  ez_finish widened, narrowed;
  int widened_function, narrowed_function, bf16;
  size_t room;
  void (*multiply)(const float *, size_t, size_t, size_t, const float *, size_t, const ez_finish *, const ez_prefetch *,
                   float *, size_t);
  float *workspace;
} ez_block_work;

static ez_bf16_results results_of(const ez_finish *finish, int function) {
  return (ez_bf16_results){.bias = finish->bias, .add = finish->add, .relu = finish->relu, .function = function};
}

// A product of rows and what follows it, a chunk at a time, so that a function finds results in the first cache.
static void multiply(const ez_block_work *w, const float *rows, const uint16_t *halves, size_t count, size_t depth,
                     const void *weights, size_t columns, ez_finish finish, const uint16_t *add_halves, int function,
                     float *out, uint16_t *out_halves) {
  if (w->bf16 != EZ_FLOATS) {
    ez_bf16_results results = results_of(&finish, function);
    results.add_halves = add_halves, results.out = out, results.halves = out_halves;
    float *scratch = w->workspace + (size_t)ez_thread() * w->room + w->cut.kept + w->cut.looked;
    ez_bf16_multiply_here(w->bf16, rows, halves, count, depth, weights, columns, &results, scratch);
    return;
  }
  static const ez_prefetch none = {0};
  for (size_t r = 0; r < count; r += EZ_CHUNK) {
    const size_t n = at_most(count - r, EZ_CHUNK);
    w->multiply(rows + r * depth, depth, n, depth, weights, columns, &finish, &none, out + r * columns, columns);
    if (function) ez_activate_here(function - 1, out + r * columns, n * columns);
    if (finish.add) finish.add += n * columns;
  }
}

// Widens lines of an image, each to its place in the ring.
static void widen(const ez_block_work *w, size_t image, size_t from, size_t to, float *ring) {
  const ez_window *g = &w->shape.window;
  while (from < to) {
    const size_t slot = from % w->cut.ring, n = at_most(to - from, w->cut.ring - slot);
    const size_t first = (image * g->height + from) * g->width * w->shape.depth;
    multiply(w, w->maps.x ? w->maps.x + first : NULL, w->maps.x_halves ? w->maps.x_halves + first : NULL, n * g->width,
             w->shape.depth, w->layers.widening, g->channels, w->widened, NULL, w->widened_function,
             ring + slot * g->width * g->channels, NULL);
    from += n;
  }
}

// The same of pairs of lines; what nothing widens is paired.
static void fill_pairs(const ez_block_work *w, size_t image, size_t from, size_t to, uint32_t *ring) {
  const ez_window *g = &w->shape.window;
  const size_t depth = w->shape.widens ? w->shape.depth : g->channels, line = g->width * depth;
  ez_bf16_results results = results_of(&w->widened, w->widened_function);
  results.columns = g->channels;
  // A panel of weights serves all pairs.
  for (size_t column = 0; column < (w->shape.widens ? g->channels : 1); column += EZ_BLOCK)
    for (size_t pair = from; pair < to; pair++) {
      const size_t at = (image * g->height + 2 * pair) * line;
      const int has_lower = 2 * pair + 1 < g->height;
      uint32_t *slot = ring + pair % w->cut.ring * g->width * g->channels;
      const uint16_t *halves = w->maps.x_halves ? w->maps.x_halves + at : NULL;
      const uint16_t *lower_halves = halves && has_lower ? halves + line : NULL;
      if (w->shape.widens) {
        const uint16_t *panel = (const uint16_t *)w->layers.widening + column * ez_up(depth, EZ_BLOCK);
        ez_bf16_paired(halves, lower_halves, g->width, depth, panel, &results, column, slot);
      } else {
        const float *x = w->maps.x ? w->maps.x + at : NULL;
        ez_pair_lines(x, x && has_lower ? x + line : NULL, halves, lower_halves, line, slot);
      }
    }
}

static void block_body(void *context, size_t begin, size_t end) {
  const ez_block_work *w = context;
  const ez_window *g = &w->shape.window;
  const int pairs = w->cut.pairs;
  float *ring = w->workspace + (size_t)ez_thread() * w->room, *looked = ring + w->cut.kept;
  const size_t of_input = g->height * g->width * g->channels, of_line = g->out_width * w->shape.columns;
  for (size_t piece = begin; piece < end; piece++) {
    const size_t image = piece / w->cut.pieces, first = piece % w->cut.pieces * w->cut.piece_lines;
    const size_t last = at_most(first + w->cut.piece_lines, g->out_height);
    ez_depthwise_work look = w->look;
    if (look.sums) look.sums += image * g->out_height * g->channels;
    if (!w->shape.widens && !pairs) look.from.values = w->maps.x + image * of_input;
    size_t made = 0;
    for (size_t row = first; row < last; row += w->cut.lines) {
      const size_t row_end = at_most(row + w->cut.lines, last);
      const size_t top = row * g->stride, bottom = (row_end - 1) * g->stride + g->kernel_height;
      // Lines of the input, of which there may be none.
      size_t to = at_most(bottom > g->padding ? bottom - g->padding : 0, g->height);
      size_t from = at_most(top > g->padding ? top - g->padding : 0, to);
      const size_t before = (image * g->out_height + row) * of_line;
      float *out = w->maps.out ? w->maps.out + before : NULL;
      uint16_t *out_halves = w->maps.out_halves ? w->maps.out_halves + before : NULL;
      const uint16_t *add_halves = w->maps.add_halves ? w->maps.add_halves + before : NULL;
      if (w->shape.widens || pairs) {
        if (pairs) from /= 2, to = ez_pairs_in(to);
        const size_t missing = made > from ? made : from;
        if (pairs) fill_pairs(w, image, missing, to, (uint32_t *)ring);
        else widen(w, image, missing, to, ring);
        made = to;
        look.from.values = ring, look.from.first = from / w->cut.ring * w->cut.ring;
      }
      look.to.first = row, look.out = w->shape.narrows ? looked : out;
      if (pairs) look.halves = w->shape.narrows ? (uint16_t *)looked : out_halves;
      if (w->look.finish.add) look.finish.add = w->look.finish.add + before;
      w->look_at(&look, row / w->cut.lines, row / w->cut.lines + 1);
      if (!w->shape.narrows) continue;
      ez_finish finish = w->narrowed;
      if (finish.add) finish.add += before;
      multiply(w, pairs ? NULL : looked, pairs ? (const uint16_t *)looked : NULL, (row_end - row) * g->out_width,
               g->channels, w->layers.narrowing, w->shape.columns, finish, add_halves, w->narrowed_function, out,
               out_halves);
    }
  }
}

void ez_block(int lanes, int bf16, const ez_block_shape *shape, const ez_block_maps *maps,
              const ez_block_layers *layers, float *workspace) {
  ez_settle_products();
  const ez_window *g = &shape->window;
  const int pairs = ez_depthwise_has_pairs(lanes, bf16, g);
  ez_block_work w = {.shape = *shape, .maps = *maps, .layers = *layers, .cut = cut(shape, pairs), .workspace = workspace};
  w.widened = ez_finish_of(&layers->widened, &w.widened_function);
  w.narrowed = ez_finish_of(&layers->narrowed, &w.narrowed_function);
  w.widened.prefetches = 0; // what it makes lies in the cache
  w.bf16 = bf16, w.room = room_of(shape, &w.cut, bf16);
  w.multiply = lanes == 16 ? ez_multiply_packed_16 : ez_multiply_packed_8;
  w.look = pairs ? ez_depthwise_prepared_pairs(g, layers->looking, &layers->looked)
                 : ez_depthwise_prepared(g, NULL, layers->looking, &layers->looked, NULL);
  w.look_at = pairs ? ez_depthwise_pairs_body(g) : ez_depthwise_body(lanes, g);
  // Bands of one image, all channels.
  w.look.band_lines = w.cut.lines, w.look.bands = g->out_height, w.look.group = g->channels, w.look.groups = 1;
  w.look.to.lines = w.cut.lines;
  w.look.sums = maps->sums;
  if (shape->widens || pairs) w.look.from.lines = w.cut.ring;
  ez_parallel(g->batch * w.cut.pieces, 1, block_body, &w);
}

#else

void ez_block(int lanes, int bf16, const ez_block_shape *shape, const ez_block_maps *maps,
              const ez_block_layers *layers, float *workspace) {
  __builtin_trap();
}

#endif
