// Training of word vectors: skip-gram and CBOW with negative sampling (Mikolov et al. 2013,
// https://arxiv.org/abs/1301.3781, https://arxiv.org/abs/1310.4546).
//
// A centre word, the words around it and its negatives are one small matrix product, the negatives
// shared by the window (Ji et al. 2016, https://arxiv.org/abs/1604.04661). Threads own columns, not
// words: every thread sees every centre word in the same order, computes the part of the scalar
// products that lies in its columns, and updates only these. The parts of a few centre words are
// exchanged at a time and added in the order of fixed column slices, so the result is the same to
// the last bit whatever the thread count, and no row ever moves between two cores' caches.
#ifndef ENCODERZOO_CKERNELS_WORD2VEC_H
#define ENCODERZOO_CKERNELS_WORD2VEC_H

#include <stddef.h>
#include <stdint.h>

// One cell of an alias table (Walker 1977): a number below the threshold means the cell's own word,
// another that of the cell `other`.
typedef struct {
  uint32_t threshold;
  int32_t other;
} ez_alias_cell;

typedef struct {
  uint64_t key;                         // of the random numbers
  size_t dimension;                     // columns in use
  size_t rows;                          // of the vocabulary; rows 0 and 1 are not words
  size_t window;                        // at most; each centre word draws 1...window
  size_t negatives;                     // drawn for each centre word
  size_t epochs;
  float first_rate, last_rate;          // learning rate, linear in the tokens seen
  int cbow;                             // else skip-gram
  int racing;                           // threads share rows without order: not reproducible
  const int32_t *_Nonnull tokens;       // the corpus, all pieces after each other
  size_t token_count;
  const size_t *_Nonnull starts;        // piece_count + 1 offsets into tokens
  size_t piece_count;
  const uint32_t *_Nonnull keep;        // [rows] a token stays if its random number is <= this
  const ez_alias_cell *_Nonnull noise;  // [rows - 2] table the negatives are drawn from
} ez_words;

// Vectors and workspace; NULL when memory is short. The arrays of `words` must outlive it.
typedef struct ez_word_trainer ez_word_trainer;
ez_word_trainer *_Nullable ez_words_create(const ez_words *_Nonnull words, int threads);
void ez_words_destroy(ez_word_trainer *_Nonnull trainer);

// A row is `ez_words_stride` floats: the dimension rounded up to whole vectors, the rest zero.
size_t ez_words_stride(size_t dimension);
float *_Nonnull ez_words_inputs(ez_word_trainer *_Nonnull trainer);
float *_Nonnull ez_words_outputs(ez_word_trainer *_Nonnull trainer);

// A row of starting values, uniform in (-1, 1) / dimension, a function of the key and row alone.
void ez_words_draw_row(uint64_t key, size_t row, size_t dimension, float *_Nonnull out);

// Trains on pieces [first, last) of an epoch (counted from 0).
void ez_words_train(ez_word_trainer *_Nonnull trainer, size_t epoch, size_t first, size_t last);

// The most tokens that one call of ez_words_train may cover.
size_t ez_words_block(void);
// How many centre words take their gradients before the first of them moves anything.
size_t ez_words_group(void);

// `count` draws from the noise table, for tests of the distribution.
void ez_words_draw_noise(const ez_alias_cell *_Nonnull noise, size_t cells, uint64_t key,
                         int32_t *_Nonnull out, size_t count);

#endif
