// Internal: chunked loops over libgomp's team, and the attribute for one function in three widths.
#ifndef ENCODERZOO_PARALLEL_H
#define ENCODERZOO_PARALLEL_H

#include "CKernels.h"

#if defined(__x86_64__)
#define EZ_CLONES                                                                                  \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EZ_CLONES
#endif

// Bytes of a core's second cache; 0 where the system does not say.
size_t ez_second_cache(void);

// A chunk of element-wise work: 64 KiB of floats stays in the second-level cache.
#define EZ_ELEMENTS ((size_t)16384)

// Bytes of a result that the shared cache keeps for who reads it next.
#define EZ_KEPT ((size_t)8 << 20)

// Channels whose sums over places stay in registers.
#define EZ_GROUP ((size_t)64)
static inline size_t ez_groups(size_t channels) { return (channels + EZ_GROUP - 1) / EZ_GROUP; }

// The first row of one of some pieces, among which tiles of rows are divided as evenly as can be.
static inline size_t ez_piece_row(size_t rows, size_t tile, size_t piece, size_t pieces) {
  const size_t row = (rows + tile - 1) / tile * piece / pieces * tile;
  return row < rows ? row : rows;
}

static inline size_t ez_rows_per_chunk(size_t channels) {
  size_t rows = EZ_ELEMENTS / (channels ? channels : 1);
  return rows < 1 ? 1 : rows;
}

#endif
