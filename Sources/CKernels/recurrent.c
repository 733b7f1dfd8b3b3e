#include "fused.h"

#include "functions.h"
#include "CKernelsLayers.h"
#include "parallel.h"

typedef struct {
  float *gates, *c, *h;
  const float *gates_in, *hidden, *before, *c_in, *dh;
  float *dc, *dgates, *dhidden;
  size_t width;
} ez_recurrent;

EZ_CLONES static void lstm_body(void *context, size_t begin, size_t end) {
  const ez_recurrent p = *(const ez_recurrent *)context;
  const size_t w = p.width;
  for (size_t row = begin; row < end; row++) {
    float *restrict i = p.gates + row * 4 * w, *restrict f = i + w, *restrict g = f + w;
    float *restrict o = g + w, *restrict c = p.c + row * w, *restrict h = p.h + row * w;
    const float *before = p.before ? p.before + row * w : NULL;
    for (size_t k = 0; k < w; k++) {
      i[k] = ez_sigmoid_of(i[k]), f[k] = ez_sigmoid_of(f[k]);
      g[k] = ez_tanh_of(g[k]), o[k] = ez_sigmoid_of(o[k]);
      c[k] = i[k] * g[k] + (before ? f[k] * before[k] : 0);
      h[k] = o[k] * ez_tanh_of(c[k]);
    }
  }
}
void ez_lstm_step(float *gates, const float *before, size_t n, size_t width, float *c, float *h) {
  ez_recurrent p = {.gates = gates, .before = before, .c = c, .h = h, .width = width};
  ez_parallel(n, ez_rows_per_chunk(4 * width), lstm_body, &p);
}

EZ_CLONES static void lstm_gradient_body(void *context, size_t begin, size_t end) {
  const ez_recurrent p = *(const ez_recurrent *)context;
  const size_t w = p.width;
  for (size_t row = begin; row < end; row++) {
    const float *i = p.gates_in + row * 4 * w, *f = i + w, *g = f + w, *o = g + w;
    const float *c = p.c_in + row * w, *dh = p.dh + row * w;
    const float *before = p.before ? p.before + row * w : NULL;
    float *restrict di = p.dgates + row * 4 * w, *restrict df = di + w, *restrict dg = df + w;
    float *restrict d_o = dg + w, *restrict dc = p.dc + row * w;
    for (size_t k = 0; k < w; k++) {
      const float t = ez_tanh_of(c[k]);
      const float cell = dc[k] + dh[k] * o[k] * (1 - t * t);
      di[k] = cell * g[k] * i[k] * (1 - i[k]);
      df[k] = before ? cell * before[k] * f[k] * (1 - f[k]) : 0;
      dg[k] = cell * i[k] * (1 - g[k] * g[k]);
      d_o[k] = dh[k] * t * o[k] * (1 - o[k]);
      dc[k] = cell * f[k];
    }
  }
}
void ez_lstm_step_gradient(const float *gates, const float *before, const float *c,
                           const float *dh, float *dc, size_t n, size_t width, float *dgates) {
  ez_recurrent p = {.gates_in = gates, .before = before, .c_in = c,        .dh = dh,
                    .dc = dc,          .width = width,   .dgates = dgates};
  ez_parallel(n, ez_rows_per_chunk(4 * width), lstm_gradient_body, &p);
}

EZ_CLONES static void gru_body(void *context, size_t begin, size_t end) {
  const ez_recurrent p = *(const ez_recurrent *)context;
  const size_t w = p.width;
  for (size_t row = begin; row < end; row++) {
    float *restrict r = p.gates + row * 3 * w, *restrict z = r + w, *restrict n = z + w;
    const float *u = p.hidden + row * 3 * w;
    const float *before = p.before ? p.before + row * w : NULL;
    float *restrict h = p.h + row * w;
    for (size_t k = 0; k < w; k++) {
      r[k] = ez_sigmoid_of(r[k] + u[k]), z[k] = ez_sigmoid_of(z[k] + u[w + k]);
      n[k] = ez_tanh_of(n[k] + r[k] * u[2 * w + k]);
      h[k] = (1 - z[k]) * n[k] + (before ? z[k] * before[k] : 0);
    }
  }
}
void ez_gru_step(float *gates, const float *hidden, const float *before, size_t n, size_t width,
                 float *h) {
  ez_recurrent p = {
      .gates = gates, .hidden = hidden, .before = before, .h = h, .width = width};
  ez_parallel(n, ez_rows_per_chunk(3 * width), gru_body, &p);
}

EZ_CLONES static void gru_gradient_body(void *context, size_t begin, size_t end) {
  const ez_recurrent p = *(const ez_recurrent *)context;
  const size_t w = p.width;
  for (size_t row = begin; row < end; row++) {
    const float *r = p.gates_in + row * 3 * w, *z = r + w, *n = z + w;
    const float *u = p.hidden + row * 3 * w;
    const float *before = p.before ? p.before + row * w : NULL;
    float *restrict dh = p.dc + row * w, *restrict d = p.dgates + row * 3 * w;
    float *restrict du = p.dhidden + row * 3 * w;
    for (size_t k = 0; k < w; k++) {
      const float dn = dh[k] * (1 - z[k]) * (1 - n[k] * n[k]);
      const float dr = dn * u[2 * w + k] * r[k] * (1 - r[k]);
      const float dz = dh[k] * ((before ? before[k] : 0) - n[k]) * z[k] * (1 - z[k]);
      d[k] = dr, d[w + k] = dz, d[2 * w + k] = dn;
      du[k] = dr, du[w + k] = dz, du[2 * w + k] = dn * r[k];
      dh[k] *= z[k];
    }
  }
}
void ez_gru_step_gradient(const float *gates, const float *hidden, const float *before, float *dh,
                          size_t n, size_t width, float *dgates, float *dhidden) {
  ez_recurrent p = {.gates_in = gates, .hidden = hidden,   .before = before, .dc = dh,
                    .width = width,    .dgates = dgates, .dhidden = dhidden};
  ez_parallel(n, ez_rows_per_chunk(3 * width), gru_gradient_body, &p);
}
