#include "fused.h"

#include "parallel.h"
#include "product.h"
#include "tiles.h"

#include <string.h>

// Lavin and Gray 2015, https://arxiv.org/abs/1509.09308: a 4×4 tile of results is made from a 6×6 tile
// of inputs by 36 products where 144 stand in the definition. The interpolation points 0, ±A, ±B, ∞
// decide the rounding error; with 5/8 and 3/2 it is smaller than with the paper's 1 and 2.
#define EZ_A 0.625
#define EZ_B 1.5
#define EZ_A2 (EZ_A * EZ_A)
#define EZ_B2 (EZ_B * EZ_B)

enum { EZ_POINTS = 36, EZ_LINE = 16 };

// A last tile of one or two results needs the points 0, ±A, ∞ alone (F(2, 3)): whether one of an axis is left out.
// The weights are the same, the inputs make up for what the others' factors took from them.
static inline int is_left_out(int point) { return point == 3 || point == 4; }
static inline int kind_of(int point) { return is_left_out(point / 6) * 2 + is_left_out(point % 6); }

size_t ez_winograd_count(int lanes, size_t in, size_t out) {
  return EZ_POINTS * ez_packed_count(lanes, in, out);
}

// The weights at the six points of one axis.
static void interpolate(const double g[3], double u[6]) {
  const double a = EZ_A, b = EZ_B;
  const double na = 2 * EZ_A2 * (EZ_A2 - EZ_B2), nb = 2 * EZ_B2 * (EZ_B2 - EZ_A2);
  u[0] = g[0] / (EZ_A2 * EZ_B2);
  u[1] = (g[0] + a * g[1] + EZ_A2 * g[2]) / na;
  u[2] = (g[0] - a * g[1] + EZ_A2 * g[2]) / na;
  u[3] = (g[0] + b * g[1] + EZ_B2 * g[2]) / nb;
  u[4] = (g[0] - b * g[1] + EZ_B2 * g[2]) / nb;
  u[5] = g[2];
}

typedef struct {
  const float *weights, *scale;
  size_t in, out;
  int rotated, lanes;
  float *packed;
} ez_transform;

static void transform_body(void *context, size_t begin, size_t end) {
  const ez_transform *w = context;
  const size_t panel = ez_packed_count(w->lanes, w->in, w->out), wide = 2 * (size_t)w->lanes;
  for (size_t k = begin; k < end; k++) {
    const double factor = w->scale ? w->scale[k] : 1;
    for (size_t c = 0; c < w->in; c++) {
      double g[3][3], half[6][3], u[6];
      for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) {
          // The gradient's convolution runs from outputs to inputs, rotated by half a circle.
          const size_t place = w->rotated ? ((c * 3 + 2 - (size_t)y) * 3 + 2 - (size_t)x) * w->out + k
                                          : ((k * 3 + (size_t)y) * 3 + (size_t)x) * w->in + c;
          g[x][y] = factor * w->weights[place];
        }
      for (int x = 0; x < 3; x++) {
        interpolate(g[x], u);
        for (int i = 0; i < 6; i++) half[i][x] = u[i];
      }
      float *to = w->packed + k / wide * wide * w->in + c * wide + k % wide;
      for (int i = 0; i < 6; i++) {
        interpolate(half[i], u);
        for (int j = 0; j < 6; j++) to[(size_t)(i * 6 + j) * panel] = (float)u[j];
      }
    }
  }
}

void ez_winograd_weights(int lanes, const float *weights, size_t in, size_t out, const float *scale,
                         int rotated, float *packed) {
  if (out % (2 * (size_t)lanes)) memset(packed, 0, ez_winograd_count(lanes, in, out) * sizeof(float));
  ez_transform w = {weights, scale, in, out, rotated, lanes, packed};
  ez_parallel(out, 8, transform_body, &w);
}

#if defined(__x86_64__)

typedef struct {
  const float *x, *weights, *zeros;
  size_t batch, height, width, in, out;
  ez_tiles grid;
  ez_finish finish;
  float *result;
  // Of the block of tiles at hand.
  size_t first, tiles, block, in_plane, out_plane;
  int large;
  float *v, *m;
} ez_winograd_work;

#define EZ_LANES 16
#include "winograd_wide.h"
#undef EZ_LANES
#define EZ_LANES 8
#include "winograd_wide.h"
#undef EZ_LANES

// Tiles at a time. Small weights stay in a core's cache beside some tiles; large ones are read once for
// as many tiles as the shared cache takes.
static size_t block_of(int lanes, size_t tiles, size_t in, size_t out, int *whole) {
  const size_t few = lanes == 16 ? 24 : 12, bytes = ez_winograd_count(lanes, in, out) * sizeof(float);
  *whole = bytes <= 640 * 1024 && tiles >= few * 2 * (size_t)ez_threads();
  if (*whole) return few;
  size_t most = (12u << 20) / (EZ_POINTS * (in + out) * sizeof(float));
  most = most < few ? few : most / few * few;
  const size_t blocks = (tiles + most - 1) / most, even = (tiles + blocks - 1) / blocks;
  return (even + few - 1) / few * few;
}

static size_t plane(size_t block, size_t channels) { return block * channels + EZ_LINE; }

size_t ez_winograd_workspace(int lanes, size_t batch, size_t height, size_t width, size_t in,
                             size_t out) {
  int whole;
  const size_t tiles = batch * ((height + 3) / 4) * ((width + 3) / 4);
  const size_t block = block_of(lanes, tiles, in, out, &whole);
  const size_t one = EZ_POINTS * (plane(block, in) + plane(block, out));
  return one * (whole ? (size_t)ez_threads() : 1) + in;
}

void ez_winograd(int lanes, const float *x, size_t batch, size_t height, size_t width, size_t in,
                 const float *weights, size_t out, const ez_epilogue *epilogue, float *workspace,
                 float *result) {
  ez_settle_products();
  ez_winograd_work w = {.x = x, .weights = weights, .batch = batch, .height = height};
  w.width = width, w.in = in, w.out = out, w.finish = (ez_finish){epilogue->bias, epilogue->add, epilogue->relu, 0};
  w.grid = (ez_tiles){(height + 3) / 4, (width + 3) / 4, (height + 1) / 4, (width + 1) / 4}, w.result = result;
  const size_t tiles = batch * w.grid.down * w.grid.across;
  int whole;
  w.block = block_of(lanes, tiles, in, out, &whole);
  w.large = !whole;
  w.in_plane = plane(w.block, in), w.out_plane = plane(w.block, out);
  memset(workspace, 0, in * sizeof(float));
  w.zeros = workspace, w.v = workspace + in, w.m = w.v + EZ_POINTS * w.in_plane;
  const int wide = lanes == 16;
  if (whole) {
    ez_parallel(tiles, w.block, wide ? whole_body_16 : whole_body_8, &w);
    return;
  }
  for (w.first = 0; w.first < tiles; w.first += w.block) {
    w.tiles = tiles - w.first < w.block ? tiles - w.first : w.block;
    ez_parallel(w.tiles, 1, wide ? inputs_body_16 : inputs_body_8, &w);
    ez_parallel(EZ_POINTS, 1, wide ? products_body_16 : products_body_8, &w);
    ez_parallel(w.tiles, 1, wide ? results_body_16 : results_body_8, &w);
  }
}

#else

size_t ez_winograd_workspace(int lanes, size_t batch, size_t height, size_t width, size_t in,
                             size_t out) {
  return in;
}
void ez_winograd(int lanes, const float *x, size_t batch, size_t height, size_t width, size_t in,
                 const float *weights, size_t out, const ez_epilogue *epilogue, float *workspace,
                 float *result) {
  __builtin_trap();
}

#endif
