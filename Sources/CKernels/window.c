#include "fused.h"

#include "parallel.h"

#include <string.h>

typedef struct {
  const float *x;
  float *out;
  const ez_window *w;
} ez_pool;

static void im2col_body(void *context, size_t begin, size_t end) {
  const ez_pool *p = context;
  const ez_window *w = p->w;
  const size_t row = w->kernel_width * w->channels, column = w->kernel_height * row;
  for (size_t oy = begin; oy < end; oy++)
    for (size_t ox = 0; ox < w->out_width; ox++) {
      float *out = p->out + (oy * w->out_width + ox) * column;
      for (size_t ky = 0; ky < w->kernel_height; ky++, out += row) {
        const long y = (long)(oy * w->stride + ky * w->dilation) - (long)w->padding;
        if (y < 0 || y >= (long)w->height) {
          memset(out, 0, row * sizeof(float));
          continue;
        }
        for (size_t kx = 0; kx < w->kernel_width; kx++) {
          const long x = (long)(ox * w->stride + kx * w->dilation) - (long)w->padding_left;
          if (x < 0 || x >= (long)w->width)
            memset(out + kx * w->channels, 0, w->channels * sizeof(float));
          else
            memcpy(out + kx * w->channels, p->x + ((size_t)y * w->width + (size_t)x) * w->channels,
                   w->channels * sizeof(float));
        }
      }
    }
}
void ez_im2col(const float *x, const ez_window *w, float *columns) {
  ez_pool p = {x, columns, w};
  ez_parallel(w->out_height, 1, im2col_body, &p);
}

// Rows of the image are owned by one thread each, so windows that overlap never race.
static void col2im_body(void *context, size_t begin, size_t end) {
  const ez_pool *p = context;
  const ez_window *w = p->w;
  const size_t row = w->kernel_width * w->channels, column = w->kernel_height * row;
  for (size_t y = begin; y < end; y++) {
    memset(p->out + y * w->width * w->channels, 0, w->width * w->channels * sizeof(float));
    for (size_t ky = 0; ky < w->kernel_height; ky++) {
      const long top = (long)(y + w->padding) - (long)(ky * w->dilation);
      if (top < 0 || top % (long)w->stride != 0 || top / (long)w->stride >= (long)w->out_height)
        continue;
      const size_t oy = (size_t)top / w->stride;
      for (size_t ox = 0; ox < w->out_width; ox++) {
        const float *in = p->x + (oy * w->out_width + ox) * column + ky * row;
        for (size_t kx = 0; kx < w->kernel_width; kx++) {
          const long x = (long)(ox * w->stride + kx * w->dilation) - (long)w->padding_left;
          if (x < 0 || x >= (long)w->width) continue;
          float *out = p->out + (y * w->width + (size_t)x) * w->channels;
          for (size_t c = 0; c < w->channels; c++) out[c] += in[kx * w->channels + c];
        }
      }
    }
  }
}
void ez_col2im(const float *columns, const ez_window *w, float *x) {
  ez_pool p = {columns, x, w};
  ez_parallel(w->height, 1, col2im_body, &p);
}

// The part of a window that lies inside the image.
static inline void clip(const ez_window *w, size_t oy, size_t ox, size_t *y0, size_t *y1,
                        size_t *x0, size_t *x1) {
  const size_t top = oy * w->stride, left = ox * w->stride;
  const size_t p = w->padding, q = w->padding_left;
  *y0 = top > p ? top - p : 0, *x0 = left > q ? left - q : 0;
  *y1 = top + w->kernel_height > p ? top + w->kernel_height - p : 0;
  *x1 = left + w->kernel_width > q ? left + w->kernel_width - q : 0;
  if (*y1 > w->height) *y1 = w->height;
  if (*x1 > w->width) *x1 = w->width;
}

// A NaN wins, so that it stays one.
#define EZ_MAX_POOL(name, type)                                                                    \
  typedef struct {                                                                                 \
    const type *x;                                                                                 \
    type *out;                                                                                     \
    int32_t *where;                                                                                \
    const ez_window *w;                                                                            \
  } name##_work;                                                                                   \
  EZ_CLONES static void name##_body(void *context, size_t begin, size_t end) {                     \
    const name##_work *p = context;                                                                \
    const ez_window *w = p->w;                                                                     \
    for (size_t line = begin; line < end; line++) {                                                \
      const size_t b = line / w->out_height, oy = line % w->out_height;                            \
      const type *image = p->x + b * w->height * w->width * w->channels;                           \
      for (size_t ox = 0; ox < w->out_width; ox++) {                                               \
        const size_t at = (line * w->out_width + ox) * w->channels;                                \
        type *restrict out = p->out + at;                                                          \
        size_t y0, y1, x0, x1;                                                                     \
        clip(w, oy, ox, &y0, &y1, &x0, &x1);                                                       \
        for (size_t c = 0; c < w->channels; c++) out[c] = -__builtin_inff();                       \
        for (size_t y = y0; y < y1; y++)                                                           \
          for (size_t x = x0; x < x1; x++) {                                                       \
            const type *restrict in = image + (y * w->width + x) * w->channels;                    \
            const int32_t here = (int32_t)(y * w->width + x);                                      \
            if (p->where) {                                                                        \
              int32_t *restrict where = p->where + at;                                             \
              for (size_t c = 0; c < w->channels; c++) {                                           \
                const int better = in[c] > out[c] || in[c] != in[c];                               \
                out[c] = better ? in[c] : out[c];                                                  \
                where[c] = better ? here : where[c];                                               \
              }                                                                                    \
            } else                                                                                 \
              for (size_t c = 0; c < w->channels; c++) {                                           \
                const int better = in[c] > out[c] || in[c] != in[c];                               \
                out[c] = better ? in[c] : out[c];                                                  \
              }                                                                                    \
          }                                                                                        \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  void ez_##name(const type *x, const ez_window *w, type *out, int32_t *where) {                   \
    if (where)                                                                                     \
      memset(where, 0, w->batch * w->out_height * w->out_width * w->channels * sizeof(int32_t));   \
    name##_work p = {x, out, where, w};                                                            \
    ez_parallel(w->batch * w->out_height, 1, name##_body, &p);                                     \
  }
EZ_MAX_POOL(max_pool, float)
EZ_MAX_POOL(max_pool_double, double)

typedef struct {
  const float *dy;
  const int32_t *where;
  const ez_window *w;
  float *dx;
} ez_unpool;

static void max_pool_gradient_body(void *context, size_t begin, size_t end) {
  const ez_unpool *p = context;
  const ez_window *w = p->w;
  const size_t image = w->height * w->width * w->channels;
  const size_t positions = w->out_height * w->out_width;
  for (size_t b = begin; b < end; b++) {
    float *dx = p->dx + b * image;
    memset(dx, 0, image * sizeof(float));
    for (size_t i = b * positions; i < (b + 1) * positions; i++)
      for (size_t c = 0; c < w->channels; c++)
        dx[(size_t)p->where[i * w->channels + c] * w->channels + c] += p->dy[i * w->channels + c];
  }
}
void ez_max_pool_gradient(const float *dy, const int32_t *where, const ez_window *w, float *dx) {
  ez_unpool p = {dy, where, w, dx};
  ez_parallel(w->batch, 1, max_pool_gradient_body, &p);
}

// The divisor is the whole kernel (count_include_pad), as in torch.nn.AvgPool2d.
#define EZ_AVERAGE_POOL(name, type)                                                                \
  typedef struct {                                                                                 \
    const type *x;                                                                                 \
    type *out;                                                                                     \
    const ez_window *w;                                                                            \
  } name##_work;                                                                                   \
  EZ_CLONES static void name##_body(void *context, size_t begin, size_t end) {                     \
    const name##_work *p = context;                                                                \
    const ez_window *w = p->w;                                                                     \
    const type factor = (type)1 / (type)(w->kernel_height * w->kernel_width);                      \
    for (size_t line = begin; line < end; line++) {                                                \
      const size_t b = line / w->out_height, oy = line % w->out_height;                            \
      const type *image = p->x + b * w->height * w->width * w->channels;                           \
      for (size_t ox = 0; ox < w->out_width; ox++) {                                               \
        type *out = p->out + (line * w->out_width + ox) * w->channels;                             \
        size_t y0, y1, x0, x1;                                                                     \
        clip(w, oy, ox, &y0, &y1, &x0, &x1);                                                       \
        memset(out, 0, w->channels * sizeof(type));                                                \
        for (size_t y = y0; y < y1; y++)                                                           \
          for (size_t x = x0; x < x1; x++) {                                                       \
            const type *in = image + (y * w->width + x) * w->channels;                             \
            for (size_t c = 0; c < w->channels; c++) out[c] += in[c];                              \
          }                                                                                        \
        for (size_t c = 0; c < w->channels; c++) out[c] *= factor;                                 \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  void ez_##name(const type *x, const ez_window *w, type *out) {                                   \
    name##_work p = {x, out, w};                                                                   \
    ez_parallel(w->batch * w->out_height, 1, name##_body, &p);                                     \
  }
EZ_AVERAGE_POOL(average_pool, float)
EZ_AVERAGE_POOL(average_pool_double, double)

static void average_pool_gradient_body(void *context, size_t begin, size_t end) {
  const ez_pool *p = context;
  const ez_window *w = p->w;
  const float factor = 1.0f / (float)(w->kernel_height * w->kernel_width);
  const size_t size = w->height * w->width * w->channels;
  for (size_t b = begin; b < end; b++) {
    float *image = p->out + b * size;
    memset(image, 0, size * sizeof(float));
    for (size_t oy = 0; oy < w->out_height; oy++)
      for (size_t ox = 0; ox < w->out_width; ox++) {
        const float *dy = p->x + ((b * w->out_height + oy) * w->out_width + ox) * w->channels;
        size_t y0, y1, x0, x1;
        clip(w, oy, ox, &y0, &y1, &x0, &x1);
        for (size_t y = y0; y < y1; y++)
          for (size_t x = x0; x < x1; x++) {
            float *out = image + (y * w->width + x) * w->channels;
            for (size_t c = 0; c < w->channels; c++) out[c] += dy[c] * factor;
          }
      }
  }
}
void ez_average_pool_gradient(const float *dy, const ez_window *w, float *dx) {
  ez_pool p = {dy, dx, w};
  ez_parallel(w->batch, 1, average_pool_gradient_body, &p);
}

typedef struct {
  const ez_part *parts;
  size_t part_count, height, width, channels;
  const float *scale, *shift;
  float *out;
} ez_halving;

// Lines of results of all images; odd last lines and columns of input are passed over.
EZ_CLONES static void halving_body(void *context, size_t begin, size_t end) {
  const ez_halving w = *(const ez_halving *)context;
  const size_t down = w.height / 2, across = w.width / 2;
  for (size_t line = begin; line < end; line++) {
    const size_t first = (line / down * w.height + line % down * 2) * w.width;
    size_t offset = 0;
    for (size_t p = 0; p < w.part_count; p++) {
      const size_t c = w.parts[p].channels;
      const float *restrict scale = w.scale + offset, *restrict shift = w.shift + offset;
      for (size_t i = 0; i < across; i++) {
        const float *restrict a = w.parts[p].values + (first + 2 * i) * c, *restrict b = a + c;
        const float *restrict d = a + w.width * c, *restrict e = d + c;
        float *restrict out = w.out + (line * across + i) * w.channels + offset;
        for (size_t j = 0; j < c; j++) {
          const float s = scale[j], t = shift[j];
          const float k = a[j] * s + t, l = b[j] * s + t, m = d[j] * s + t, n = e[j] * s + t;
          // Written so that a NaN stays one.
          out[j] = ((k < 0 ? 0 : k) + (l < 0 ? 0 : l) + (m < 0 ? 0 : m) + (n < 0 ? 0 : n)) * 0.25f;
        }
      }
      offset += c;
    }
  }
}

void ez_normalised_halves(const ez_source *s, size_t batch, size_t height, size_t width, float *out) {
  ez_halving w = {s->parts, s->part_count, height, width, 0, s->scale, s->shift, out};
  for (size_t p = 0; p < s->part_count; p++) w.channels += s->parts[p].channels;
  ez_parallel(batch * (height / 2), 1, halving_body, &w);
}
