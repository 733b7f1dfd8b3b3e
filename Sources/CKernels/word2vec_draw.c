#include "fused.h"

#include <string.h>

#include "word2vec.h"

// Random numbers: Philox 4x32-10 (Salmon et al. 2011) of (draw, epoch, position).
static inline void philox(uint32_t x[4], uint64_t key) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xd2511f53u * x[0], p1 = (uint64_t)0xcd9e8d57u * x[2];
    x[0] = (uint32_t)(p1 >> 32) ^ x[1] ^ k0;
    x[1] = (uint32_t)p1;
    x[2] = (uint32_t)(p0 >> 32) ^ x[3] ^ k1;
    x[3] = (uint32_t)p0;
    k0 += 0x9e3779b9u, k1 += 0xbb67ae85u;
  }
}

static inline void draw(uint32_t x[4], uint64_t key, size_t block, size_t epoch, size_t position) {
  x[0] = (uint32_t)block, x[1] = (uint32_t)epoch;
  x[2] = (uint32_t)position, x[3] = (uint32_t)((uint64_t)position >> 32);
  philox(x, key);
}

// The high half of the product chooses the cell, the low half its side: with n cells the
// probabilities are right to n / 2^32 of a cell.
static inline int32_t pick(const ez_alias_cell *noise, size_t cells, uint32_t number) {
  const uint64_t product = (uint64_t)number * cells;
  const size_t cell = (size_t)(product >> 32);
  return 2 + ((uint32_t)product < noise[cell].threshold ? (int32_t)cell : noise[cell].other);
}

void ez_words_prepare(ez_word_trainer *t, size_t piece, size_t slot) {
  const ez_words *w = &t->words;
  const size_t cells = w->rows - 2;
  size_t end = slot;
  for (size_t p = w->starts[piece]; p < w->starts[piece + 1]; p++) {
    const int32_t word = w->tokens[p];
    if (word < 2) continue;
    uint32_t r[4];
    draw(r, w->key, 0, t->epoch, p);
    if (r[0] > w->keep[word]) continue;
    int32_t *row = t->row + end * t->lanes;
    float *times = t->times + end * t->lanes;
    int32_t outputs = 1, used = 2;
    const int32_t reach = 1 + (int32_t)(((uint64_t)r[1] * w->window) >> 32);
    memset(times, 0, t->lanes * sizeof *times);
    row[0] = word, times[0] = 1;
    for (size_t n = 0, block = 1; n < w->negatives; n++) {
      if (used == 4) draw(r, w->key, block++, t->epoch, p), used = 0;
      const int32_t negative = pick(w->noise, cells, r[used++]);
      if (negative == word) continue;
      int32_t i = 1;
      while (i < outputs && row[i] != negative) i++;
      if (i < outputs) {
        times[i] += 1;
      } else {
        row[outputs] = negative, times[outputs++] = 1;
      }
    }
    t->kept[end] = word;
    t->jobs[end++] = (job){reach, 0, outputs, p};
  }
  for (size_t i = slot; i < end; i++) {
    job *j = &t->jobs[i];
    const size_t reach = (size_t)j->first;
    j->first = (int32_t)(i - slot < reach ? slot : i - reach);
    j->last = (int32_t)(end - i <= reach ? end : i + reach + 1);
  }
  t->piece_kept[piece - t->first] = (int32_t)(end - slot);
}

void ez_words_draw_row(uint64_t key, size_t row, size_t dimension, float *out) {
  uint32_t r[4];
  for (size_t i = 0; i < dimension; i++) {
    if (i % 4 == 0) draw(r, key, i / 4, 0, row);
    out[i] = ((float)(r[i % 4] >> 8) + 0.5f) * 0x1p-23f - 1;
    out[i] /= (float)dimension;
  }
}

void ez_words_draw_noise(const ez_alias_cell *noise, size_t cells, uint64_t key, int32_t *out,
                         size_t count) {
  uint32_t r[4];
  for (size_t i = 0; i < count; i++) {
    if (i % 4 == 0) draw(r, key, i / 4, 0, 0);
    out[i] = pick(noise, cells, r[i % 4]);
  }
}
