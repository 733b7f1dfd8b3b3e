// Sums over places of the products of two rows, in one width; see lanes.h.
#include "lanes.h"

// sums[rows, 2 * EZ_LANES] += of places: dy[place, row] * x[place, column].
static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(outer)(const int rows, const int from_memory, size_t places, const float *x, size_t x_stride, const float *dy,
               size_t dy_stride, float *sums, size_t stride) {
  ez_vector sum[EZ_TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    sum[i][0] = v_load(sums + (size_t)i * stride);
    sum[i][1] = v_load(sums + (size_t)i * stride + EZ_LANES);
  }
  for (size_t p = 0; p < places; p++, x += x_stride, dy += dy_stride) {
    const ez_vector left = v_load(x), right = v_load(x + EZ_LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      if (from_memory) {
        v_fmadd_from(sum[i][0], left, dy + i);
        v_fmadd_from(sum[i][1], right, dy + i);
      } else {
        const ez_vector slope = v_set1(dy[i]);
        sum[i][0] = v_fmadd(slope, left, sum[i][0]);
        sum[i][1] = v_fmadd(slope, right, sum[i][1]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    v_store(sums + (size_t)i * stride, sum[i][0]);
    v_store(sums + (size_t)i * stride + EZ_LANES, sum[i][1]);
  }
}

static EZ_TARGET void EZ_WIDE(any_outer)(size_t rows, size_t places, const float *x, size_t x_stride,
                                         const float *dy, size_t dy_stride, float *sums, size_t stride) {
#define EZ_CASE(n) \
  case n: EZ_WIDE(outer)(n, 0, places, x, x_stride, dy, dy_stride, sums, stride); break;
  switch (rows) {
    EZ_CASE(1)
    EZ_CASE(2)
    EZ_CASE(3)
    EZ_CASE(4)
    EZ_CASE(5)
#if EZ_TILE_ROWS > 6
    EZ_CASE(6)
    EZ_CASE(7)
    EZ_CASE(8)
    EZ_CASE(9)
    EZ_CASE(10)
    EZ_CASE(11)
#endif
  default:
    if (ez_reads_factors) EZ_WIDE(outer)(EZ_TILE_ROWS, 1, places, x, x_stride, dy, dy_stride, sums, stride);
    else EZ_WIDE(outer)(EZ_TILE_ROWS, 0, places, x, x_stride, dy, dy_stride, sums, stride);
  }
#undef EZ_CASE
}
