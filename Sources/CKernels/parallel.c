#include "fused.h"

#include "parallel.h"

#include <stdatomic.h>
#include <unistd.h>

// libgomp's stable entry points; clang's own OpenMP runtime would be a second pool beside it.
extern void GOMP_parallel(void (*fn)(void *), void *data, unsigned threads, unsigned flags);
extern void omp_set_num_threads(int);
extern int omp_get_max_threads(void);
extern int omp_get_thread_num(void);

void ez_set_threads(int threads) { omp_set_num_threads(threads < 1 ? 1 : threads); }
int ez_threads(void) { return omp_get_max_threads(); }
int ez_thread(void) { return omp_get_thread_num(); }
int ez_processors(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }

size_t ez_second_cache(void) {
  static atomic_long known = -1;
  long found = atomic_load_explicit(&known, memory_order_relaxed);
  if (found < 0) {
    const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    found = bytes < 0 ? 0 : bytes;
    atomic_store_explicit(&known, found, memory_order_relaxed);
  }
  return (size_t)found;
}

// The chunks that a thread has left: the first in the low half, the end in the high one.
typedef struct {
  _Alignas(64) uint64_t left;
} ez_share;

typedef struct {
  size_t count, grain;
  ez_body body;
  void *context;
  ez_share *shares; // one for each thread
  size_t share_count;
} ez_region;

enum { EZ_MOST_SHARES = 256 };

static uint64_t share(uint64_t first, uint64_t end) { return end << 32 | first; }

// Takes a chunk, the first or the last that is left; or none is.
static int take(ez_share *s, int first_of_all, size_t *chunk) {
  uint64_t old = __atomic_load_n(&s->left, __ATOMIC_RELAXED), rest;
  do {
    const uint64_t first = old & 0xffffffff, end = old >> 32;
    if (first >= end) return 0;
    *chunk = first_of_all ? first : end - 1;
    rest = first_of_all ? share(first + 1, end) : share(first, end - 1);
  } while (!__atomic_compare_exchange_n(&s->left, &old, rest, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return 1;
}

static void run_chunk(const ez_region *r, size_t chunk) {
  const size_t begin = chunk * r->grain;
  r->body(r->context, begin, begin + r->grain < r->count ? begin + r->grain : r->count);
}

// Each thread goes through its own share from the front, so that it meets what it made before in its cache,
// and then takes from the ends of others': processors are not equally fast where others use them, too.
static void ez_run_region(void *data) {
  const ez_region *r = data;
  const size_t me = (size_t)omp_get_thread_num();
  size_t chunk;
  for (size_t i = 0; i < r->share_count; i++) {
    ez_share *s = &r->shares[(me + i) % r->share_count];
    while (take(s, i == 0, &chunk)) run_chunk(r, chunk);
  }
}

void ez_parallel(size_t count, size_t grain, ez_body body, void *context) {
  if (count == 0) return;
  if (grain == 0) grain = 1;
  const size_t chunks = (count + grain - 1) / grain, threads = (size_t)omp_get_max_threads();
  ez_share shares[EZ_MOST_SHARES];
  ez_region region = {count, grain, body, context, shares, threads < EZ_MOST_SHARES ? threads : EZ_MOST_SHARES};
  if (chunks == 1 || threads == 1 || chunks > UINT32_MAX) {
    for (size_t chunk = 0; chunk < chunks; chunk++) run_chunk(&region, chunk);
    return;
  }
  for (size_t i = 0; i < region.share_count; i++)
    shares[i].left = share(chunks * i / region.share_count, chunks * (i + 1) / region.share_count);
  GOMP_parallel(ez_run_region, &region, (unsigned)threads, 0);
}
