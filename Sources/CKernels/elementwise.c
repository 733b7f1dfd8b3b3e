#include "fused.h"

#include "parallel.h"

#include <stdlib.h>

typedef struct {
  const float *a, *b;
  float *out;
  float factor;
  uint64_t key;
} ez_elements;

#define EZ_LOOP(name, expression)                                                                  \
  EZ_CLONES static void name##_body(void *context, size_t begin, size_t end) {                     \
    const ez_elements e = *(const ez_elements *)context;                                           \
    const float *restrict a = e.a, *restrict b = e.b;                                              \
    float *out = e.out;                                                                            \
    const float factor = e.factor;                                                                 \
    (void)a, (void)b, (void)factor;                                                                \
    _Pragma("clang loop vectorize(assume_safety)") for (size_t i = begin; i < end; i++) out[i] =    \
        (expression);                                                                              \
  }

EZ_LOOP(add, a[i] + b[i])
EZ_LOOP(accumulate, out[i] + a[i])
EZ_LOOP(multiply, a[i] * b[i])
EZ_LOOP(scale, a[i] * factor)
// Written so that a NaN stays one: a network that diverged must not look finite.
EZ_LOOP(relu, a[i] < 0 ? 0 : a[i])
EZ_LOOP(relu_gradient, a[i] > 0 ? b[i] : 0)
EZ_LOOP(average, out[i] + (a[i] - out[i]) * factor)

static void run(ez_body body, ez_elements e, size_t n) { ez_parallel(n, EZ_ELEMENTS, body, &e); }

void ez_add(const float *a, const float *b, float *out, size_t n) {
  run(add_body, (ez_elements){a, b, out, 0, 0}, n);
}
void ez_accumulate(const float *x, float *sum, size_t n) {
  run(accumulate_body, (ez_elements){x, x, sum, 0, 0}, n);
}
void ez_multiply(const float *a, const float *b, float *out, size_t n) {
  run(multiply_body, (ez_elements){a, b, out, 0, 0}, n);
}
void ez_scale(const float *x, float factor, float *out, size_t n) {
  run(scale_body, (ez_elements){x, x, out, factor, 0}, n);
}
void ez_relu(const float *x, float *out, size_t n) {
  run(relu_body, (ez_elements){x, x, out, 0, 0}, n);
}
void ez_relu_gradient(const float *y, const float *dy, float *out, size_t n) {
  run(relu_gradient_body, (ez_elements){y, dy, out, 0, 0}, n);
}
void ez_move_average(const float *w, float *average, float rate, size_t n) {
  run(average_body, (ez_elements){w, w, average, rate, 0}, n);
}

static inline void philox(uint64_t counter, uint64_t key, uint32_t out[4]) {
  uint32_t x0 = (uint32_t)counter, x1 = (uint32_t)(counter >> 32), x2 = 0, x3 = 0;
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xD2511F53u * x0, p1 = (uint64_t)0xCD9E8D57u * x2;
    x0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0, x1 = (uint32_t)p1;
    x2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1, x3 = (uint32_t)p0;
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
  out[0] = x0, out[1] = x1, out[2] = x2, out[3] = x3;
}

static void dropout_body(void *context, size_t begin, size_t end) {
  const ez_elements e = *(const ez_elements *)context;
  const float keep = 1.0f / (1.0f - e.factor);
  const uint32_t bound = (uint32_t)((double)e.factor * 4294967296.0);
  for (size_t i = begin; i < end; i += 4) { // begin is a multiple of EZ_ELEMENTS
    uint32_t r[4];
    philox(i / 4, e.key, r);
    const size_t n = end - i < 4 ? end - i : 4;
    for (size_t j = 0; j < n; j++) e.out[i + j] = r[j] >= bound ? e.a[i + j] * keep : 0.0f;
  }
}
void ez_dropout(const float *x, float rate, uint64_t key, float *out, size_t n) {
  run(dropout_body, (ez_elements){x, x, out, rate, key}, n);
}

EZ_CLONES double ez_sum_of_squares(const float *x, size_t n) {
  double total = 0;
  for (size_t begin = 0; begin < n; begin += 1024) {
    const size_t end = begin + 1024 < n ? begin + 1024 : n;
    float lanes[16] = {0};
    size_t i = begin;
    for (; i + 16 <= end; i += 16)
      for (int j = 0; j < 16; j++) lanes[j] += x[i + j] * x[i + j];
    double part = 0;
    for (int j = 0; j < 16; j++) part += lanes[j];
    for (; i < end; i++) part += (double)x[i] * x[i];
    total += part;
  }
  return total;
}

EZ_CLONES int ez_all_finite(const float *x, size_t n) {
  int32_t bad = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    __builtin_memcpy(&bits, x + i, 4);
    bad |= (bits & 0x7F800000u) == 0x7F800000u;
  }
  return !bad;
}

typedef struct {
  float *w, *m, *v;
  const float *g;
  ez_adam_step s;
} ez_adam_work;

EZ_CLONES static void adam_body(void *context, size_t begin, size_t end) {
  const ez_adam_work a = *(const ez_adam_work *)context;
  const ez_adam_step s = a.s;
  float *restrict w = a.w, *restrict m = a.m, *restrict v = a.v;
  const float *restrict g = a.g;
  const float coupled = s.decoupled ? 0 : s.weight_decay;
  const float shrink = s.decoupled ? 1 - s.learning_rate * s.weight_decay : 1;
  const float rate = s.learning_rate / s.correction1;
  const float root = 1 / __builtin_sqrtf(s.correction2);
  for (size_t i = begin; i < end; i++) {
    const float gradient = g[i] * s.scale + coupled * w[i];
    m[i] = s.beta1 * m[i] + (1 - s.beta1) * gradient;
    v[i] = s.beta2 * v[i] + (1 - s.beta2) * gradient * gradient;
    w[i] = w[i] * shrink - rate * m[i] / (__builtin_sqrtf(v[i]) * root + s.epsilon);
  }
}
void ez_adam(float *w, const float *g, float *m, float *v, size_t n, const ez_adam_step *s) {
  ez_adam_work work = {w, m, v, g, *s};
  ez_parallel(n, EZ_ELEMENTS, adam_body, &work);
}

typedef struct {
  float *w, *buffer;
  const float *g;
  float rate, momentum, decay, scale;
  int nesterov, first;
} ez_sgd_work;

EZ_CLONES static void sgd_body(void *context, size_t begin, size_t end) {
  const ez_sgd_work a = *(const ez_sgd_work *)context;
  float *restrict w = a.w, *restrict buffer = a.buffer;
  const float *restrict g = a.g;
  const float keep = a.first ? 0 : a.momentum;
  for (size_t i = begin; i < end; i++) {
    const float gradient = g[i] * a.scale + a.decay * w[i];
    buffer[i] = (a.first ? 0 : keep * buffer[i]) + gradient;
    w[i] -= a.rate * (a.nesterov ? gradient + a.momentum * buffer[i] : buffer[i]);
  }
}
void ez_sgd(float *w, const float *g, float *momentum_buffer, size_t n, float learning_rate,
            float momentum, float weight_decay, int nesterov, int first, float scale) {
  ez_sgd_work work = {w,     momentum_buffer, g,        learning_rate, momentum, weight_decay,
                      scale, nesterov,        first};
  ez_parallel(n, EZ_ELEMENTS, sgd_body, &work);
}
