#include "fused.h"

#include "word2vec.h"

#include "CKernels.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "word2vec_tiles.h"

// libgomp's stable entry points: the pool that oneDNN and OpenBLAS share.
extern void GOMP_parallel(void (*fn)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);

// The pieces [first, last) of the block, on the columns of one member of a team.
typedef struct {
  ez_word_trainer *t;
  size_t first, last;           // pieces
  size_t member, team;          // team 1: all columns, no waiting
  float *products[2];           // [slices, most_products], shared by the team; used in turn
  float *sums;                  // [most_products] own: the products over all slices
  float *factors, *hidden;      // [GROUP, contexts, lanes] own; [GROUP, stride] own columns
  size_t round;
  int64_t waited;               // nanoseconds, for threads that don't run
} worker;

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void wait_for_team(worker *w) {
  if (w->team == 1) return;
  flag *flags = w->t->flags;
  w->round++;
  atomic_store_explicit(&flags[w->member].arrived, w->round, memory_order_release);
  for (size_t other = 0; other < w->team; other++) {
    int64_t since = 0;
    for (int spins = 0;
         atomic_load_explicit(&flags[other].arrived, memory_order_acquire) < w->round; spins++) {
      if (spins == SPINS) since = nanoseconds();
      if (spins >= SPINS) sched_yield(), spins = SPINS;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
    if (since != 0) w->waited += nanoseconds() - since;
  }
}

// The first member decides, before it arrives at a round, that the team ends with it: all members
// know when they have passed. Returns 0 to those who leave.
static int stay_in_team(worker *w) {
  if (w->team == 1) return 1;
  if (atomic_load_explicit(&w->t->last_round, memory_order_relaxed) == w->round) {
    wait_for_team(w);  // all columns are up to date
    if (w->member != 0) return 0;
    w->team = 1;
  } else if (w->member == 0 && w->waited > PATIENCE) {
    atomic_store_explicit(&w->t->last_round, w->round + 1, memory_order_relaxed);
    w->waited = 0;
  }
  return 1;
}

INLINE size_t contexts_of(const ez_word_trainer *t, const job *j, size_t slot, float **in) {
  size_t count = 0;
  for (size_t i = (size_t)j->first; i < (size_t)j->last; i++) {
    if (i != slot) in[count++] = t->inputs + (size_t)t->kept[i] * t->stride;
  }
  return count;
}

INLINE void outputs_of(const ez_word_trainer *t, const job *j, size_t slot, float **out) {
  const int32_t *row = t->row + slot * t->lanes;
  for (int32_t k = 0; k < j->outputs; k++) out[k] = t->outputs + (size_t)row[k] * t->stride;
}

// A centre word of the group: where its products with the outputs and its factors lie, both
// [contexts, lanes], and where the row of its first context lies among the products of inputs.
typedef struct {
  size_t slot, contexts, products, factors, gram;
} member_job;

// Products of the words in neighbouring slots with each other, each once for all the windows that
// hold both: row p holds those with the `reach` slots before it, the nearest at reach - 1. Rows are
// `band` floats apart; what falls beside the band lands in their slack and is not used.
INLINE void dot_band(const ez_word_trainer *t, size_t first, size_t last, size_t from, size_t to,
                     int rows_tile, int columns_tile, float **column, float *products) {
  const size_t reach = 2 * t->words.window;
  float *row[MAX_CONTEXTS];
  for (size_t p = first + 1; p < last; p += (size_t)rows_tile) {
    const size_t rows = last - p < (size_t)rows_tile ? last - p : (size_t)rows_tile;
    const size_t q = p - first < reach ? first : p - reach, columns = p + rows - 1 - q;
    for (size_t r = 0; r < rows; r++) row[r] = t->inputs + (size_t)t->kept[p + r] * t->stride;
    for (size_t c = 0; c < columns; c++) column[c] = t->inputs + (size_t)t->kept[q + c] * t->stride;
    dot_rows(row, rows, column, columns, from, to, rows_tile, columns_tile,
             products + (p - first) * t->band + reach + q - p, t->band - 1);
  }
}

// factors[c, k] = learning rate * (label - sigmoid(in[c] . out[k])) * times drawn, where out[k] is
// what the contexts before c have made of it: out[k] + the sum of factors[b, k] in[b]. Taking all
// contexts at once instead gives vectors some 10 % shorter than those of word2vec.c.
INLINE void factors_of(const worker *w, const member_job *m, float rate) {
  const ez_word_trainer *t = w->t;
  const size_t lanes = t->lanes, reach = 2 * t->words.window;
  const float *times = t->times + m->slot * lanes;
  const size_t before = m->slot - (size_t)t->jobs[m->slot].first;  // contexts left of the centre
  for (size_t k = 0; k < lanes; k += PAD) {
    const v8 share = *(const v8 *)(times + k) * rate;
    v8 label = {0};
    if (k == 0) label[0] = 1;
    float *f = w->factors + m->factors + k;
    const float *products = w->sums + m->products + k;
    for (size_t c = 0; c < m->contexts; c++) {
      v8 sum = *(const v8 *)(products + c * lanes);
      // In slots from the first context: c, or c + 1 right of the centre.
      const size_t row = c < before ? c : c + 1;
      const float *gram = w->sums + m->gram + row * t->band + reach - row;
      for (size_t b = 0; b < c; b++) {
        if (b == before) gram++;
        sum += gram[b] * *(const v8 *)(f + b * lanes);
      }
      sigmoid(&sum);
      *(v8 *)(f + c * lanes) = share * (label - sum);
    }
  }
}

INLINE void train_group(worker *w, const size_t *slots, size_t jobs, int rows_tile,
                        int columns_tile, int unroll) {
  ez_word_trainer *t = w->t;
  const ez_words *s = &t->words;
  const size_t first_slice = t->slices * w->member / w->team;
  const size_t last_slice = t->slices * (w->member + 1) / w->team;
  const size_t begin = t->slice_start[first_slice], end = t->slice_start[last_slice];
  float *const products = w->products[0];
  w->products[0] = w->products[1], w->products[1] = products;
  float *in[2 * s->window + MAX_CONTEXTS], *out[t->lanes];
  member_job group[GROUP];
  size_t used = 0, used_factors = 0;
  for (size_t n = 0; n < jobs; n++) {
    const job *j = &t->jobs[slots[n]];
    size_t contexts = contexts_of(t, j, slots[n], in);
    outputs_of(t, j, slots[n], out);
    if (s->cbow) {
      average(in, contexts, begin, end, w->hidden + n * t->stride);
      in[0] = w->hidden + n * t->stride;
      contexts = 1;
    }
    group[n] = (member_job){slots[n], contexts, used, used_factors, 0};
    used += contexts * t->lanes;
    used_factors += contexts * t->lanes;
    for (size_t slice = first_slice; slice < last_slice; slice++) {
      const size_t from = t->slice_start[slice], to = t->slice_start[slice + 1];
      float *p = products + slice * t->most_products;
      for (size_t c = 0; c < contexts; c += (size_t)rows_tile) {
        const size_t rows = contexts - c < (size_t)rows_tile ? contexts - c : (size_t)rows_tile;
        dot_rows(in + c, rows, out, (size_t)j->outputs, from, to, rows_tile, columns_tile,
                 p + group[n].products + c * t->lanes, t->lanes);
      }
    }
  }
  for (size_t n = 0; n < jobs && !s->cbow;) {
    // The windows of centre words that follow each other overlap: one band over all their slots.
    const size_t first = (size_t)t->jobs[slots[n]].first;
    size_t last = (size_t)t->jobs[slots[n]].last, lowest = first, m = n;
    for (; m < jobs && slots[m] - slots[n] == m - n; m++) {
      if ((size_t)t->jobs[slots[m]].first < lowest) lowest = (size_t)t->jobs[slots[m]].first;
      if ((size_t)t->jobs[slots[m]].last > last) last = (size_t)t->jobs[slots[m]].last;
    }
    for (size_t slice = first_slice; slice < last_slice; slice++)
      dot_band(t, lowest, last, t->slice_start[slice], t->slice_start[slice + 1], rows_tile,
               columns_tile, in, products + slice * t->most_products + used);
    for (; n < m; n++)
      group[n].gram = used + ((size_t)t->jobs[slots[n]].first - lowest) * t->band;
    used += (last - lowest) * t->band;
  }
  wait_for_team(w);
  const double all = (double)s->epochs * (double)s->token_count;
  const double seen =
      (double)t->epoch * (double)s->token_count + (double)t->jobs[slots[0]].position;
  const float rate = (float)(s->first_rate + (s->last_rate - s->first_rate) * (seen / all));
  for (size_t i = 0; i < used; i += PAD) {
    v8 sum = *(const v8 *)(products + i);
    for (size_t slice = 1; slice < t->slices; slice++)
      sum += *(const v8 *)(products + slice * t->most_products + i);
    *(v8 *)(w->sums + i) = sum;
  }
  for (size_t n = 0; n < jobs; n++) factors_of(w, &group[n], rate);
  for (size_t n = 0; n < jobs; n++) {
    const job *j = &t->jobs[slots[n]];
    const size_t contexts = contexts_of(t, j, slots[n], in);
    outputs_of(t, j, slots[n], out);
    const float *f = w->factors + group[n].factors;
    if (s->cbow) {
      update_mean(in, contexts, out, (size_t)j->outputs, begin, end, f, w->hidden + n * t->stride);
      continue;
    }
    for (int32_t k = 0; k < j->outputs; k += MAX_OUTPUTS) {
      const int32_t left = j->outputs - k < MAX_OUTPUTS ? j->outputs - k : MAX_OUTPUTS;
#define UPDATE(N) update(in, contexts, out + k, begin, end, unroll, N, f + k, t->lanes)
      WITH_CONSTANT(left, UPDATE)
    }
  }
}

INLINE void train_pieces(worker *w, int rows_tile, int columns_tile, int unroll) {
  const ez_word_trainer *t = w->t;
  size_t slots[GROUP], jobs = 0;
  for (size_t piece = w->first; piece < w->last; piece++) {
    const size_t slot = t->words.starts[piece] - t->words.starts[t->first];
    const size_t kept = (size_t)t->piece_kept[piece - t->first];
    if (kept < 2) continue;
    for (size_t i = slot; i < slot + kept; i++) {
      slots[jobs++] = i;
      if (jobs < GROUP) continue;
      train_group(w, slots, jobs, rows_tile, columns_tile, unroll);
      jobs = 0;
      if (!stay_in_team(w)) return;
    }
  }
  if (jobs > 0) train_group(w, slots, jobs, rows_tile, columns_tile, unroll);
}

// Tile sizes follow the register files: 32 of 64 bytes, 16 of 32 bytes.
#if defined(__x86_64__)
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))) static void
train_pieces_512(worker *w) {
  train_pieces(w, 4, 6, 2);
}
__attribute__((target("avx2,fma"))) static void train_pieces_256(worker *w) {
  train_pieces(w, 2, 3, 1);
}
#endif
static void train_pieces_any(worker *w) { train_pieces(w, 1, 3, 1); }

static void run(worker *w) {
#if defined(__x86_64__)
  if (!ez_is_reproducible() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return train_pieces_512(w);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return train_pieces_256(w);
#endif
  train_pieces_any(w);
}

static worker worker_of(ez_word_trainer *t, size_t member, size_t team, size_t buffer) {
  const size_t products = t->slices * t->most_products;
  float *shared = t->products + 2 * products * buffer;
  return (worker){.t = t,
                  .first = t->first,
                  .last = t->last,
                  .member = member,
                  .team = team,
                  .products = {shared, shared + products},
                  .sums = t->sums + t->most_products * member,
                  .factors = t->factors + t->most_factors * member,
                  .hidden = t->hidden + GROUP * t->stride * buffer};
}

static void prepare_and_train(ez_word_trainer *t, size_t member, size_t team) {
  worker w = worker_of(t, member, team, 0);
  for (;;) {
    size_t piece = t->first + atomic_fetch_add(&t->next_piece, 8);
    if (piece >= t->last) break;
    for (const size_t end = piece + 8; piece < end && piece < t->last; piece++)
      ez_words_prepare(t, piece, t->words.starts[piece] - t->words.starts[t->first]);
  }
  wait_for_team(&w);
  w.waited = 0;
  run(&w);
}

static void team_member(void *data) {
  prepare_and_train(data, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());
}

// Each thread takes pieces and updates whole rows while others read and write them, as word2vec.c
// and gensim do (Niu et al. 2011, "Hogwild!"): the order, and so the result, is left to chance.
static void race(void *data) {
  ez_word_trainer *t = data;
  const size_t member = (size_t)omp_get_thread_num();
  worker w = worker_of(t, 0, 1, member);
  w.sums = t->sums + t->most_products * member;
  w.factors = t->factors + t->most_factors * member;
  for (;;) {
    w.first = t->first + atomic_fetch_add(&t->next_piece, 8);
    if (w.first >= t->last) break;
    w.last = w.first + 8 < t->last ? w.first + 8 : t->last;
    for (size_t piece = w.first; piece < w.last; piece++)
      ez_words_prepare(t, piece, t->words.starts[piece] - t->words.starts[t->first]);
    run(&w);
  }
}

void ez_words_train(ez_word_trainer *t, size_t epoch, size_t first, size_t last) {
  t->epoch = epoch, t->first = first, t->last = last;
  atomic_store(&t->next_piece, 0);
  for (int i = 0; i < t->threads; i++) atomic_store(&t->flags[i].arrived, 0);
  if (t->words.racing) {
    GOMP_parallel(race, t, (unsigned)t->threads, 0);
    return;
  }
  const int64_t begin = nanoseconds();
  int team = t->threads > 1 && (t->cost[0] == 0 || t->cost[1] < t->cost[0]);
  if (t->threads > 1 && t->blocks++ % TRIAL == 1) team = !team;
  if (team) {
    atomic_store(&t->last_round, 0);
    GOMP_parallel(team_member, t, (unsigned)t->threads, 0);
  } else {
    prepare_and_train(t, 0, 1);
  }
  const double tokens = (double)(t->words.starts[last] - t->words.starts[first]);
  const double cost = (double)(nanoseconds() - begin) / (tokens > 0 ? tokens : 1);
  t->cost[team] = t->cost[team] == 0 ? cost : 0.5 * (t->cost[team] + cost);
}

size_t ez_words_block(void) { return BLOCK; }
size_t ez_words_group(void) { return GROUP; }
size_t ez_words_stride(size_t dimension) { return (dimension + LANES - 1) / LANES * LANES; }
float *ez_words_inputs(ez_word_trainer *t) { return t->inputs; }
float *ez_words_outputs(ez_word_trainer *t) { return t->outputs; }

static void *zeros(size_t count, size_t size) {
  void *memory = NULL;
  const size_t bytes = (count * size + LINE - 1) / LINE * LINE;
  if (posix_memalign(&memory, LINE, bytes ? bytes : LINE) != 0) return NULL;
  return memset(memory, 0, bytes);
}

ez_word_trainer *ez_words_create(const ez_words *words, int threads) {
  ez_word_trainer *t = zeros(1, sizeof *t);
  if (t == NULL) return NULL;
  t->words = *words;
  t->stride = ez_words_stride(words->dimension);
  const size_t vectors = t->stride / LANES;
  t->slices = (vectors + SLICE_VECTORS - 1) / SLICE_VECTORS;
  if (t->slices > MAX_SLICES) t->slices = MAX_SLICES;
  for (size_t i = 0; i <= t->slices; i++)
    t->slice_start[i] = (vectors * i + t->slices - 1) / t->slices;
  if (!words->racing && threads > (int)t->slices) threads = (int)t->slices;
  t->threads = threads < 1 ? 1 : threads;
  t->lanes = (words->negatives + 1 + PAD - 1) / PAD * PAD;
  const size_t contexts = words->cbow ? 1 : 2 * words->window;
  t->most_factors = (GROUP * contexts * t->lanes + LANES - 1) / LANES * LANES;
  t->band = (contexts + MAX_CONTEXTS - 1 + PAD - 1) / PAD * PAD;
  t->most_products = t->most_factors;
  if (!words->cbow) t->most_products += GROUP * (contexts + 1) * t->band;
  const size_t buffers = words->racing ? (size_t)t->threads : 1;
  t->inputs = zeros(words->rows * t->stride, sizeof(float));
  t->outputs = zeros(words->rows * t->stride, sizeof(float));
  t->hidden = zeros(buffers * GROUP * t->stride, sizeof(float));
  t->products = zeros(buffers * 2 * t->slices * t->most_products, sizeof(float));
  t->sums = zeros((size_t)t->threads * t->most_products, sizeof(float));
  t->factors = zeros((size_t)t->threads * t->most_factors, sizeof(float));
  t->jobs = zeros(BLOCK, sizeof *t->jobs);
  t->kept = zeros(BLOCK, sizeof *t->kept);
  t->row = zeros(BLOCK * t->lanes, sizeof *t->row);
  t->times = zeros(BLOCK * t->lanes, sizeof *t->times);
  t->piece_kept = zeros(BLOCK, sizeof *t->piece_kept);
  t->flags = zeros((size_t)t->threads, sizeof *t->flags);
  if (t->inputs && t->outputs && t->hidden && t->products && t->sums && t->factors &&
      t->jobs && t->kept && t->row && t->times && t->piece_kept && t->flags)
    return t;
  ez_words_destroy(t);
  return NULL;
}

void ez_words_destroy(ez_word_trainer *t) {
  free(t->inputs), free(t->outputs), free(t->hidden), free(t->products), free(t->sums);
  free(t->factors);
  free(t->jobs), free(t->kept), free(t->row), free(t->times), free(t->piece_kept), free(t->flags);
  free(t);
}
