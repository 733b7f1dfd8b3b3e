#include "fused.h"

#include "parallel.h"

typedef struct {
  const float *y, *scale;
  const uint8_t *signs;
  uint8_t *made;
  float *out;
  size_t channels;
} ez_sign_work;

EZ_CLONES static void signs_body(void *context, size_t begin, size_t end) {
  const ez_sign_work w = *(const ez_sign_work *)context;
  const float *restrict y = w.y;
  uint8_t *restrict signs = w.made;
  for (size_t i = begin; i < end; i++) signs[i] = y[i] > 0;
}
void ez_signs(const float *y, uint8_t *signs, size_t n) {
  ez_sign_work w = {.y = y, .made = signs};
  ez_parallel(n, EZ_ELEMENTS, signs_body, &w);
}

EZ_CLONES static void signed_gradient_body(void *context, size_t begin, size_t end) {
  const ez_sign_work w = *(const ez_sign_work *)context;
  const float *restrict scale = w.scale;
  for (size_t r = begin; r < end; r++) {
    const float *restrict dy = w.y + r * w.channels;
    const uint8_t *restrict signs = w.signs ? w.signs + r * w.channels : 0;
    float *restrict out = w.out + r * w.channels;
    if (signs && scale)
      for (size_t c = 0; c < w.channels; c++) out[c] = signs[c] ? dy[c] * scale[c] : 0;
    else if (signs)
      for (size_t c = 0; c < w.channels; c++) out[c] = signs[c] ? dy[c] : 0;
    else
      for (size_t c = 0; c < w.channels; c++) out[c] = dy[c] * (scale ? scale[c] : 1);
  }
}
void ez_signed_gradient(const float *dy, const uint8_t *signs, const float *scale, size_t rows,
                        size_t channels, float *out) {
  ez_sign_work w = {.y = dy, .signs = signs, .scale = scale, .out = out, .channels = channels};
  ez_parallel(rows, ez_rows_per_chunk(channels), signed_gradient_body, &w);
}
