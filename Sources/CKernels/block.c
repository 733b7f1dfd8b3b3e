#include "fused.h"

#include "CKernelsLayers.h"
#include "bfloat.h"
#include "depthwise.h"
#include "parallel.h"
#include "product.h"

// How a block is cut: bands of lines, one after the other in a piece of an image.
typedef struct {
  size_t lines;       // of results, a band
  size_t ring;        // lines of what was widened that are kept: those that a band reads
  size_t pieces;      // of an image
  size_t piece_lines; // of results; whole bands
  size_t widened, looked; // floats of what lies between
} ez_block_cut;

enum { EZ_CHUNK = 48, EZ_MOST_LINES = 14 };

static size_t at_most(size_t x, size_t most) { return x < most ? x : most; }

// Floats that lie between the layers of so many lines of results.
static size_t floats_between(const ez_block_shape *s, size_t lines) {
  const ez_window *w = &s->window;
  const size_t read = at_most((lines - 1) * w->stride + w->kernel_height, w->height);
  return (s->widens ? read * w->width * w->channels : 0) + (s->narrows ? lines * w->out_width * w->channels : 0);
}

// Floats that stay in a core's second cache beside what is read and written: half of it.
static size_t kept_floats(void) {
  const size_t bytes = ez_second_cache();
  return (bytes ? bytes : (size_t)1 << 20) / 2 / sizeof(float);
}

static ez_block_cut cut(const ez_block_shape *s) {
  const ez_window *w = &s->window;
  const size_t kept = kept_floats();
  size_t lines = 1;
  while (lines < at_most(w->out_height, EZ_MOST_LINES) && floats_between(s, lines + 1) <= kept) lines++;
  const size_t bands = (w->out_height + lines - 1) / lines;
  // As even as can be.
  ez_block_cut c = {.lines = (w->out_height + bands - 1) / bands};
  c.ring = at_most((c.lines - 1) * w->stride + w->kernel_height, w->height);
  // A piece makes the lines again that the one above has made, so there are no more than threads need, and no short ones.
  const size_t wanted = (4 * (size_t)ez_threads() + w->batch - 1) / w->batch, fair = (w->out_height + wanted - 1) / wanted;
  const size_t overlap = s->widens && w->kernel_height > w->stride ? w->kernel_height - w->stride : 0;
  const size_t shortest = (3 * overlap + w->stride - 1) / w->stride, least = fair > shortest ? fair : shortest;
  c.piece_lines = ez_up(least, c.lines);
  c.pieces = (w->out_height + c.piece_lines - 1) / c.piece_lines;
  c.widened = s->widens ? ez_up(c.ring * w->width * w->channels, 16) : 0;
  c.looked = s->narrows ? ez_up(c.lines * w->out_width * w->channels, 16) : 0;
  return c;
}

int ez_block_fits(int lanes, const ez_block_shape *s) {
  const ez_window *w = &s->window;
  if (lanes == 0 || !ez_depthwise_is_wide(lanes, w)) return 0;
  // Rows a power of two apart fall on the same few lines of the first cache; see ez_pointwise.
  if ((s->widens && s->depth % 512 == 0) || (s->narrows && w->channels % 512 == 0)) return 0;
  if (floats_between(s, 1) > kept_floats()) return 0;
  // Pieces are for a thread each.
  if (w->batch * cut(s).pieces < (size_t)ez_threads()) return 0;
  // What nothing narrows goes to memory all the same, so that only what lies before it can be saved.
  return s->narrows || w->height * w->width * w->channels * sizeof(float) >= 256 * 1024;
}

// Floats that a thread keeps: what lies between, and rows that are rounded.
static size_t room_of(const ez_block_shape *s, const ez_block_cut *c, int bf16) {
  const size_t wide = s->widens && bf16 != EZ_FLOATS ? ez_bf16_scratch(s->depth) : 0;
  const size_t narrow = s->narrows && bf16 != EZ_FLOATS ? ez_bf16_scratch(s->window.channels) : 0;
  return c->widened + c->looked + (wide > narrow ? wide : narrow) / sizeof(float);
}

size_t ez_block_workspace(const ez_block_shape *s, int bf16) {
  const ez_block_cut c = cut(s);
  return (size_t)ez_threads() * room_of(s, &c, bf16);
}

#if defined(__x86_64__)

typedef struct {
  ez_block_shape shape;
  ez_block_layers layers;
  ez_block_cut cut;
  ez_depthwise_work look;
  ez_body look_at;
  ez_finish widened, narrowed;
  int widened_function, narrowed_function, bf16;
  size_t room;
  void (*multiply)(const float *, size_t, size_t, size_t, const float *, size_t, const ez_finish *, const ez_prefetch *,
                   float *, size_t);
  const float *x;
  float *workspace, *out;
} ez_block_work;

// A product of rows and what follows it, a chunk at a time, so that a function finds results in the first cache.
static void multiply(const ez_block_work *w, const float *rows, size_t count, size_t depth, const void *weights,
                     size_t columns, ez_finish finish, int function, float *out) {
  if (w->bf16 != EZ_FLOATS) {
    ez_bf16_results results = {.bias = finish.bias, .add = finish.add, .relu = finish.relu, .function = function};
    results.out = out;
    float *scratch = w->workspace + (size_t)ez_thread() * w->room + w->cut.widened + w->cut.looked;
    ez_bf16_multiply_here(w->bf16, rows, count, depth, weights, columns, &results, scratch);
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
    multiply(w, w->x + (image * g->height + from) * g->width * w->shape.depth, n * g->width, w->shape.depth,
             w->layers.widening, g->channels, w->widened, w->widened_function, ring + slot * g->width * g->channels);
    from += n;
  }
}

static void block_body(void *context, size_t begin, size_t end) {
  const ez_block_work *w = context;
  const ez_window *g = &w->shape.window;
  float *ring = w->workspace + (size_t)ez_thread() * w->room, *looked = ring + w->cut.widened;
  const size_t of_input = g->height * g->width * g->channels, of_line = g->out_width * w->shape.columns;
  for (size_t piece = begin; piece < end; piece++) {
    const size_t image = piece / w->cut.pieces, first = piece % w->cut.pieces * w->cut.piece_lines;
    const size_t last = at_most(first + w->cut.piece_lines, g->out_height);
    ez_depthwise_work look = w->look;
    if (!w->shape.widens) look.from.values = w->x + image * of_input;
    size_t made = 0;
    for (size_t row = first; row < last; row += w->cut.lines) {
      const size_t row_end = at_most(row + w->cut.lines, last);
      const size_t top = row * g->stride, bottom = (row_end - 1) * g->stride + g->kernel_height;
      // Lines of the input, of which there may be none.
      const size_t to = at_most(bottom > g->padding ? bottom - g->padding : 0, g->height);
      const size_t from = at_most(top > g->padding ? top - g->padding : 0, to);
      const size_t before = (image * g->out_height + row) * of_line;
      float *out = w->out + before;
      if (w->shape.widens) {
        widen(w, image, made > from ? made : from, to, ring);
        made = to;
        look.from.values = ring, look.from.first = from / w->cut.ring * w->cut.ring;
      }
      look.to.first = row, look.out = w->shape.narrows ? looked : out;
      if (w->look.finish.add) look.finish.add = w->look.finish.add + before;
      w->look_at(&look, row / w->cut.lines, row / w->cut.lines + 1);
      if (!w->shape.narrows) continue;
      ez_finish finish = w->narrowed;
      if (finish.add) finish.add += before;
      multiply(w, looked, (row_end - row) * g->out_width, g->channels, w->layers.narrowing, w->shape.columns, finish,
               w->narrowed_function, out);
    }
  }
}

void ez_block(int lanes, int bf16, const ez_block_shape *shape, const float *x, const ez_block_layers *layers,
              float *workspace, float *out) {
  ez_settle_products();
  const ez_window *g = &shape->window;
  ez_block_work w = {.shape = *shape, .layers = *layers, .cut = cut(shape), .x = x, .workspace = workspace, .out = out};
  w.widened = ez_finish_of(&layers->widened, &w.widened_function);
  w.narrowed = ez_finish_of(&layers->narrowed, &w.narrowed_function);
  w.widened.prefetches = 0; // what it makes lies in the cache
  w.bf16 = bf16, w.room = room_of(shape, &w.cut, bf16);
  w.multiply = lanes == 16 ? ez_multiply_packed_16 : ez_multiply_packed_8;
  w.look = ez_depthwise_prepared(g, NULL, layers->looking, &layers->looked, NULL);
  w.look_at = ez_depthwise_body(lanes, g);
  // Bands of one image, all channels.
  w.look.band_lines = w.cut.lines, w.look.bands = g->out_height, w.look.group = g->channels, w.look.groups = 1;
  w.look.to.lines = w.cut.lines;
  if (shape->widens) w.look.from.lines = w.cut.ring;
  ez_parallel(g->batch * w.cut.pieces, 1, block_body, &w);
}

#else

void ez_block(int lanes, int bf16, const ez_block_shape *shape, const float *x, const ez_block_layers *layers,
              float *workspace, float *out) {
  __builtin_trap();
}

#endif
