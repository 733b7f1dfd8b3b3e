#include "fused.h"

#include "functions.h"
#include "CKernelsLayers.h"
#include "parallel.h"

typedef struct {
  const float *x, *dy, *scale, *shift;
  const float *mean_in, *inverse_in;
  const int32_t *used;
  float *out, *mean, *inverse, *scaled;
  size_t rows, width, block;
  float factor;
} ez_rows;

// Mean and deviation are summed in sixteen lanes and in double precision across them.
EZ_CLONES static void layer_norm_body(void *context, size_t begin, size_t end) {
  const ez_rows p = *(const ez_rows *)context;
  const size_t width = p.width;
  for (size_t row = begin; row < end; row++) {
    const float *restrict x = p.x + row * width;
    float *restrict out = p.out + row * width;
    float lanes[16] = {0};
    size_t i = 0;
    for (; i + 16 <= width; i += 16)
      for (size_t j = 0; j < 16; j++) lanes[j] += x[i + j];
    double sum = 0;
    for (size_t j = 0; j < 16; j++) sum += lanes[j];
    for (; i < width; i++) sum += x[i];
    const float mean = (float)(sum / (double)width);
    float squares[16] = {0};
    for (i = 0; i + 16 <= width; i += 16)
      for (size_t j = 0; j < 16; j++) squares[j] += (x[i + j] - mean) * (x[i + j] - mean);
    double variance = 0;
    for (size_t j = 0; j < 16; j++) variance += squares[j];
    for (; i < width; i++) variance += (double)(x[i] - mean) * (x[i] - mean);
    const float inverse = (float)(1 / __builtin_sqrt(variance / (double)width + p.factor));
    for (i = 0; i < width; i++) out[i] = (x[i] - mean) * inverse * p.scale[i] + p.shift[i];
    p.mean[row] = mean, p.inverse[row] = inverse;
  }
}
void ez_layer_norm(const float *x, size_t rows, size_t width, float epsilon, const float *scale,
                   const float *shift, float *out, float *mean, float *inverse) {
  ez_rows p = {.x = x,         .scale = scale,     .shift = shift, .out = out,
               .mean = mean,   .inverse = inverse, .rows = rows,   .width = width,
               .factor = epsilon};
  ez_parallel(rows, ez_rows_per_chunk(width), layer_norm_body, &p);
}

// dx = inverse (g - mean(g) - n mean(g n)), g = dy * scale, n the normalised row.
EZ_CLONES static void layer_norm_gradient_body(void *context, size_t begin, size_t end) {
  const ez_rows p = *(const ez_rows *)context;
  const size_t width = p.width;
  for (size_t row = begin; row < end; row++) {
    const float *restrict x = p.x + row * width, *restrict dy = p.dy + row * width;
    float *restrict dx = p.out + row * width, *restrict scaled = p.scaled + row * width;
    const float mean = p.mean_in[row], inverse = p.inverse_in[row];
    double sum = 0, product = 0;
    for (size_t i = 0; i < width; i++) {
      const float normal = (x[i] - mean) * inverse, g = dy[i] * p.scale[i];
      sum += g, product += (double)g * normal;
      scaled[i] = dy[i] * normal;
    }
    const float a = (float)(sum / (double)width), b = (float)(product / (double)width);
    for (size_t i = 0; i < width; i++)
      dx[i] = inverse * (dy[i] * p.scale[i] - a - (x[i] - mean) * inverse * b);
  }
}
void ez_layer_norm_gradient(const float *x, const float *dy, size_t rows, size_t width,
                            const float *scale, const float *mean, const float *inverse, float *dx,
                            float *scaled) {
  ez_rows p = {.x = x,          .dy = dy,   .scale = scale, .mean_in = mean, .inverse_in = inverse,
               .out = dx, .scaled = scaled, .rows = rows,   .width = width};
  ez_parallel(rows, ez_rows_per_chunk(width), layer_norm_gradient_body, &p);
}

EZ_CLONES static void softmax_body(void *context, size_t begin, size_t end) {
  const ez_rows p = *(const ez_rows *)context;
  for (size_t row = begin; row < end; row++) {
    float *restrict x = p.out + row * p.width;
    const size_t used = (size_t)p.used[row / p.block];
    float largest = -__builtin_inff();
    for (size_t i = 0; i < used; i++) largest = x[i] > largest || x[i] != x[i] ? x[i] : largest;
    double sum = 0;
    for (size_t i = 0; i < used; i++) x[i] = ez_exp((x[i] - largest) * p.factor);
    for (size_t i = 0; i < used; i++) sum += x[i];
    const float share = (float)(1 / sum);
    for (size_t i = 0; i < used; i++) x[i] *= share;
    for (size_t i = used; i < p.width; i++) x[i] = 0;
  }
}
void ez_softmax(float *x, size_t rows, size_t width, float factor, const int32_t *used,
                size_t block) {
  ez_rows p = {
      .out = x, .rows = rows, .width = width, .factor = factor, .used = used, .block = block};
  ez_parallel(rows, ez_rows_per_chunk(width), softmax_body, &p);
}

EZ_CLONES static void softmax_gradient_body(void *context, size_t begin, size_t end) {
  const ez_rows q = *(const ez_rows *)context;
  for (size_t row = begin; row < end; row++) {
    const float *restrict p = q.x + row * q.width;
    float *restrict dp = q.out + row * q.width;
    double sum = 0;
    for (size_t i = 0; i < q.width; i++) sum += (double)p[i] * dp[i];
    const float mean = (float)sum;
    for (size_t i = 0; i < q.width; i++) dp[i] = q.factor * p[i] * (dp[i] - mean);
  }
}
void ez_softmax_gradient(const float *p, float *dp, size_t rows, size_t width, float factor) {
  ez_rows q = {.x = p, .out = dp, .rows = rows, .width = width, .factor = factor};
  ez_parallel(rows, ez_rows_per_chunk(width), softmax_gradient_body, &q);
}

// `rows` are the positions of a sample here, `width` its channels.
EZ_CLONES static void gate_body(void *context, size_t begin, size_t end) {
  const ez_rows p = *(const ez_rows *)context;
  for (size_t row = begin; row < end; row++) {
    const float *restrict x = p.x + row * p.width;
    const float *restrict gate = p.scale + row / p.rows * p.width;
    float *restrict out = p.out + row * p.width;
    for (size_t c = 0; c < p.width; c++) out[c] = x[c] * gate[c];
  }
}
void ez_gate(const float *x, const float *gate, size_t batch, size_t positions, size_t channels,
             float *out) {
  ez_rows p = {.x = x, .scale = gate, .out = out, .rows = positions, .width = channels};
  ez_parallel(batch * positions, ez_rows_per_chunk(channels), gate_body, &p);
}

// A sample's sums in a group of channels, which stay in registers, are one thread's.
EZ_CLONES static void gate_gradient_body(void *context, size_t begin, size_t end) {
  const ez_rows p = *(const ez_rows *)context;
  const size_t groups = ez_groups(p.width);
  for (size_t i = begin; i < end; i++) {
    const size_t b = i / groups, first = i % groups * EZ_GROUP;
    const size_t n = p.width - first < EZ_GROUP ? p.width - first : EZ_GROUP;
    const size_t start = b * p.rows * p.width + first;
    const float *x = p.x + start, *dy = p.dy + start;
    float sum[EZ_GROUP] = {0};
    for (size_t r = 0; r < p.rows; r++, x += p.width, dy += p.width)
      if (n == EZ_GROUP)
        for (size_t c = 0; c < EZ_GROUP; c++) sum[c] += x[c] * dy[c];
      else
        for (size_t c = 0; c < n; c++) sum[c] += x[c] * dy[c];
    for (size_t c = 0; c < n; c++) p.out[b * p.width + first + c] = sum[c];
  }
}
void ez_gate_gradient(const float *x, const float *dy, size_t batch, size_t positions,
                      size_t channels, float *dgate) {
  ez_rows p = {.x = x, .dy = dy, .out = dgate, .rows = positions, .width = channels};
  ez_parallel(batch * ez_groups(channels), 1, gate_gradient_body, &p);
}
