// Matrix products with packed weights in AVX-512: what pointwise and Winograd convolutions share.
#ifndef ENCODERZOO_PRODUCT_H
#define ENCODERZOO_PRODUCT_H

#include <stddef.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define EZ_AVX512 __attribute__((target("avx512f")))

// A product's tile: 14 rows by 32 columns are 28 registers of sums, two of weights, one of a row.
enum { EZ_TILE_ROWS = 14 };

// What happens to a tile before it is stored.
typedef struct {
  const float *bias; // [columns], or NULL
  const float *add;  // laid out as the result, or NULL
  int relu;
} ez_finish;

// c[rows, columns] = a[rows, depth] * weights, finished; weights are packed as panels of 32 columns,
// [panel][depth][32], zero beyond the last column. Strides are in floats. Each element is summed in
// the order of depth, however the rows are cut.
void ez_multiply_packed(const float *a, size_t a_stride, size_t rows, size_t depth,
                        const float *weights, size_t columns, const ez_finish *finish, float *c,
                        size_t c_stride);
#endif

#endif
