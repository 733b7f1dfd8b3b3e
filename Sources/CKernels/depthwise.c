#include "fused.h"

#include "CKernelsLayers.h"
#include "parallel.h"

#include <string.h>

typedef struct {
  const float *x, *weights, *bias;
  float *out;
  const ez_window *w;
} ez_depthwise_work;

// Channels of a place that are summed in registers.
#define EZ_BLOCK ((size_t)32)

// The place of the other map that a tap reads for a place of this one; negative where there is none.
static inline __attribute__((always_inline)) long other_place(const ez_window *w, size_t place,
                                                              size_t tap, size_t extent,
                                                              int is_gradient) {
  if (!is_gradient) {
    const long at = (long)(place * w->stride + tap) - (long)w->padding;
    return at < (long)extent ? at : -1;
  }
  const long at = (long)(place + w->padding) - (long)tap;
  if (at < 0 || at % (long)w->stride) return -1;
  return at / (long)w->stride < (long)extent ? at / (long)w->stride : -1;
}

// Rows of the result are one thread's each. A tap outside the other map adds nothing: the input's for
// the output, the output's for the input's gradient, which gathers from the windows that read it.
static inline __attribute__((always_inline)) void sum_taps(const ez_depthwise_work *p, size_t begin,
                                                           size_t end, int is_gradient) {
  const ez_window *w = p->w;
  const size_t channels = w->channels;
  const size_t height = is_gradient ? w->height : w->out_height;
  const size_t width = is_gradient ? w->width : w->out_width;
  const size_t other_height = is_gradient ? w->out_height : w->height;
  const size_t other_width = is_gradient ? w->out_width : w->width;
  for (size_t line = begin; line < end; line++) {
    const size_t b = line / height, row = line % height;
    const float *other = p->x + b * other_height * other_width * channels;
    for (size_t column = 0; column < width; column++) {
      float *out = p->out + (line * width + column) * channels;
      for (size_t c0 = 0; c0 < channels; c0 += EZ_BLOCK) {
        const size_t n = channels - c0 < EZ_BLOCK ? channels - c0 : EZ_BLOCK;
        float sum[EZ_BLOCK] = {0};
        if (p->bias)
          for (size_t c = 0; c < n; c++) sum[c] = p->bias[c0 + c];
        for (size_t ky = 0; ky < w->kernel_height; ky++) {
          const long y = other_place(w, row, ky, other_height, is_gradient);
          if (y < 0) continue;
          for (size_t kx = 0; kx < w->kernel_width; kx++) {
            const long x = other_place(w, column, kx, other_width, is_gradient);
            if (x < 0) continue;
            const float *in = other + ((size_t)y * other_width + (size_t)x) * channels + c0;
            const float *tap = p->weights + (ky * w->kernel_width + kx) * channels + c0;
            if (n == EZ_BLOCK)
              for (size_t c = 0; c < EZ_BLOCK; c++) sum[c] += in[c] * tap[c];
            else
              for (size_t c = 0; c < n; c++) sum[c] += in[c] * tap[c];
          }
        }
        memcpy(out + c0, sum, n * sizeof(float));
      }
    }
  }
}

EZ_CLONES static void forward_body(void *context, size_t begin, size_t end) {
  sum_taps(context, begin, end, 0);
}
void ez_depthwise(const float *x, const ez_window *w, const float *weights, const float *bias,
                  float *out) {
  ez_depthwise_work work = {x, weights, bias, out, w};
  ez_parallel(w->batch * w->out_height, 1, forward_body, &work);
}

EZ_CLONES static void input_gradient_body(void *context, size_t begin, size_t end) {
  sum_taps(context, begin, end, 1);
}
void ez_depthwise_input_gradient(const float *dy, const ez_window *w, const float *weights,
                                 float *dx) {
  ez_depthwise_work work = {dy, weights, NULL, dx, w};
  ez_parallel(w->batch * w->height, 1, input_gradient_body, &work);
}

// A sample's sums are one thread's.
EZ_CLONES static void weight_gradient_body(void *context, size_t begin, size_t end) {
  const ez_depthwise_work *p = context;
  const ez_window *w = p->w;
  const size_t channels = w->channels, taps = w->kernel_height * w->kernel_width;
  for (size_t b = begin; b < end; b++) {
    float *sums = p->out + b * taps * channels;
    memset(sums, 0, taps * channels * sizeof(float));
    const float *image = p->x + b * w->height * w->width * channels;
    for (size_t oy = 0; oy < w->out_height; oy++)
      for (size_t ky = 0; ky < w->kernel_height; ky++) {
        const long y = (long)(oy * w->stride + ky) - (long)w->padding;
        if (y < 0 || y >= (long)w->height) continue;
        for (size_t ox = 0; ox < w->out_width; ox++) {
          const float *restrict dy =
              p->weights + ((b * w->out_height + oy) * w->out_width + ox) * channels;
          for (size_t kx = 0; kx < w->kernel_width; kx++) {
            const long x = (long)(ox * w->stride + kx) - (long)w->padding;
            if (x < 0 || x >= (long)w->width) continue;
            const float *restrict in = image + ((size_t)y * w->width + (size_t)x) * channels;
            float *restrict sum = sums + (ky * w->kernel_width + kx) * channels;
            for (size_t c = 0; c < channels; c++) sum[c] += dy[c] * in[c];
          }
        }
      }
  }
}
void ez_depthwise_weight_gradient(const float *x, const float *dy, const ez_window *w,
                                  float *partial, float *weights) {
  ez_depthwise_work work = {x, dy, NULL, partial, w};
  ez_parallel(w->batch, 1, weight_gradient_body, &work);
  const size_t size = w->kernel_height * w->kernel_width * w->channels;
  memset(weights, 0, size * sizeof(float));
  for (size_t b = 0; b < w->batch; b++) ez_accumulate(partial + b * size, weights, size);
}
