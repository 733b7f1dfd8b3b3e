// Convolutions and their gradients by the definition.
#include "guard.h"

// Runs the rest for every output place and tap inside the image; i and o begin the channels of a place.
#define EACH_TAP(s, ...) \
  for (int n = 0; n < (s)->batch; n++) \
    for (int oy = 0; oy < (s)->out_height; oy++) \
      for (int ox = 0; ox < (s)->out_width; ox++) { \
        const size_t o = (((size_t)n * (s)->out_height + oy) * (s)->out_width + ox) * (s)->out; \
        for (int ky = 0; ky < (s)->kernel; ky++) \
          for (int kx = 0; kx < (s)->kernel; kx++) { \
            const int y = oy * (s)->stride + ky - (s)->padding, x0 = ox * (s)->stride + kx - (s)->padding; \
            if (y < 0 || x0 < 0 || y >= (s)->height || x0 >= (s)->width) continue; \
            const size_t i = (((size_t)n * (s)->height + y) * (s)->width + x0) * (s)->in; \
            const size_t tap = (size_t)ky * (s)->kernel + kx; \
            __VA_ARGS__ \
          } \
      }

// Of output channel c: the first of its group's input channels, and its weights at a tap.
#define CHANNELS(s) const int in = (s)->in / (s)->groups, out = (s)->out / (s)->groups; \
  const size_t taps = (size_t)(s)->kernel * (s)->kernel;
#define FIRST(c) ((c) / out * in)
#define WEIGHT(c) (((size_t)(c)*taps + tap) * in)

void reference_forward(const Shape *s, const float *x, const float *w, const float *b, float *y_) {
  CHANNELS(s)
  const size_t places = (size_t)s->batch * s->out_height * s->out_width;
  for (size_t p = 0; p < places; p++)
    for (int c = 0; c < s->out; c++) y_[p * s->out + c] = b ? b[c] : 0;
  EACH_TAP(s, for (int c = 0; c < s->out; c++) {
    const float *from = x + i + FIRST(c), *weight = w + WEIGHT(c);
    float sum = 0;
    for (int k = 0; k < in; k++) sum += from[k] * weight[k];
    y_[o + c] += sum;
  })
}

void reference_input_gradient(const Shape *s, const float *dy, const float *w, float *dx) {
  CHANNELS(s)
  memset(dx, 0, (size_t)s->batch * s->height * s->width * s->in * sizeof(float));
  EACH_TAP(s, for (int c = 0; c < s->out; c++) {
    float *to = dx + i + FIRST(c);
    const float *weight = w + WEIGHT(c), factor = dy[o + c];
    for (int k = 0; k < in; k++) to[k] += factor * weight[k];
  })
}

void reference_weight_gradient(const Shape *s, const float *x, const float *dy, float *dw, float *db) {
  CHANNELS(s)
  memset(dw, 0, (size_t)s->out * taps * in * sizeof(float));
  EACH_TAP(s, for (int c = 0; c < s->out; c++) {
    const float *from = x + i + FIRST(c), factor = dy[o + c];
    float *to = dw + WEIGHT(c);
    for (int k = 0; k < in; k++) to[k] += factor * from[k];
  })
  if (!db) return;
  const size_t places = (size_t)s->batch * s->out_height * s->out_width;
  memset(db, 0, (size_t)s->out * sizeof(float));
  for (size_t p = 0; p < places; p++)
    for (int c = 0; c < s->out; c++) db[c] += dy[p * s->out + c];
}
