// Matrix products with packed weights in AVX-512 or AVX2: what pointwise and Winograd convolutions share.
#ifndef ENCODERZOO_PRODUCT_H
#define ENCODERZOO_PRODUCT_H

#include "CKernels.h"
#include "CKernelsLayers.h"

// What a result is clipped to.
enum { EZ_RELU6 = 2 };
static inline float ez_least(int relu) { return relu ? 0 : -__builtin_inff(); }
static inline float ez_most(int relu) { return relu == EZ_RELU6 ? 6 : __builtin_inff(); }
// ReLU6 is done to sums before they are stored, instead of as a function behind.
static inline void ez_clip_at_6(int *relu, int *function) {
  if (*function == ez_relu6 + 1 && !*relu) *relu = EZ_RELU6, *function = 0;
}

#if defined(__x86_64__)
#include <immintrin.h>

// What happens to a tile before it is stored.
typedef struct {
  const float *bias; // [columns], or NULL
  const float *add;  // laid out as the result, or NULL
  int relu;          // 1, or EZ_RELU6
  int prefetches; // whether results lie beyond the second cache, and are prefetched while the tile before is summed
  int past_cache; // whether whole tiles are written past the cache, where each row's begins a line of memory
} ez_finish;

// The finish of results that lie beyond the second cache, and the function that is left to be applied behind it.
static inline ez_finish ez_finish_of(const ez_epilogue *epilogue, int *function) {
  ez_finish finish = {epilogue->bias, epilogue->add, epilogue->relu, 1, 0};
  *function = epilogue->function;
  ez_clip_at_6(&finish.relu, function);
  return finish;
}

// What is prefetched from beyond the second cache while sums are made.
typedef struct {
  int weights;         // each panel, while the one before is multiplied
  const float *after;  // the panel after the last, or NULL
  const float *values; // some more numbers
  size_t count;
} ez_prefetch;

// Bytes that eight steps of a product prefetch.
enum { EZ_PREFETCHED = 256 };

// Whether products read one factor from memory themselves, which saves instructions, or load it once for two, which saves
// reads: which is faster is the processor's, up to a factor of two (the second on Ice Lake). Both give the same bits.
extern int ez_reads_factors;
// Tries both once, in a quarter of a millisecond, unless that was done; before the loops of all threads.
void ez_settle_products(void);

// c[rows, columns] = a[rows, depth] * weights, finished; weights are packed as panels of two vectors'
// columns, [panel][depth][2 * lanes], zero beyond the last column. Strides are in floats. Each element
// is summed in the order of depth, however the rows are cut.
void ez_multiply_packed_16(const float *a, size_t a_stride, size_t rows, size_t depth,
                           const float *weights, size_t columns, const ez_finish *finish,
                           const ez_prefetch *prefetch, float *c, size_t c_stride);
void ez_multiply_packed_8(const float *a, size_t a_stride, size_t rows, size_t depth,
                          const float *weights, size_t columns, const ez_finish *finish,
                          const ez_prefetch *prefetch, float *c, size_t c_stride);
// The place in all maps that a result's place of a 1x1 convolution reads.
static inline size_t ez_place_of(const ez_window *g, size_t result) {
  const size_t x = result % g->out_width, y = result / g->out_width % g->out_height;
  return (result / (g->out_width * g->out_height) * g->height + y * g->stride) * g->width + x * g->stride;
}

#endif

#endif
