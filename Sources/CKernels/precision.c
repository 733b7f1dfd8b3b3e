#include "fused.h"

#include "parallel.h"

typedef struct {
  const float *x;
  const double *in, *scale, *shift, *add;
  double *out;
  float *rounded;
  size_t channels, stride;
  int relu;
} ez_precisions;

EZ_CLONES static void widen_body(void *context, size_t begin, size_t end) {
  const ez_precisions p = *(const ez_precisions *)context;
  const float *restrict x = p.x;
  double *restrict out = p.out;
  for (size_t i = begin; i < end; i++) out[i] = x[i];
}
void ez_widen(const float *x, double *out, size_t n) {
  ez_precisions p = {.x = x, .out = out};
  ez_parallel(n, EZ_ELEMENTS, widen_body, &p);
}

EZ_CLONES static void narrow_body(void *context, size_t begin, size_t end) {
  const ez_precisions p = *(const ez_precisions *)context;
  const double *restrict in = p.in;
  float *restrict out = p.rounded;
  for (size_t i = begin; i < end; i++) out[i] = (float)in[i];
}
void ez_narrow(const double *x, float *out, size_t n) {
  ez_precisions p = {.in = x, .rounded = out};
  ez_parallel(n, EZ_ELEMENTS, narrow_body, &p);
}

EZ_CLONES static void affine_double_body(void *context, size_t begin, size_t end) {
  const ez_precisions p = *(const ez_precisions *)context;
  for (size_t row = begin; row < end; row++) {
    const double *in = p.in + row * p.channels;
    const double *add = p.add ? p.add + row * p.channels : 0;
    double *out = p.out + row * p.stride;
    for (size_t c = 0; c < p.channels; c++) {
      double y = in[c] * (p.scale ? p.scale[c] : 1) + (p.shift ? p.shift[c] : 0);
      if (add) y += add[c];
      out[c] = p.relu && y < 0 ? 0 : y;
    }
  }
}
void ez_affine_double(const double *x, size_t rows, size_t channels, const double *scale,
                      const double *shift, const double *add, int relu, double *out,
                      size_t out_stride) {
  ez_precisions p = {.in = x, .scale = scale, .shift = shift, .add = add, .out = out};
  p.channels = channels, p.stride = out_stride, p.relu = relu;
  ez_parallel(rows, ez_rows_per_chunk(channels), affine_double_body, &p);
}
