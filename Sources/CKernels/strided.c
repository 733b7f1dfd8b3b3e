#include "fused.h"

#include "parallel.h"
#include "product.h"
#include "tiles.h"

#include <string.h>

// A 3×3 convolution with stride 2 reads its input in two phases: y[i] = w0 o[i - 1] + w1 e[i] + w2 o[i], with
// e[i] = x[2i] and o[i] = x[2i + 1]. Two results share the products of the odd phase (Winograd's F(2, 2), whose
// points 0, 1, ∞ need sums alone):
//   p0 = (o[-1] - o[0]) w0 + e[0] w1,   p1 = o[0] (w0 + w2),   p2 = (o[1] - o[0]) w2 + e[1] w1
//   y[0] = p0 + p1,   y[1] = p1 + p2
// So each axis has five terms in three products, a tile of 2×2 results 25 terms in nine, where the definition
// has 36. What is added up to one product stands behind each other and is one run of a matrix product's depth.
enum { EZ_TERMS = 5, EZ_PARTS = 3, EZ_PRODUCTS = 9, EZ_ROW_GAP = 16 };
static const int ez_first_term[EZ_PARTS + 1] = {0, 2, 3, 5};

static size_t terms(size_t product) {
  const size_t a = product / EZ_PARTS, b = product % EZ_PARTS;
  return (size_t)((ez_first_term[a + 1] - ez_first_term[a]) * (ez_first_term[b + 1] - ez_first_term[b]));
}

size_t ez_strided_count(int lanes, size_t in, size_t out) {
  return EZ_TERMS * EZ_TERMS * ez_packed_count(lanes, in, out);
}

typedef struct {
  const float *weights, *scale;
  size_t in, out;
  int lanes;
  float *packed;
} ez_strided_transform;

static void strided_transform(void *context, size_t begin, size_t end) {
  const ez_strided_transform *w = context;
  const size_t wide = 2 * (size_t)w->lanes, one = ez_packed_count(w->lanes, w->in, w->out);
  for (size_t k = begin; k < end; k++) {
    const double factor = w->scale ? w->scale[k] : 1;
    for (size_t c = 0; c < w->in; c++) {
      double half[EZ_TERMS][3], g[3];
      for (size_t x = 0; x < 3; x++) {
        for (size_t y = 0; y < 3; y++) g[y] = factor * w->weights[((k * 3 + y) * 3 + x) * w->in + c];
        half[0][x] = g[0], half[1][x] = g[1], half[2][x] = g[0] + g[2], half[3][x] = g[2], half[4][x] = g[1];
      }
      float *to = w->packed;
      for (size_t p = 0; p < EZ_PRODUCTS; p++) {
        const int *a = ez_first_term + p / EZ_PARTS, *b = ez_first_term + p % EZ_PARTS;
        const size_t depth = terms(p) * w->in;
        size_t row = c;
        for (int i = a[0]; i < a[1]; i++) {
          const double *h = half[i], line[EZ_TERMS] = {h[0], h[1], h[0] + h[2], h[2], h[1]};
          for (int j = b[0]; j < b[1]; j++, row += w->in)
            to[k / wide * wide * depth + row * wide + k % wide] = (float)line[j];
        }
        to += terms(p) * one;
      }
    }
  }
}

void ez_strided_weights(int lanes, const float *weights, size_t in, size_t out, const float *scale,
                        float *packed) {
  if (out % (2 * (size_t)lanes)) memset(packed, 0, ez_strided_count(lanes, in, out) * sizeof(float));
  ez_strided_transform w = {weights, scale, in, out, lanes, packed};
  ez_parallel(out, 8, strided_transform, &w);
}

#if defined(__x86_64__)

typedef struct {
  const float *x, *weights, *zeros;
  size_t batch, height, width, in, out, out_height, out_width;
  ez_tiles grid; // at an odd end only what the first result needs is multiplied
  ez_finish finish;
  float *result;
  // Of the block of tiles at hand.
  size_t first, tiles, block, groups;
  float *v, *m;
  size_t rows_at[EZ_PRODUCTS + 1]; // where the products' rows begin in v
} ez_strided_work;

static size_t row_length(const ez_strided_work *w, size_t product) { return terms(product) * w->in + EZ_ROW_GAP; }

// Whether a product serves second lines of results alone (2), and second columns (1).
static size_t kind_of(size_t product) { return (product / EZ_PARTS == 2) * 2 + (product % EZ_PARTS == 2); }

#define EZ_LANES 16
#include "strided_wide.h"
#undef EZ_LANES
#define EZ_LANES 8
#include "strided_wide.h"
#undef EZ_LANES

// Tiles at a time: the rows of the deepest product stay in a core's cache, all in the shared one.
static size_t strided_block(size_t tiles, size_t in, size_t out) {
  const size_t deep = (1u << 18) / (4 * in + EZ_ROW_GAP);
  const size_t shared = (5u << 20) / sizeof(float) / (EZ_TERMS * EZ_TERMS * in + EZ_PRODUCTS * (out + EZ_ROW_GAP));
  const size_t most = deep < shared ? deep : shared, cap = most < 24 ? 24 : most;
  const size_t blocks = (tiles + cap - 1) / cap;
  return (tiles + blocks - 1) / blocks;
}

static void fill_strided(ez_strided_work *w) {
  w->out_height = (w->height + 1) / 2, w->out_width = (w->width + 1) / 2;
  w->grid = (ez_tiles){(w->out_height + 1) / 2, (w->out_width + 1) / 2, w->out_height / 2, w->out_width / 2};
  w->block = strided_block(w->batch * w->grid.down * w->grid.across, w->in, w->out);
  w->rows_at[0] = 0;
  for (size_t p = 0; p < EZ_PRODUCTS; p++) w->rows_at[p + 1] = w->rows_at[p] + w->block * row_length(w, p);
}

size_t ez_strided_workspace(size_t batch, size_t height, size_t width, size_t in, size_t out) {
  ez_strided_work w = {.batch = batch, .height = height, .width = width, .in = in, .out = out};
  fill_strided(&w);
  return in + w.rows_at[EZ_PRODUCTS] + EZ_PRODUCTS * w.block * (out + EZ_ROW_GAP);
}

void ez_strided(int lanes, const float *x, size_t batch, size_t height, size_t width, size_t in,
                const float *weights, size_t out, const ez_epilogue *epilogue, float *workspace,
                float *result) {
  ez_settle_products();
  ez_strided_work w = {.x = x, .weights = weights, .batch = batch, .height = height, .width = width};
  w.in = in, w.out = out, w.finish = (ez_finish){epilogue->bias, epilogue->add, epilogue->relu, 0}, w.result = result;
  fill_strided(&w);
  memset(workspace, 0, in * sizeof(float));
  w.zeros = workspace, w.v = workspace + in, w.m = w.v + w.rows_at[EZ_PRODUCTS];
  const size_t tiles = batch * w.grid.down * w.grid.across;
  const size_t panels = (out + 2 * (size_t)lanes - 1) / (2 * (size_t)lanes);
  // Each product in as many shares, so that all threads have some.
  w.groups = panels < 4 ? panels : 4;
  const int wide = lanes == 16;
  for (w.first = 0; w.first < tiles; w.first += w.block) {
    w.tiles = tiles - w.first < w.block ? tiles - w.first : w.block;
    ez_parallel(w.tiles, 1, wide ? strided_inputs_16 : strided_inputs_8, &w);
    ez_parallel(EZ_PRODUCTS * w.groups, 1, wide ? strided_products_16 : strided_products_8, &w);
    ez_parallel(w.tiles, 1, wide ? strided_results_16 : strided_results_8, &w);
  }
}

#else

size_t ez_strided_workspace(size_t batch, size_t height, size_t width, size_t in, size_t out) { return in; }
void ez_strided(int lanes, const float *x, size_t batch, size_t height, size_t width, size_t in,
                const float *weights, size_t out, const ez_epilogue *epilogue, float *workspace,
                float *result) {
  __builtin_trap();
}

#endif
