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

enum { EZ_POINTS = 36, EZ_LINE = 16, EZ_TASKS = 16 };

// A last tile of one or two results needs the points 0, ±A, ∞ alone (F(2, 3)): whether one of an axis is left out.
// The weights are the same, the inputs make up for what the others' factors took from them.
static inline int is_left_out(int point) { return point == 3 || point == 4; }
static inline int kind_of(int point) { return is_left_out(point / 6) * 2 + is_left_out(point % 6); }

size_t ez_winograd_count(int lanes, size_t in, size_t out) {
  return EZ_POINTS * ez_packed_count(lanes, in, out);
}

// Numbers that are worked on side by side.
enum { EZ_SIDE = 16 };
typedef double ez_side[EZ_SIDE];

// The weights at the six points of one axis; `step` lines apart.
static inline __attribute__((always_inline)) void interpolate(const ez_side *g, size_t g_step, ez_side *u, size_t step) {
  const double na = 1 / (2 * EZ_A2 * (EZ_A2 - EZ_B2)), nb = 1 / (2 * EZ_B2 * (EZ_B2 - EZ_A2));
  const double none = 1 / (EZ_A2 * EZ_B2);
  for (size_t i = 0; i < EZ_SIDE; i++) {
    const double g0 = g[0][i], g1 = g[g_step][i], g2 = g[2 * g_step][i];
    const double a = na * (g0 + EZ_A2 * g2), b = nb * (g0 + EZ_B2 * g2);
    u[0][i] = none * g0;
    u[step][i] = a + na * EZ_A * g1;
    u[2 * step][i] = a - na * EZ_A * g1;
    u[3 * step][i] = b + nb * EZ_B * g1;
    u[4 * step][i] = b - nb * EZ_B * g1;
    u[5 * step][i] = g2;
  }
}

typedef struct {
  const float *weights, *scale;
  size_t in, out;
  int rotated, lanes;
  float *packed;
} ez_transform;

// Sixteen outputs; of them sixteen inputs of one side by side or, rotated, all sixteen of one input, as the weights lie.
EZ_CLONES static void transform_body(void *context, size_t begin, size_t end) {
  const ez_transform *w = context;
  const size_t panel = ez_packed_count(w->lanes, w->in, w->out), wide = 2 * (size_t)w->lanes;
  for (size_t block = begin; block < end; block++)
    for (size_t n = 0; n < w->in; n++) {
      const size_t k = block * EZ_SIDE + (w->rotated ? 0 : n % EZ_SIDE);
      const size_t c = w->rotated ? n : n / EZ_SIDE * EZ_SIDE;
      ez_side g[9], half[18], u[EZ_POINTS];
      for (size_t y = 0; y < 3; y++)
        for (size_t x = 0; x < 3; x++) {
          // The gradient's convolution runs from outputs to inputs, rotated by half a circle.
          const float *from = w->weights + (w->rotated ? ((c * 3 + 2 - y) * 3 + 2 - x) * w->out + k
                                                       : ((k * 3 + y) * 3 + x) * w->in + c);
          for (size_t i = 0; i < EZ_SIDE; i++)
            g[y * 3 + x][i] = from[i] * (w->scale ? (double)w->scale[w->rotated ? k + i : k] : 1);
        }
      for (size_t x = 0; x < 3; x++) interpolate(g + x, 3, half + x, 3);
      for (size_t i = 0; i < 6; i++) interpolate(half + i * 3, 1, u + i * 6, 1);
      float *to = w->packed + k / wide * wide * w->in + c * wide + k % wide;
      const size_t step = w->rotated ? 1 : wide;
      for (size_t p = 0; p < EZ_POINTS; p++)
        for (size_t i = 0; i < EZ_SIDE; i++) to[p * panel + i * step] = (float)u[p][i];
    }
}

void ez_winograd_weights(int lanes, const float *weights, size_t in, size_t out, const float *scale,
                         int rotated, float *packed) {
  if (out % (2 * (size_t)lanes)) memset(packed, 0, ez_winograd_count(lanes, in, out) * sizeof(float));
  ez_transform w = {weights, scale, in, out, rotated, lanes, packed};
  ez_parallel(out / EZ_SIDE, 1, transform_body, &w);
}

#if defined(__x86_64__)

typedef struct {
  const float *x, *weights, *zeros;
  const float *scale, *shift; // of what is read, max(0, value * scale + shift), or NULL
  size_t batch, height, width, in, out;
  ez_tiles grid;
  ez_finish finish;
  float *result;
  // Of the block of tiles at hand.
  size_t first, tiles, block, in_plane, out_plane;
  int large, past_cache;
  float *v, *m;
} ez_winograd_work;

// The gradient with respect to the weights: sums over tiles, at each point, of the products of what the tile reads
// and of what comes back to it. Tiles are cut into slices, the same whatever the number of threads, whose sums are
// added in order; channels into blocks, so that their sums at all points stay in the second cache.
typedef struct {
  ez_winograd_work inputs; // of a block of input channels
  const float *dy;
  size_t in, out, width, out_plane; // width: output channels of a block
  size_t tiles, block, slices, scratch;
  float *workspace, *partial;
} ez_winograd_gradient;

#define EZ_LANES 16
#include "winograd_wide.h"
#include "winograd_gradient_wide.h"
#undef EZ_LANES
#define EZ_LANES 8
#include "winograd_wide.h"
#include "winograd_gradient_wide.h"
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

static ez_tiles grid_of(size_t height, size_t width) {
  return (ez_tiles){(height + 3) / 4, (width + 3) / 4, (height + 1) / 4, (width + 1) / 4};
}

void ez_winograd(int lanes, const float *x, const float *scale, const float *shift, size_t batch, size_t height,
                 size_t width, size_t in, const float *weights, size_t out, const ez_epilogue *epilogue,
                 float *workspace, float *result) {
  ez_settle_products();
  ez_winograd_work w = {.x = x, .scale = scale, .shift = shift, .weights = weights, .batch = batch, .height = height};
  w.width = width, w.in = in, w.out = out, w.finish = (ez_finish){epilogue->bias, epilogue->add, epilogue->relu, 0};
  w.grid = grid_of(height, width), w.result = result;
  // More than a cache would keep need not come into it before it is written.
  w.past_cache = batch * height * width * out * sizeof(float) > EZ_KEPT && (uintptr_t)result % 64 == 0 &&
                 epilogue->add != result;
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

// All but addresses.
static ez_winograd_gradient plan(int lanes, size_t batch, size_t height, size_t width, size_t in, size_t out) {
  ez_winograd_gradient g = {.inputs = {.height = height, .width = width, .grid = grid_of(height, width)}};
  ez_winograd_work *w = &g.inputs;
  const int wide = lanes == 16;
  g.in = in, g.out = out, g.block = wide ? 32 : 16, g.tiles = batch * w->grid.down * w->grid.across;
  w->in = wide && in % 64 == 0 ? 64 : 32, g.width = out % 32 == 0 ? 32 : 16;
  w->in_plane = plane(g.block, w->in), g.out_plane = plane(g.block, g.width);
  // Enough tasks for some threads, and not so many slices that each has a few tiles.
  const size_t blocks = in / w->in * (out / g.width), wanted = (EZ_TASKS + blocks - 1) / blocks;
  const size_t most = g.tiles / (4 * g.block) + 1;
  g.slices = wanted < most ? wanted : most;
  g.scratch = EZ_POINTS * (w->in_plane + g.out_plane + g.width * w->in);
  return g;
}

int ez_winograd_gradient_fits(size_t in, size_t out) { return in % 32 == 0 && out % 16 == 0; }

static size_t zeros_of(size_t in, size_t out) { return in > out ? in : out; }

size_t ez_winograd_gradient_workspace(int lanes, size_t batch, size_t height, size_t width, size_t in, size_t out) {
  const ez_winograd_gradient g = plan(lanes, batch, height, width, in, out);
  return zeros_of(in, out) + (size_t)ez_threads() * g.scratch + g.slices * out * 9 * in;
}

EZ_CLONES static void add_slices_body(void *context, size_t begin, size_t end) {
  const ez_winograd_gradient *g = context;
  const size_t all = g->out * 9 * g->in;
  for (size_t s = 1; s < g->slices; s++) {
    float *restrict to = g->partial;
    const float *restrict from = g->partial + s * all;
    for (size_t i = begin; i < end; i++) to[i] += from[i];
  }
}

void ez_winograd_weight_gradient(int lanes, const float *x, const float *scale, const float *shift, size_t batch,
                                 size_t height, size_t width, size_t in, const float *dy, size_t out,
                                 float *workspace, float *gradient) {
  ez_settle_products();
  ez_winograd_gradient g = plan(lanes, batch, height, width, in, out);
  const size_t zeros = zeros_of(in, out), all = out * 9 * in;
  memset(workspace, 0, zeros * sizeof(float));
  g.inputs.x = x, g.inputs.scale = scale, g.inputs.shift = shift, g.inputs.zeros = workspace, g.dy = dy;
  g.workspace = workspace + zeros, g.partial = g.workspace + (size_t)ez_threads() * g.scratch;
  const size_t tasks = g.slices * (in / g.inputs.in) * (out / g.width);
  ez_parallel(tasks, 1, lanes == 16 ? gradient_body_16 : gradient_body_8, &g);
  ez_parallel(all, EZ_ELEMENTS, add_slices_body, &g);
  memcpy(gradient, g.partial, all * sizeof(float));
}

#else

size_t ez_winograd_workspace(int lanes, size_t batch, size_t height, size_t width, size_t in,
                             size_t out) {
  return in;
}
void ez_winograd(int lanes, const float *x, const float *scale, const float *shift, size_t batch, size_t height,
                 size_t width, size_t in, const float *weights, size_t out, const ez_epilogue *epilogue,
                 float *workspace, float *result) {
  __builtin_trap();
}

int ez_winograd_gradient_fits(size_t in, size_t out) { return 0; }
size_t ez_winograd_gradient_workspace(int lanes, size_t batch, size_t height, size_t width, size_t in, size_t out) {
  return 0;
}
void ez_winograd_weight_gradient(int lanes, const float *x, const float *scale, const float *shift, size_t batch,
                                 size_t height, size_t width, size_t in, const float *dy, size_t out,
                                 float *workspace, float *gradient) {
  __builtin_trap();
}

#endif
