#include "fused.h"

#include "parallel.h"
#include "product.h"

#include <string.h>

// Weight gradients of 1x1 convolutions: the sum over dy's places of dy[place, o] * x[place, i]. Places are cut
// into slices, the same whatever the number of threads, whose sums are added in order. x is normalised in
// a core's cache, so a dense block's concatenation is not stored here either.

enum { EZ_GAP = 16, EZ_MOST_SLICES = 16 };

static size_t whole_panels(int lanes, size_t channels) {
  const size_t panel = 2 * (size_t)lanes;
  return (channels + panel - 1) / panel * panel;
}

// Sums of all slices take eight megabytes at most.
static size_t slices_of(int lanes, size_t channels, size_t out) {
  const size_t fits = (size_t)2 * 1024 * 1024 / (whole_panels(lanes, channels) * out + 1);
  return fits > EZ_MOST_SLICES ? EZ_MOST_SLICES : fits;
}

// Places at a time: their channels stay in the second cache.
static size_t places_of(size_t channels) { return channels > 512 ? 64 : 128; }

int ez_pointwise_gradient_fits(int lanes, size_t channels, size_t out) {
  return slices_of(lanes, channels, out) >= 4;
}

size_t ez_pointwise_gradient_workspace(int lanes, size_t channels, size_t out) {
  const size_t width = whole_panels(lanes, channels);
  return slices_of(lanes, channels, out) * width * out +
         (size_t)ez_threads() * places_of(channels) * (width + EZ_GAP);
}

#if defined(__x86_64__)

typedef struct {
  const ez_part *parts;
  size_t part_count, width, rows, slices, places, out;
  const float *scale, *shift, *dy;
  const ez_window *window; // with a stride, or NULL
  float *sums, *workspace, *gradient;
  size_t channels;
} ez_slices;

static const int ez_mask_table[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

#define EZ_LANES 16
#include "gradient_wide.h"
#undef EZ_LANES
#define EZ_LANES 8
#include "gradient_wide.h"
#undef EZ_LANES

EZ_CLONES static void add_slices_body(void *context, size_t begin, size_t end) {
  const ez_slices *w = context;
  for (size_t o = begin; o < end; o++) {
    float *restrict to = w->gradient + o * w->channels;
    memcpy(to, w->sums + o * w->width, w->channels * sizeof(float));
    for (size_t s = 1; s < w->slices; s++) {
      const float *restrict from = w->sums + (s * w->out + o) * w->width;
      for (size_t i = 0; i < w->channels; i++) to[i] += from[i];
    }
  }
}

void ez_pointwise_gradient(int lanes, const ez_source *source, const float *dy, size_t out,
                           float *workspace, float *gradient) {
  ez_settle_products();
  ez_slices w = {.parts = source->parts, .part_count = source->part_count, .rows = source->rows, .out = out};
  for (size_t p = 0; p < w.part_count; p++) w.channels += w.parts[p].channels;
  w.scale = source->scale, w.shift = source->shift, w.window = source->places, w.dy = dy, w.gradient = gradient;
  w.width = whole_panels(lanes, w.channels), w.slices = slices_of(lanes, w.channels, out);
  w.places = places_of(w.channels);
  w.sums = workspace, w.workspace = workspace + w.slices * w.width * out;
  ez_parallel(w.slices, 1, lanes == 16 ? slice_body_16 : slice_body_8, &w);
  ez_parallel(out, 8, add_slices_body, &w);
}

#else

void ez_pointwise_gradient(int lanes, const ez_source *source, const float *dy, size_t out,
                           float *workspace, float *gradient) {
  __builtin_trap();
}

#endif
