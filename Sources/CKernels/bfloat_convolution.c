#include "fused.h"

#include "bfloat.h"
#include "parallel.h"

#include <string.h>

// A window over channels-last lines reads one run of numbers a line: kernel_width pixels of all channels.
static size_t run_of(size_t kernel_width, size_t channels) {
  return ez_up(kernel_width * channels, EZ_BLOCK);
}

// How much of it is not weights of zero: dot products take two at a time.
static size_t used_of(size_t kernel_width, size_t channels) { return ez_up(kernel_width * channels, 2); }

size_t ez_bf16_packed_count(size_t in, size_t out, size_t kernel_height, size_t kernel_width, int transposed) {
  const size_t channels = transposed ? out : in, columns = transposed ? in : out;
  return ez_up(columns, EZ_BLOCK) * kernel_height * run_of(kernel_width, channels);
}

typedef struct {
  const float *weights, *scale;
  size_t in, out, height, width;
  int transposed;
  uint16_t *packed;
} ez_bf16_packing;

// Read in the order of the weights, [out][y][x][in].
static void pack_body(void *context, size_t begin, size_t end) {
  const ez_bf16_packing *w = context;
  const size_t channels = w->transposed ? w->out : w->in;
  const size_t run = run_of(w->width, channels), panel = w->height * run * EZ_BLOCK;
  for (size_t o = begin; o < end; o++)
    for (size_t y = 0; y < w->height; y++)
      for (size_t x = 0; x < w->width; x++) {
        const float *from = w->weights + ((o * w->height + y) * w->width + x) * w->in;
        const size_t line = w->transposed ? w->height - 1 - y : y, place = w->transposed ? w->width - 1 - x : x;
        for (size_t i = 0; i < w->in; i++) {
          const size_t column = w->transposed ? i : o;
          const size_t k = line * run + place * channels + (w->transposed ? o : i);
          w->packed[column / EZ_BLOCK * panel + k / 2 * 2 * EZ_BLOCK + column % EZ_BLOCK * 2 + k % 2] =
              ez_bf16_of(w->scale ? from[i] * w->scale[o] : from[i]);
        }
      }
}

void ez_bf16_pack(const float *weights, size_t in, size_t out, size_t kernel_height, size_t kernel_width,
                  const float *scale, int transposed, uint16_t *packed) {
  memset(packed, 0, ez_bf16_packed_count(in, out, kernel_height, kernel_width, transposed) * sizeof *packed);
  ez_bf16_packing w = {weights, scale, in, out, kernel_height, kernel_width, transposed, packed};
  ez_parallel(out, EZ_ELEMENTS / (kernel_height * kernel_width * in) + 1, pack_body, &w);
}

// Most rows of a pointwise chunk; a gap of one line of cache lies between rows, since rows a power of two
// apart fall on the same few lines of the first cache.
enum { EZ_POINTWISE = 128, EZ_GAP = 32, EZ_GROUPS = 256 };
// Products that take less time than it takes to wake a thread.
enum { EZ_SMALL = 1 << 19 };

static int is_pointwise(const ez_window *w) {
  return w->kernel_height == 1 && w->kernel_width == 1 && w->stride == 1 && w->padding == 0;
}

// Lines of results a chunk: the whole of a small map, few enough for all threads.
static size_t lines_of(const ez_window *w) {
  const size_t all = w->batch * w->out_height, wanted = (512 + w->out_width - 1) / w->out_width;
  const size_t fair = all / (2 * (size_t)ez_threads());
  const size_t lines = wanted < fair ? wanted : fair;
  return lines < 1 ? 1 : lines > w->out_height ? w->out_height : lines;
}

// Numbers of bf16 that a thread keeps. A block may read rows beyond the last, and products beyond a run.
static size_t room(const ez_window *w) {
  if (is_pointwise(w)) return 2 * EZ_POINTWISE * (run_of(1, w->channels) + EZ_GAP);
  const size_t input = (lines_of(w) - 1) * w->stride + w->kernel_height;
  return ez_up(input * (w->width + 2 * w->padding) * w->channels +
                   (EZ_BLOCK * w->stride + w->kernel_width) * w->channels + EZ_BLOCK,
               EZ_BLOCK);
}

size_t ez_bf16_workspace(const ez_window *window) {
  return (size_t)ez_threads() * room(window) * sizeof(uint16_t);
}

typedef struct {
  int kind;
  ez_window window;
  const ez_part *parts;
  size_t part_count, lines, room;
  size_t rows, pieces, chunks; // of a 1x1 convolution: what threads take, and how many chunks each goes in
  const ez_part *groups; // of 32 channels, or NULL
  const float *scale, *shift, *gate;
  size_t gate_rows;
  const uint16_t *halves; // the input instead of parts, or NULL
  const uint16_t *weights;
  ez_bf16_results results;
  uint16_t *workspace;
} ez_bf16_work;

// Rows of the input in bf16, `pitch` apart, zero up to `width`.
static void gather(const ez_bf16_work *w, size_t first, size_t rows, uint16_t *to, size_t pitch,
                   size_t width) {
  const size_t c = w->window.channels;
  if (w->gate) {
    for (size_t done = 0; done < rows;) {
      const size_t row = first + done, image = row / w->gate_rows, left = (image + 1) * w->gate_rows - row;
      const size_t n = rows - done < left ? rows - done : left;
      const float *x = w->halves ? NULL : w->parts->values + row * c;
      ez_bf16_round_gated(w->kind, x, w->halves ? w->halves + row * c : NULL, n, c, w->gate + image * c,
                          to + done * pitch, pitch, width);
      done += n;
    }
    return;
  }
  if (!w->halves) {
    ez_bf16_round(w->kind, w->parts, w->part_count, w->scale, w->shift, first, rows, to, pitch, width);
    return;
  }
  for (size_t r = 0; r < rows; r++) {
    memcpy(to + r * pitch, w->halves + (first + r) * c, c * sizeof *to);
    if (width > c) memset(to + r * pitch + c, 0, (width - c) * sizeof *to);
  }
}

// Results of rows one after the other, `line` a line, of which the first `valid` are results.
typedef struct {
  ez_bf16_rows rows;
  size_t count, line, valid, place; // place: of the first result
} ez_bf16_group;

// Sums of a block's rows that are results: runs of places behind each other.
static void finish(const ez_bf16_work *w, const ez_bf16_group *g, float *sums, size_t first,
                   size_t rows, size_t column) {
  for (size_t i = 0; i < rows;) {
    const size_t x = (first + i) % g->line, left = rows - i;
    if (x >= g->valid) {
      i += g->line - x;
      continue;
    }
    const size_t run = g->valid - x < left ? g->valid - x : left;
    ez_bf16_finish(w->kind, &w->results, sums + i * EZ_BLOCK, run,
                   g->place + (first + i) / g->line * g->valid + x, column);
    i += run;
  }
}

static void run_group(const ez_bf16_work *w, const ez_bf16_group *g, size_t column, const uint16_t *weights,
                      ez_bf16_ahead *ahead) {
  _Alignas(64) float sums[EZ_BLOCK * EZ_BLOCK];
  const ez_bf16_pairs pairs = {weights, 2 * EZ_BLOCK};
  const size_t step = ez_bf16_step(w->kind);
  if (w->kind == EZ_BF16_VECTORS && g->line == g->count && ez_bf16_in_registers(w->kind, w->results.function)) {
    for (size_t first = 0; first < g->count; first += step) {
      const size_t left = g->count - first, rows = left < step ? left : step;
      ez_bf16_rows here = g->rows;
      here.values += first * here.stride;
      ez_bf16_fetch(w->kind, &w->results, rows, g->place + first, column);
      ez_bf16_finished(&here, weights, rows, &w->results, g->place + first, column);
    }
    return;
  }
  for (size_t first = 0; first < g->count; first += step) {
    const size_t left = g->count - first, rows = left < step ? left : step;
    ez_bf16_rows here = g->rows;
    here.values += first * here.stride;
    if (g->line == g->count) ez_bf16_fetch(w->kind, &w->results, rows, g->place + first, column);
    ez_bf16_block(w->kind, &here, &pairs, rows, sums, EZ_BLOCK, 0, ahead);
    finish(w, g, sums, first, rows, column);
  }
}

// Whether a block can read rows of bf16 where they are: no more than there is, and rows not a power of two apart.
static int are_in_place(int kind, size_t depth) { return kind == EZ_BF16_VECTORS && depth % 2 == 0 && depth % 1024; }

// Rows of some pieces, a chunk at a time; the next chunk is rounded meanwhile where that can be.
static void pointwise_body(void *context, size_t first, size_t last) {
  const ez_bf16_work *w = context;
  const size_t depth = run_of(1, w->window.channels), pitch = depth + EZ_GAP, together = ez_bf16_together(w->kind);
  uint16_t *rows = w->workspace + (size_t)ez_thread() * w->room, *next = rows + EZ_POINTWISE * pitch;
  size_t ready = 0; // rows that are rounded
  const int in_place = w->halves && !w->gate && are_in_place(w->kind, w->window.channels);
  ez_bf16_begin(w->kind);
  const size_t all = w->pieces * w->chunks, end = last * w->chunks;
  for (size_t chunk = first * w->chunks; chunk < end; chunk++) {
    const size_t begin = ez_piece_row(w->rows, together, chunk, all);
    const size_t after = ez_piece_row(w->rows, together, chunk + 1, all), count = after - begin;
    if (count == 0) continue; // fewer tiles than pieces
    if (!in_place && ready < after) gather(w, begin, count, rows, pitch, depth);
    const size_t further = chunk + 1 < end ? ez_piece_row(w->rows, together, chunk + 2, all) - after : 0;
    const size_t blocks = ez_up(count, EZ_BLOCK) / EZ_BLOCK * (ez_up(w->window.out_channels, EZ_BLOCK) / EZ_BLOCK);
    ez_bf16_ahead ahead = {w->groups, w->scale, w->shift, after, after + further,
                           (further + blocks - 1) / blocks, next, pitch};
    const uint16_t *from = in_place ? w->halves + begin * w->window.channels : rows;
    const ez_bf16_group group = {{from, in_place ? w->window.channels : pitch, 1, 0, depth, used_of(1, w->window.channels)},
                                 count, count, count, begin};
    for (size_t column = 0; column < w->window.out_channels; column += EZ_BLOCK)
      run_group(w, &group, column, w->weights + column * depth, w->groups ? &ahead : NULL);
    if (w->groups) {
      uint16_t *other = rows;
      rows = next, next = other, ready = after + further;
    }
  }
  ez_bf16_end(w->kind);
}

// Rows that are rounded at a time: two steps of vectors, of which a block may read some more.
enum { EZ_FEW = 56, EZ_FEW_ROOM = 64 };

size_t ez_bf16_scratch(size_t depth) { return EZ_FEW_ROOM * (run_of(1, depth) + EZ_GAP) * sizeof(uint16_t); }

void ez_bf16_multiply_here(int kind, const float *rows, const uint16_t *halves, size_t count, size_t depth,
                           const uint16_t *weights, size_t columns, const ez_bf16_results *results, void *scratch) {
  const int in_place = halves && are_in_place(kind, depth);
  const size_t run = run_of(1, depth), pitch = in_place ? depth : run + EZ_GAP;
  const ez_part part = {rows, depth};
  ez_bf16_work w = {.kind = kind, .window = {.channels = depth}, .parts = &part, .part_count = 1, .halves = halves,
                    .results = *results};
  w.results.columns = columns;
  ez_bf16_begin(kind);
  for (size_t first = 0; first < count; first += EZ_FEW) {
    const size_t n = count - first < EZ_FEW ? count - first : EZ_FEW;
    if (!in_place) gather(&w, first, n, scratch, pitch, run);
    const uint16_t *from = in_place ? halves + first * depth : scratch;
    const ez_bf16_group group = {{from, pitch, 1, 0, run, used_of(1, depth)}, n, n, n, first};
    for (size_t column = 0; column < columns; column += EZ_BLOCK) run_group(&w, &group, column, weights + column * run, NULL);
  }
  ez_bf16_end(kind);
}

// The parts as groups of 32 channels; 0 where they are not whole ones.
static size_t groups_of(const ez_part *parts, size_t part_count, ez_part *groups) {
  size_t count = 0;
  for (size_t p = 0; p < part_count; p++) {
    if (parts[p].channels % EZ_BLOCK || count + parts[p].channels / EZ_BLOCK > EZ_GROUPS) return 0;
    for (size_t j = 0; j < parts[p].channels; j += EZ_BLOCK)
      groups[count++] = (ez_part){parts[p].values + j, parts[p].channels};
  }
  return count;
}

// Lines of results, of all images behind each other. Their lines of input are padded with zeros.
static void direct_body(void *context, size_t begin, size_t end) {
  const ez_bf16_work *w = context;
  const ez_window *g = &w->window;
  const size_t c = g->channels, across = g->width + 2 * g->padding, line = across * c;
  const size_t depth = run_of(g->kernel_width, c);
  uint16_t *lines = w->workspace + (size_t)ez_thread() * w->room;
  while (begin < end) {
    const size_t image = begin / g->out_height, y = begin % g->out_height; // no further than this image
    const size_t rows = end - begin < g->out_height - y ? end - begin : g->out_height - y;
    const size_t first = y * g->stride, count = (rows - 1) * g->stride + g->kernel_height;
    for (size_t i = 0; i < count; i++) {
      uint16_t *to = lines + i * line;
      const size_t from = first + i, pad = g->padding * c;
      if (from < g->padding || from >= g->height + g->padding) {
        memset(to, 0, line * sizeof *to);
        continue;
      }
      memset(to, 0, pad * sizeof *to);
      gather(w, (image * g->height + from - g->padding) * g->width, g->width, to + pad, c, c);
      memset(to + pad + g->width * c, 0, pad * sizeof *to);
    }
    // The last run is read to a multiple of a block; what weights of zero meet has to be a number.
    memset(lines + count * line, 0, EZ_BLOCK * sizeof *lines);
    ez_bf16_begin(w->kind);
    for (size_t column = 0; column < g->out_channels; column += EZ_BLOCK) {
      const uint16_t *weights = w->weights + column * g->kernel_height * depth;
      if (g->stride == 1) {
        // All lines as one, with the places between two lines computed and left out.
        const ez_bf16_group group = {{lines, c, g->kernel_height, line, depth, used_of(g->kernel_width, c)},
                                     (rows - 1) * across + g->out_width, across, g->out_width,
                                     begin * g->out_width};
        run_group(w, &group, column, weights, NULL);
        continue;
      }
      for (size_t row = 0; row < rows; row++) {
        const ez_bf16_group group = {
            {lines + row * g->stride * line, g->stride * c, g->kernel_height, line, depth,
             used_of(g->kernel_width, c)},
            g->out_width, g->out_width, g->out_width, (begin + row) * g->out_width};
        run_group(w, &group, column, weights, NULL);
      }
    }
    ez_bf16_end(w->kind);
    begin += rows;
  }
}

// From one to the other.
typedef struct {
  const void *from;
  void *to;
} ez_conversion;

EZ_CLONES static void narrow_body(void *context, size_t begin, size_t end) {
  const float *restrict x = ((const ez_conversion *)context)->from;
  uint16_t *restrict halves = ((const ez_conversion *)context)->to;
  for (size_t i = begin; i < end; i++) halves[i] = ez_bf16_of(x[i]);
}

EZ_CLONES static void widen_body(void *context, size_t begin, size_t end) {
  const uint16_t *restrict halves = ((const ez_conversion *)context)->from;
  float *restrict x = ((const ez_conversion *)context)->to;
  for (size_t i = begin; i < end; i++) x[i] = ez_bf16_value(halves[i]);
}

void ez_bf16_narrow(const float *x, size_t count, uint16_t *halves) {
  ez_conversion w = {x, halves};
  ez_parallel(count, EZ_ELEMENTS, narrow_body, &w);
}

void ez_bf16_widen(const uint16_t *halves, size_t count, float *out) {
  ez_conversion w = {halves, out};
  ez_parallel(count, EZ_ELEMENTS, widen_body, &w);
}

// Whether results are more than the shared cache would keep, and lie so that whole lines of it are written. What is
// written over what is added has been read already.
static int goes_past_cache(const ez_window *g, const ez_bf16_results *r) {
  const void *to = r->halves ? (const void *)r->halves : r->out;
  const size_t line = r->columns * (r->halves ? sizeof *r->halves : sizeof *r->out);
  const size_t bytes = g->batch * g->out_height * g->out_width * line;
  return bytes > EZ_KEPT && line % 64 == 0 && (uintptr_t)to % 64 == 0 && to != (const void *)r->add &&
         to != (const void *)r->add_halves;
}

void ez_bf16_convolution(int kind, const ez_window *window, const ez_source *source, const uint16_t *halves,
                         const uint16_t *weights, const ez_epilogue *epilogue, const uint16_t *add_halves,
                         void *workspace, float *out, uint16_t *out_halves) {
  ez_bf16_work w = {.kind = kind, .window = *window, .halves = halves, .weights = weights};
  if (source)
    w.parts = source->parts, w.part_count = source->part_count, w.scale = source->scale, w.shift = source->shift,
    w.gate = source->gate, w.gate_rows = source->gate_rows;
  w.results = (ez_bf16_results){.columns = window->out_channels, .bias = epilogue->bias};
  w.results.relu = epilogue->relu, w.results.function = epilogue->function;
  ez_clip_at_6(&w.results.relu, &w.results.function);
  w.results.add = epilogue->add, w.results.add_halves = add_halves;
  w.results.out = out, w.results.halves = out_halves;
  w.results.past_cache = goes_past_cache(window, &w.results);
  w.workspace = workspace, w.room = room(window);
  if (is_pointwise(window)) {
    const size_t rows = window->batch * window->height * window->width;
    // Chunks, of rows that are multiplied together, are as many for one thread as for the other.
    const int is_small = rows * window->channels * window->out_channels <= EZ_SMALL;
    const size_t threads = is_small ? 1 : (size_t)ez_threads();
    const size_t together = ez_bf16_together(kind), most = EZ_POINTWISE / together * threads;
    const size_t chunks = ((rows + together - 1) / together + most - 1) / most;
    ez_part groups[EZ_GROUPS];
    w.rows = rows, w.pieces = threads, w.chunks = chunks;
    // Where nothing is rounded ahead, threads may take chunks from each other.
    if (kind != EZ_BF16_TILES && !is_small) w.pieces = threads * chunks, w.chunks = 1;
    if (kind == EZ_BF16_TILES && !halves && !w.gate && groups_of(w.parts, w.part_count, groups)) w.groups = groups;
    ez_parallel(w.pieces, 1, pointwise_body, &w);
    return;
  }
  ez_parallel(window->batch * window->out_height, lines_of(window), direct_body, &w);
}
