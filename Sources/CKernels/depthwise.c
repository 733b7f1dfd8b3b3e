#include "fused.h"

#include "CKernelsLayers.h"
#include "bfloat.h"
#include "depthwise.h"
#include "parallel.h"
#include "product.h"

#include <string.h>

// A piece of work: some lines of an image in some channels.
typedef struct {
  size_t image, row, row_end, channel, channel_end;
} ez_band;

static ez_band ez_band_at(const ez_depthwise_work *p, size_t index) {
  const size_t channel = index % p->groups * p->group, band = index / p->groups % p->bands;
  ez_band b = {index / p->groups / p->bands, band * p->band_lines, (band + 1) * p->band_lines, channel, channel + p->group};
  if (b.row_end > p->to.height) b.row_end = p->to.height;
  if (b.channel_end > p->to.channels) b.channel_end = p->to.channels;
  return b;
}

// Applies the epilogue's function to what has just been made.
static void ez_finish_band(const ez_depthwise_work *p, const ez_band *b) {
  if (!p->finish.function) return;
  const size_t c = p->to.channels, width = p->to.width, n = b->channel_end - b->channel;
  for (size_t row = b->row; row < b->row_end; row++) {
    float *line = p->out + (b->image * p->to.lines + row - p->to.first) * width * c + b->channel;
    if (n == c) ez_activate_here(p->finish.function - 1, line, width * c);
    else
      for (size_t x = 0; x < width; x++) ez_activate_here(p->finish.function - 1, line + x * c, n);
  }
}

// The line (or column) of the other map that a tap reads for a place of this one; negative where there is none.
static inline __attribute__((always_inline)) long other_place(size_t place, size_t tap, size_t stride, size_t padding,
                                                              size_t extent, int spreads) {
  if (!spreads) {
    const long at = (long)(place * stride + tap) - (long)padding;
    return at < (long)extent ? at : -1;
  }
  const long at = (long)(place + padding) - (long)tap;
  if (at < 0 || at % (long)stride) return -1;
  return at / (long)stride < (long)extent ? at / (long)stride : -1;
}

static inline __attribute__((always_inline)) long ez_depthwise_line(const ez_depthwise_work *p, size_t row, size_t tap,
                                                                    int stride, int spreads) {
  return other_place(row, tap, (size_t)stride, p->top, p->from.height, spreads);
}

// Where the memory of a map that is read has a line.
static inline __attribute__((always_inline)) size_t ez_depthwise_slot(const ez_depthwise_map *map, size_t line) {
  const size_t slot = line - map->first;
  return slot < map->lines ? slot : slot - map->lines;
}

static size_t rounded(size_t channels) { return (channels + 15) / 16 * 16; }
size_t ez_depthwise_packed_count(size_t channels, size_t taps) { return taps * rounded(channels); }
void ez_depthwise_pack(const float *weights, size_t channels, size_t taps, const float *scale, float *packed) {
  const size_t pitch = rounded(channels);
  memset(packed, 0, taps * pitch * sizeof(float));
  for (size_t c = 0; c < channels; c++)
    for (size_t k = 0; k < taps; k++) packed[k * pitch + c] = weights[c * taps + k] * (scale ? scale[c] : 1);
}

// Channels of a place that are summed in registers.
#define EZ_SUMMED ((size_t)32)

// Any window, on any processor. A tap outside the other map adds nothing: the input's for the output, the output's
// for the input's gradient, which gathers from the windows that read it.
static inline __attribute__((always_inline)) void sum_taps(const ez_depthwise_work *p, size_t begin, size_t end,
                                                           int spreads) {
  const size_t channels = p->to.channels, width = p->to.width;
  for (size_t line = begin; line < end; line++) {
    const size_t image = line / p->to.height, row = line % p->to.height;
    const float *other = p->from.values + image * p->from.height * p->from.width * channels;
    for (size_t column = 0; column < width; column++) {
      const size_t place = (line * width + column) * channels;
      for (size_t c0 = 0; c0 < channels; c0 += EZ_SUMMED) {
        const size_t n = channels - c0 < EZ_SUMMED ? channels - c0 : EZ_SUMMED;
        float sum[EZ_SUMMED] = {0};
        if (p->finish.bias)
          for (size_t c = 0; c < n; c++) sum[c] = p->finish.bias[c0 + c];
        for (size_t ky = 0; ky < p->tap_lines; ky++) {
          const long y = other_place(row, ky * p->dilation, p->stride, p->top, p->from.height, spreads);
          if (y < 0) continue;
          for (size_t kx = 0; kx < p->taps; kx++) {
            const long x = other_place(column, kx * p->dilation, p->stride, p->left, p->from.width, spreads);
            if (x < 0) continue;
            const float *in = other + ((size_t)y * p->from.width + (size_t)x) * channels + c0;
            const float *tap = p->weights + (ky * p->taps + kx) * p->pitch + c0;
            if (n == EZ_SUMMED)
              for (size_t c = 0; c < EZ_SUMMED; c++) sum[c] += in[c] * tap[c];
            else
              for (size_t c = 0; c < n; c++) sum[c] += in[c] * tap[c];
          }
        }
        for (size_t c = 0; c < n; c++) {
          if (p->finish.add) sum[c] += p->finish.add[place + c0 + c];
          if (p->finish.relu && sum[c] < 0) sum[c] = 0;
          if (p->finish.relu == EZ_RELU6 && sum[c] > 6) sum[c] = 6;
        }
        if (p->finish.function) ez_activate_here(p->finish.function - 1, sum, n);
        memcpy(p->out + place + c0, sum, n * sizeof(float));
      }
    }
  }
}

EZ_CLONES static void gather_body(void *context, size_t begin, size_t end) { sum_taps(context, begin, end, 0); }
EZ_CLONES static void spread_body(void *context, size_t begin, size_t end) { sum_taps(context, begin, end, 1); }

typedef struct {
  const float *x, *dy;
  const ez_window *w;
  float *partial; // [batch, taps, channels]
} ez_slopes_work;

// A sample's sums are one thread's.
EZ_CLONES static void slopes_body(void *context, size_t begin, size_t end) {
  const ez_slopes_work *p = context;
  const ez_window *w = p->w;
  const size_t channels = w->channels, taps = w->kernel_height * w->kernel_width;
  for (size_t b = begin; b < end; b++) {
    float *sums = p->partial + b * taps * channels;
    memset(sums, 0, taps * channels * sizeof(float));
    const float *image = p->x + b * w->height * w->width * channels;
    for (size_t oy = 0; oy < w->out_height; oy++)
      for (size_t ky = 0; ky < w->kernel_height; ky++) {
        const long y = other_place(oy, ky * w->dilation, w->stride, w->padding, w->height, 0);
        if (y < 0) continue;
        for (size_t ox = 0; ox < w->out_width; ox++) {
          const float *restrict dy = p->dy + ((b * w->out_height + oy) * w->out_width + ox) * channels;
          for (size_t kx = 0; kx < w->kernel_width; kx++) {
            const long x = other_place(ox, kx * w->dilation, w->stride, w->padding_left, w->width, 0);
            if (x < 0) continue;
            const float *restrict in = image + ((size_t)y * w->width + (size_t)x) * channels;
            float *restrict sum = sums + (ky * w->kernel_width + kx) * channels;
            for (size_t c = 0; c < channels; c++) sum[c] += dy[c] * in[c];
          }
        }
      }
  }
}

int ez_depthwise_is_wide(int lanes, const ez_window *w) {
  return lanes > 0 && w->dilation == 1 && (w->stride == 1 || w->stride == 2) &&
         (w->kernel_width == 3 || w->kernel_width == 5 || w->kernel_width == 7);
}

#if defined(__x86_64__)
static const int ez_mask_table[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
#define EZ_LANES 16
#include "depthwise_wide.h"
#undef EZ_LANES
#define EZ_LANES 8
#include "depthwise_wide.h"
#undef EZ_LANES
#ifndef EZ_EMULATE_WIDE
#define EZ_PAIRS
#define EZ_LANES 16
#include "depthwise_wide.h"
#undef EZ_LANES
#undef EZ_PAIRS
#endif

static ez_body wide_body(int lanes, const ez_window *w, int spreads) {
  const size_t stride = w->stride - 1, taps = (w->kernel_width - 3) / 2;
  return lanes == 16 ? depthwise_bodies_16[spreads][stride][taps] : depthwise_bodies_8[spreads][stride][taps];
}
static ez_body wide_slopes(int lanes, const ez_window *w) {
  const size_t stride = w->stride - 1, taps = (w->kernel_width - 3) / 2;
  return lanes == 16 ? slopes_bodies_16[stride][taps] : slopes_bodies_8[stride][taps];
}
#else
static ez_body wide_body(int lanes, const ez_window *w, int spreads) { __builtin_trap(); }
static ez_body wide_slopes(int lanes, const ez_window *w) { __builtin_trap(); }
#endif

// Bands of up to 14 lines, fewer where what they read would not stay in a core's second cache, and where bands are few,
// groups of channels, so that every thread has some.
static void cut(ez_depthwise_work *p, size_t images) {
  enum { LEAST = 2, MOST = 14, READ = 256 * 1024 / sizeof(float), PIECES = 8, GROUP = 64 };
  const size_t read = READ / (p->from.width * p->from.channels);
  const size_t fit = read > p->tap_lines ? (read - p->tap_lines) / p->stride + 1 : LEAST;
  const size_t lines = fit < LEAST ? LEAST : fit > MOST ? MOST : fit;
  p->bands = (p->to.height + lines - 1) / lines;
  p->band_lines = (p->to.height + p->bands - 1) / p->bands;
  const size_t blocks = (p->to.channels + GROUP - 1) / GROUP, wanted = PIECES / (images * p->bands);
  const size_t groups = wanted < 1 ? 1 : wanted < blocks ? wanted : blocks;
  p->group = (blocks + groups - 1) / groups * GROUP;
  p->groups = (p->to.channels + p->group - 1) / p->group;
}

static ez_depthwise_map map_of(size_t height, size_t width, size_t channels, const float *values) {
  return (ez_depthwise_map){height, width, channels, values, 0, height};
}

static ez_depthwise_work prepared(const ez_window *w, ez_depthwise_map from, ez_depthwise_map to, const float *weights,
                                  float *out) {
  return (ez_depthwise_work){
      .from = from, .to = to, .tap_lines = w->kernel_height, .taps = w->kernel_width, .stride = w->stride,
      .dilation = w->dilation, .top = w->padding, .left = w->padding_left, .weights = weights,
      .pitch = rounded(w->channels), .out = out, .out_pitch = w->channels};
}

ez_depthwise_work ez_depthwise_prepared(const ez_window *w, const float *x, const float *weights,
                                        const ez_epilogue *epilogue, float *out) {
  ez_depthwise_work p = prepared(w, map_of(w->height, w->width, w->channels, x),
                                 map_of(w->out_height, w->out_width, w->channels, NULL), weights, out);
  p.finish = *epilogue;
  ez_clip_at_6(&p.finish.relu, &p.finish.function);
  return p;
}

ez_body ez_depthwise_body(int lanes, const ez_window *w) { return wide_body(lanes, w, 0); }

size_t ez_bf16_depthwise_packed_count(size_t channels, size_t tap_lines, size_t taps) {
  return 2 * ez_pairs_of(tap_lines) * taps * rounded(channels);
}

void ez_bf16_depthwise_pack(const float *weights, size_t channels, size_t tap_lines, size_t taps, const float *scale,
                            uint32_t *packed) {
  const size_t pitch = rounded(channels), pairs = ez_pairs_of(tap_lines);
  memset(packed, 0, ez_bf16_depthwise_packed_count(channels, tap_lines, taps) * sizeof *packed);
  for (size_t c = 0; c < channels; c++)
    for (size_t odd = 0; odd < 2; odd++)
      for (size_t ky = 0; ky < tap_lines; ky++)
        for (size_t kx = 0; kx < taps; kx++) {
          const uint32_t half = ez_bf16_of(weights[(c * tap_lines + ky) * taps + kx] * (scale ? scale[c] : 1));
          const size_t at = ((odd * pairs + (ky + odd) / 2) * taps + kx) * pitch + c;
          packed[at] |= (ky + odd) % 2 ? half << 16 : half;
        }
}

#if defined(__x86_64__) && !defined(EZ_EMULATE_WIDE)
int ez_depthwise_has_pairs(int lanes, int bf16, const ez_window *w) {
  // Of an even number of lines the last pair might lie behind what is read.
  return bf16 == EZ_BF16_VECTORS && lanes == 16 && w->kernel_height % 2 && ez_depthwise_is_wide(lanes, w);
}

ez_depthwise_work ez_depthwise_prepared_pairs(const ez_window *w, const void *weights, const ez_epilogue *epilogue) {
  ez_depthwise_work p = ez_depthwise_prepared(w, NULL, weights, epilogue, NULL);
  p.from.height = p.from.lines = ez_pairs_in(w->height);
  p.tap_lines = ez_pairs_of(w->kernel_height);
  p.odd = p.tap_lines * p.taps * p.pitch;
  return p;
}

ez_body ez_depthwise_pairs_body(const ez_window *w) {
  return depthwise_bodies_pairs[w->stride - 1][(w->kernel_width - 3) / 2];
}
#else
int ez_depthwise_has_pairs(int lanes, int bf16, const ez_window *w) { return 0; }
ez_depthwise_work ez_depthwise_prepared_pairs(const ez_window *w, const void *weights, const ez_epilogue *epilogue) {
  __builtin_trap();
}
ez_body ez_depthwise_pairs_body(const ez_window *w) { __builtin_trap(); }
#endif

static void run(int lanes, const ez_window *w, ez_depthwise_work *p, int spreads) {
  if (ez_depthwise_is_wide(lanes, w)) {
    cut(p, w->batch);
    ez_parallel(w->batch * p->bands * p->groups, 1, wide_body(lanes, w, spreads), p);
  } else ez_parallel(w->batch * p->to.height, 1, spreads ? spread_body : gather_body, p);
}

void ez_depthwise(int lanes, const ez_window *w, const float *x, const float *weights, const ez_epilogue *epilogue,
                  float *out) {
  ez_depthwise_work p = ez_depthwise_prepared(w, x, weights, epilogue, out);
  run(lanes, w, &p, 0);
}

void ez_depthwise_input_gradient(int lanes, const ez_window *w, const float *dy, const float *weights, float *dx) {
  ez_depthwise_work p = prepared(w, map_of(w->out_height, w->out_width, w->channels, dy),
                                 map_of(w->height, w->width, w->channels, NULL), weights, dx);
  run(lanes, w, &p, 1);
}

void ez_depthwise_weight_gradient(int lanes, const ez_window *w, const float *x, const float *dy, float *partial,
                                  float *weights) {
  ez_slopes_work p = {x, dy, w, partial};
  if (ez_depthwise_is_wide(lanes, w)) {
    const size_t vectors = (w->channels + (size_t)lanes - 1) / (size_t)lanes;
    ez_parallel(w->batch * vectors, 1, wide_slopes(lanes, w), &p);
  } else ez_parallel(w->batch, 1, slopes_body, &p);
  const size_t size = w->kernel_height * w->kernel_width * w->channels;
  memset(weights, 0, size * sizeof(float));
  for (size_t b = 0; b < w->batch; b++) ez_accumulate(partial + b * size, weights, size);
}
