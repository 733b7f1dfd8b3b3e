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

// Rows of the result are one thread's each. A tap outside the image adds nothing.
EZ_CLONES static void forward_body(void *context, size_t begin, size_t end) {
  const ez_depthwise_work *p = context;
  const ez_window *w = p->w;
  const size_t channels = w->channels;
  for (size_t line = begin; line < end; line++) {
    const size_t b = line / w->out_height, oy = line % w->out_height;
    const float *image = p->x + b * w->height * w->width * channels;
    for (size_t ox = 0; ox < w->out_width; ox++) {
      float *out = p->out + (line * w->out_width + ox) * channels;
      for (size_t c0 = 0; c0 < channels; c0 += EZ_BLOCK) {
        const size_t n = channels - c0 < EZ_BLOCK ? channels - c0 : EZ_BLOCK;
        float sum[EZ_BLOCK] = {0};
        if (p->bias)
          for (size_t c = 0; c < n; c++) sum[c] = p->bias[c0 + c];
        for (size_t ky = 0; ky < w->kernel_height; ky++) {
          const long y = (long)(oy * w->stride + ky) - (long)w->padding;
          if (y < 0 || y >= (long)w->height) continue;
          for (size_t kx = 0; kx < w->kernel_width; kx++) {
            const long x = (long)(ox * w->stride + kx) - (long)w->padding;
            if (x < 0 || x >= (long)w->width) continue;
            const float *in = image + ((size_t)y * w->width + (size_t)x) * channels + c0;
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
void ez_depthwise(const float *x, const ez_window *w, const float *weights, const float *bias,
                  float *out) {
  ez_depthwise_work work = {x, weights, bias, out, w};
  ez_parallel(w->batch * w->out_height, 1, forward_body, &work);
}

// Each place of the input gathers from the windows that read it.
EZ_CLONES static void input_gradient_body(void *context, size_t begin, size_t end) {
  const ez_depthwise_work *p = context;
  const ez_window *w = p->w;
  const size_t channels = w->channels;
  for (size_t line = begin; line < end; line++) {
    const size_t b = line / w->height, y = line % w->height;
    const float *gradient = p->x + b * w->out_height * w->out_width * channels;
    for (size_t x = 0; x < w->width; x++) {
      float *out = p->out + (line * w->width + x) * channels;
      for (size_t c0 = 0; c0 < channels; c0 += EZ_BLOCK) {
        const size_t n = channels - c0 < EZ_BLOCK ? channels - c0 : EZ_BLOCK;
        float sum[EZ_BLOCK] = {0};
        for (size_t ky = 0; ky < w->kernel_height; ky++) {
          const long top = (long)(y + w->padding) - (long)ky;
          if (top < 0 || top % (long)w->stride || top / (long)w->stride >= (long)w->out_height)
            continue;
          const size_t oy = (size_t)top / w->stride;
          for (size_t kx = 0; kx < w->kernel_width; kx++) {
            const long left = (long)(x + w->padding) - (long)kx;
            if (left < 0 || left % (long)w->stride || left / (long)w->stride >= (long)w->out_width)
              continue;
            const size_t ox = (size_t)left / w->stride;
            const float *dy = gradient + (oy * w->out_width + ox) * channels + c0;
            const float *tap = p->weights + (ky * w->kernel_width + kx) * channels + c0;
            if (n == EZ_BLOCK)
              for (size_t c = 0; c < EZ_BLOCK; c++) sum[c] += dy[c] * tap[c];
            else
              for (size_t c = 0; c < n; c++) sum[c] += dy[c] * tap[c];
          }
        }
        memcpy(out + c0, sum, n * sizeof(float));
      }
    }
  }
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
