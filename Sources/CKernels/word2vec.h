// Internal: the state of a word vector trainer.
#ifndef ENCODERZOO_WORD2VEC_H
#define ENCODERZOO_WORD2VEC_H

#include <stdatomic.h>

#include "CKernelsWord2Vec.h"

typedef float v16 __attribute__((vector_size(64)));
typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

enum {
  LANES = 16,         // floats of a vector of columns
  PAD = 8,            // rows of products and factors are whole vectors of 8
  GROUP = 16,         // centre words whose scalar products are computed before any update
  SLICE_VECTORS = 5,  // columns of a slice, about
  MAX_SLICES = 4,
  MAX_OUTPUTS = 6,    // output rows held in registers
  MAX_CONTEXTS = 4,   // input rows held in registers
  LINE = 64,
  BLOCK = 16384,      // tokens prepared at a time
  SPINS = 4000,       // some 50 microseconds: longer than any wait for a thread that runs
  PATIENCE = 1000000, // nanoseconds a block may wait beyond that before its team is disbanded
  TRIAL = 16,         // every how many blocks the slower way of working is tried again
};

// A centre word: the slots [first, last) of its window, itself among them, and how many output
// rows it has.
typedef struct {
  int32_t first, last, outputs;
  size_t position;    // in the corpus
} job;

typedef struct {
  _Alignas(LINE) atomic_size_t arrived;
} flag;

struct ez_word_trainer {
  ez_words words;
  size_t stride, slices, slice_start[MAX_SLICES + 1];  // slices in vectors
  size_t lanes, band;          // of a row of factors: the outputs, padded; of dot_band
  size_t most_products, most_factors;  // floats of a group
  int threads;
  float *inputs, *outputs, *hidden, *products, *sums, *factors;
  job *jobs;            // [BLOCK]
  int32_t *kept;        // [BLOCK] words left by subsampling, a piece's from its own start on
  int32_t *row;         // [BLOCK, lanes] centre word first, then distinct negatives
  float *times;         // [BLOCK, lanes] how often that row was drawn, 0 beyond the last
  int32_t *piece_kept;  // [BLOCK] words left of each piece
  flag *flags;          // [threads]
  // The running call.
  size_t epoch, first, last;
  atomic_size_t next_piece, last_round;
  // Where other programs hold the cores, or two threads share one, a team that waits for each other
  // at every group can be slower than one thread alone. The result doesn't depend on who works, so
  // the faster way is taken, and a team may be given up in the middle of a block.
  double cost[2];              // nanoseconds a token, alone and as a team; 0 before the first block
  size_t blocks;
};

// Subsampling, windows and negatives of one piece, into the slots from `slot` on.
void ez_words_prepare(ez_word_trainer *t, size_t piece, size_t slot);

#endif
