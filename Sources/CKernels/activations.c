#include "fused.h"

#include "functions.h"
#include "CKernelsLayers.h"
#include "parallel.h"

typedef struct {
  const float *x, *dy;
  float *out;
} ez_elements;

// A loop for the function and one for its gradient; `v` is x.
#define EZ_ACTIVATION(name, value, slope)                                                          \
  EZ_CLONES static void name##_body(void *context, size_t begin, size_t end) {                     \
    const ez_elements e = *(const ez_elements *)context;                                           \
    const float *x = e.x;                                                                          \
    float *out = e.out;                                                                            \
    _Pragma("clang loop vectorize(assume_safety)") for (size_t i = begin; i < end; i++) {           \
      const float v = x[i];                                                                        \
      out[i] = (value);                                                                            \
    }                                                                                              \
  }                                                                                                \
  EZ_CLONES static void name##_gradient_body(void *context, size_t begin, size_t end) {            \
    const ez_elements e = *(const ez_elements *)context;                                           \
    const float *restrict x = e.x, *restrict dy = e.dy;                                            \
    float *out = e.out;                                                                            \
    _Pragma("clang loop vectorize(assume_safety)") for (size_t i = begin; i < end; i++) {           \
      const float v = x[i];                                                                        \
      out[i] = dy[i] * (slope);                                                                    \
    }                                                                                              \
  }

static inline float clipped6(float v) { return v < 0 ? 0 : v > 6 ? 6 : v; }
static inline float hard_share(float v) { return clipped6(v + 3) * (1.0f / 6.0f); }
static inline float silu_slope(float v) {
  const float s = ez_sigmoid_of(v);
  return s + v * s * (1 - s);
}
static inline float gelu_slope(float v) {
  return ez_normal_share(v) + v * 0.39894228f * ez_exp(-0.5f * v * v);
}
static inline float sigmoid_slope(float v) {
  const float s = ez_sigmoid_of(v);
  return s * (1 - s);
}
static inline float tanh_slope(float v) {
  const float t = ez_tanh_of(v);
  return 1 - t * t;
}

EZ_ACTIVATION(relu6, clipped6(v), ((v > 0) & (v < 6)) ? 1.0f : 0.0f)
EZ_ACTIVATION(gelu, ez_gelu_of(v), gelu_slope(v))
EZ_ACTIVATION(silu, ez_silu_of(v), silu_slope(v))
EZ_ACTIVATION(hard_swish, v *hard_share(v),
              v < -3 ? 0.0f : v > 3 ? 1.0f : v * (1.0f / 3.0f) + 0.5f)
EZ_ACTIVATION(hard_sigmoid, hard_share(v), ((v > -3) & (v < 3)) ? 1.0f / 6.0f : 0.0f)
EZ_ACTIVATION(sigmoid, ez_sigmoid_of(v), sigmoid_slope(v))
EZ_ACTIVATION(tanh, ez_tanh_of(v), tanh_slope(v))

static const struct {
  ez_body value, gradient;
} ez_activations[] = {
    {relu6_body, relu6_gradient_body},
    {gelu_body, gelu_gradient_body},
    {silu_body, silu_gradient_body},
    {hard_swish_body, hard_swish_gradient_body},
    {hard_sigmoid_body, hard_sigmoid_gradient_body},
    {sigmoid_body, sigmoid_gradient_body},
    {tanh_body, tanh_gradient_body},
};

void ez_activate(const float *x, int kind, float *out, size_t n) {
  ez_elements e = {x, x, out};
  ez_parallel(n, EZ_ELEMENTS, ez_activations[kind].value, &e);
}
void ez_activate_here(int kind, float *x, size_t n) {
  ez_elements e = {x, x, x};
  ez_activations[kind].value(&e, 0, n);
}
void ez_activate_gradient(const float *x, const float *dy, int kind, float *dx, size_t n) {
  ez_elements e = {x, dy, dx};
  ez_parallel(n, EZ_ELEMENTS, ez_activations[kind].gradient, &e);
}
