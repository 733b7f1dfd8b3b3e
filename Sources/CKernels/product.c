#include "fused.h"

#include "product.h"

#include "CKernelsLayers.h"

#include "parallel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int ez_is_reproducible(void) {
  static atomic_int known = -1;
  int found = atomic_load_explicit(&known, memory_order_relaxed);
  if (found < 0) {
    const char *text = getenv("ENCODERZOO_REPRODUCIBLE");
    found = text != NULL && strcmp(text, "1") == 0;
    atomic_store_explicit(&known, found, memory_order_relaxed);
  }
  return found;
}

int ez_lanes(void) {
#if defined(__x86_64__)
  // Sums over a vector's lanes depend on how many there are: the narrower ones are everywhere.
  if (ez_is_reproducible())
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 8 : 0;
#if defined(EZ_EMULATE_WIDE)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 16;
#endif
  if (__builtin_cpu_supports("avx512f")) return 16;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
#endif
  return 0;
}

int ez_is_skylake_server(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
#else
  return 0;
#endif
}

size_t ez_packed_count(int lanes, size_t depth, size_t columns) {
  const size_t panel = 2 * (size_t)lanes;
  return (columns + panel - 1) / panel * panel * depth;
}

typedef struct {
  const float *weights, *scale;
  size_t columns, depth, panel;
  float *packed;
} ez_packing;

static void pack_body(void *context, size_t begin, size_t end) {
  const ez_packing *w = context;
  const size_t panel = w->panel, depth = w->depth;
  for (size_t p = begin; p < end; p++) {
    float *to = w->packed + p * panel * depth;
    if ((p + 1) * panel > w->columns) memset(to, 0, panel * depth * sizeof(float));
    for (size_t n = p * panel; n < (p + 1) * panel && n < w->columns; n++) {
      const float factor = w->scale ? w->scale[n] : 1;
      for (size_t k = 0; k < depth; k++) to[k * panel + n % panel] = w->weights[n * depth + k] * factor;
    }
  }
}

void ez_pack_weights(int lanes, const float *weights, size_t columns, size_t depth,
                     const float *scale, float *packed) {
  const size_t panel = 2 * (size_t)lanes;
  ez_packing w = {weights, scale, columns, depth, panel, packed};
  ez_parallel((columns + panel - 1) / panel, EZ_ELEMENTS / (panel * depth + 1) + 1, pack_body, &w);
}

static void pack_transposed_body(void *context, size_t begin, size_t end) {
  const ez_packing *w = context;
  const size_t panel = w->panel, depth = w->depth;
  for (size_t p = begin; p < end; p++) {
    const size_t first = p * panel, width = w->columns - first < panel ? w->columns - first : panel;
    float *to = w->packed + first * depth;
    for (size_t k = 0; k < depth; k++, to += panel) {
      memcpy(to, w->weights + k * w->columns + first, width * sizeof(float));
      memset(to + width, 0, (panel - width) * sizeof(float));
    }
  }
}

void ez_pack_transposed(int lanes, const float *weights, size_t columns, size_t depth, float *packed) {
  const size_t panel = 2 * (size_t)lanes;
  ez_packing w = {weights, NULL, columns, depth, panel, packed};
  ez_parallel((columns + panel - 1) / panel, EZ_ELEMENTS / (panel * depth + 1) + 1, pack_transposed_body, &w);
}

enum { EZ_SMALL = 1 << 18, EZ_POINTWISE_ROWS = 56, EZ_MOST_ROWS = 224, EZ_GAP = 16 };

// Whether rows are copied, with a gap: a power of two apart they fall on the same few lines of the first cache,
// which is slow where those do not hold all rows of a tile.
static int collide(int lanes, size_t depth) {
  return depth % 512 == 0 && !(lanes == 16 && sysconf(_SC_LEVEL1_DCACHE_ASSOC) >= 12);
}

// Whether weights do not stay in a core's cache from one chunk of rows to the next.
static int are_large(int lanes, size_t depth, size_t columns) {
  return ez_packed_count(lanes, depth, columns) * sizeof(float) >= 512 * 1024;
}

// Floats of rows a chunk, by the size of a core's second cache: 1 MiB of them in one of 1.25 or more, a quarter of a
// smaller one (with 512 KiB, on Zen 3, 7 % more products a second of 384 by 1536 than with 1 MiB).
static size_t cached_rows(void) {
  const size_t bytes = ez_second_cache();
  return bytes == 0 || bytes >= 1280 * 1024 ? 1u << 18 : bytes / 4 / sizeof(float);
}

// How a product is cut: chunks of rows, whole tiles of them as even as can be, and groups of columns, whole panels.
typedef struct {
  size_t rows, chunks, columns, groups; // rows: the most of a chunk
  size_t together; // chunks that a thread takes at once
} ez_product_cut;

static size_t quotient_up(size_t x, size_t y) { return (x + y - 1) / y; }

// Few rows are cut so that all threads end at once. The time of a piece is that of its tiles, of weights that come from
// the second cache, as much as of some four rows, and of rows that are read, as much as of some four columns, or more
// where they are normalised or copied first. Rows of a chunk stay near a core while each panel of weights passes.
static ez_product_cut cut_few(size_t tile, size_t panel, size_t rows, size_t depth, size_t columns, int copies) {
  const size_t threads = (size_t)ez_threads(), tiles = quotient_up(rows, tile), panels = quotient_up(columns, panel);
  const size_t read = copies ? 24 : 4, most = (copies ? (size_t)1 << 14 : (size_t)1 << 16) / depth;
  enum { MOST_GROUPS = 16 };
  ez_product_cut best = {0};
  size_t least = SIZE_MAX;
  for (size_t groups = 1; groups <= panels && groups <= 2 * threads && groups <= MOST_GROUPS; groups++)
    // The last of these is one tile high, which is never too high.
    for (size_t chunks = 1; chunks <= tiles; chunks++) {
      const size_t height = quotient_up(tiles, chunks) * tile, width = quotient_up(panels, groups) * panel;
      if (height > tile && height > most) continue;
      const ez_product_cut c = {height, quotient_up(rows, height), width, quotient_up(columns, width), 1};
      const size_t turns = quotient_up(c.chunks * c.groups, threads), time = turns * (height + 4) * (width + read);
      if (time < least) least = time, best = c;
    }
  return best;
}

// Rows a chunk of many.
static size_t pointwise_rows(int lanes, size_t rows, size_t depth, size_t columns) {
  const size_t tile = lanes == 16 ? 12 : 6, threads = (size_t)ez_threads();
  const size_t many = EZ_POINTWISE_ROWS / tile * tile;
  if (!are_large(lanes, depth, columns)) return many;
  // Large weights are read once for as many rows as stay in the second cache beside a panel of them and results.
  const size_t most = cached_rows() / (depth + EZ_GAP) / tile * tile;
  const size_t cap = most < many ? many : most > EZ_MOST_ROWS ? EZ_MOST_ROWS / tile * tile : most;
  const size_t share = (rows + threads - 1) / threads, chunks = (share + cap - 1) / cap;
  return ((share + chunks - 1) / chunks + tile - 1) / tile * tile;
}

static ez_product_cut pointwise_cut(int lanes, size_t rows, size_t depth, size_t columns, int copies) {
  const size_t tile = lanes == 16 ? 12 : 6;
  // What takes a few microseconds is not worth a second thread.
  if (rows * columns * depth < EZ_SMALL) {
    const size_t many = EZ_POINTWISE_ROWS / tile * tile, all = quotient_up(rows, tile) * tile;
    const size_t height = all < many ? all : many, chunks = quotient_up(rows, height);
    return (ez_product_cut){height, chunks, columns, 1, chunks};
  }
  if (rows < 8 * (EZ_POINTWISE_ROWS / tile * tile)) return cut_few(tile, 2 * (size_t)lanes, rows, depth, columns, copies);
  // As many chunks for one thread as for the other.
  const size_t threads = (size_t)ez_threads(), least = quotient_up(rows, pointwise_rows(lanes, rows, depth, columns));
  const size_t tiles = quotient_up(rows, tile), even = quotient_up(least, threads) * threads;
  const size_t chunks = even < tiles ? even : tiles;
  return (ez_product_cut){quotient_up(tiles, chunks) * tile, chunks, columns, 1, 1};
}

// Rows of results a chunk: enough places to read a panel of weights for, few enough for all threads.
static size_t direct_rows(const ez_window *g) {
  const size_t all = g->batch * g->out_height, wanted = (48 + g->out_width - 1) / g->out_width;
  const size_t fair = all / (4 * (size_t)ez_threads());
  const size_t rows = wanted < fair ? wanted : fair;
  return rows < 1 ? 1 : rows > g->out_height ? g->out_height : rows;
}

static size_t direct_lines(const ez_window *g) {
  return (direct_rows(g) - 1) * g->stride + g->kernel_height;
}

size_t ez_direct_workspace(const ez_window *g) {
  return (size_t)ez_threads() * direct_lines(g) * (g->width + 2 * g->padding) * g->channels;
}

size_t ez_pointwise_workspace(int lanes, size_t rows, size_t depth, size_t columns) {
  const size_t few = pointwise_cut(lanes, rows, depth, columns, 0).rows;
  const size_t copied = pointwise_cut(lanes, rows, depth, columns, 1).rows;
  return (size_t)ez_threads() * (few > copied ? few : copied) * (depth + EZ_GAP);
}

#if defined(__x86_64__)

int ez_reads_factors = 1;

typedef struct {
  const ez_part *parts;
  size_t part_count, depth, columns, rows;
  ez_product_cut cut;
  int large, copies;
  const float *scale, *shift, *gate, *weights;
  size_t gate_rows;
  const ez_window *places; // with a stride, or NULL
  ez_finish finish;
  int function; // of ez_epilogue
  float *out, *workspace;
} ez_pointwise_work;

typedef struct {
  ez_window window;
  const float *x, *weights;
  ez_finish finish;
  int function;
  float *out, *workspace;
  // Lines of padded input that a thread keeps.
  size_t lines;
} ez_direct_work;

// Eight lanes that are on, then eight that are off.
static const int ez_mask_table[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

#define EZ_LANES 16
#include "product_wide.h"
#undef EZ_LANES
#define EZ_LANES 8
#include "product_wide.h"
#undef EZ_LANES

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void ez_settle_products(void) {
  static int settled;
  if (settled || ez_lanes() != 16) return;
  settled = 1;
  enum { DEPTH = 128, ROWS = 48, COLUMNS = 32, TURNS = 6, TIMES = 8 };
  static float a[ROWS * DEPTH], weights[COLUMNS * DEPTH], c[ROWS * COLUMNS];
  const ez_finish plain = {0};
  const ez_prefetch none = {0};
  double best[2] = {1e9, 1e9};
  // In turn, and the shortest of each counts: others use the processor, too.
  for (int turn = 0; turn < TURNS; turn++)
    for (int reads = 0; reads < 2; reads++) {
      ez_reads_factors = reads;
      const double start = seconds();
      for (int i = 0; i < TIMES; i++)
        ez_multiply_packed_16(a, DEPTH, ROWS, DEPTH, weights, COLUMNS, &plain, &none, c, COLUMNS);
      const double time = seconds() - start;
      if (time < best[reads]) best[reads] = time;
    }
  ez_reads_factors = best[1] <= best[0];
}

void ez_pointwise(int lanes, const ez_source *source, const float *weights, size_t columns,
                  const ez_epilogue *epilogue, float *workspace, float *out) {
  ez_settle_products();
  ez_pointwise_work w = {.parts = source->parts, .part_count = source->part_count};
  for (size_t p = 0; p < w.part_count; p++) w.depth += w.parts[p].channels;
  w.places = source->places, w.scale = source->scale, w.shift = source->shift, w.rows = source->rows;
  w.gate = source->gate, w.gate_rows = source->gate_rows;
  w.columns = columns, w.weights = weights, w.out = out, w.workspace = workspace;
  w.finish = ez_finish_of(epilogue, &w.function);
  // More than a cache would keep need not come into it before it is written.
  w.finish.past_cache = w.rows * columns * sizeof(float) > EZ_KEPT && columns % 16 == 0 && !w.function &&
                        epilogue->add != out && (uintptr_t)out % 64 == 0;
  w.large = are_large(lanes, w.depth, columns);
  w.copies = w.places || collide(lanes, w.depth);
  w.cut = pointwise_cut(lanes, w.rows, w.depth, columns, w.copies || w.scale || w.gate);
  ez_parallel(w.cut.chunks * w.cut.groups, w.cut.together, lanes == 16 ? pointwise_body_16 : pointwise_body_8, &w);
}

void ez_direct(int lanes, const ez_window *window, const float *x, const float *weights,
               const ez_epilogue *epilogue, float *workspace, float *out) {
  ez_settle_products();
  ez_direct_work w = {.window = *window, .x = x, .weights = weights, .out = out};
  w.finish = ez_finish_of(epilogue, &w.function);
  w.workspace = workspace, w.lines = direct_lines(window);
  ez_parallel(window->batch * window->out_height, direct_rows(window),
              lanes == 16 ? direct_body_16 : direct_body_8, &w);
}

#else

void ez_direct(int lanes, const ez_window *window, const float *x, const float *weights,
               const ez_epilogue *epilogue, float *workspace, float *out) {
  __builtin_trap();
}

void ez_pointwise(int lanes, const ez_source *source, const float *weights, size_t columns,
                  const ez_epilogue *epilogue, float *workspace, float *out) {
  __builtin_trap();
}

#endif
