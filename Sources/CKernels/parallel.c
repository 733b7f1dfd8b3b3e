#include "parallel.h"

#include <unistd.h>

// libgomp's stable entry points; clang's own OpenMP runtime would be a second pool beside it.
extern void GOMP_parallel(void (*fn)(void *), void *data, unsigned threads, unsigned flags);
extern void omp_set_num_threads(int);
extern int omp_get_max_threads(void);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);

void ez_set_threads(int threads) { omp_set_num_threads(threads < 1 ? 1 : threads); }
int ez_threads(void) { return omp_get_max_threads(); }
int ez_thread(void) { return omp_get_thread_num(); }
int ez_processors(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }

typedef struct {
  size_t count, grain, chunks;
  ez_body body;
  void *context;
} ez_region;

static void ez_run_region(void *data) {
  const ez_region *r = data;
  const size_t me = (size_t)omp_get_thread_num(), team = (size_t)omp_get_num_threads();
  const size_t first = r->chunks * me / team, last = r->chunks * (me + 1) / team;
  for (size_t chunk = first; chunk < last; chunk++) {
    const size_t begin = chunk * r->grain;
    const size_t end = begin + r->grain < r->count ? begin + r->grain : r->count;
    r->body(r->context, begin, end);
  }
}

void ez_parallel(size_t count, size_t grain, ez_body body, void *context) {
  if (count == 0) return;
  if (grain == 0) grain = 1;
  ez_region region = {count, grain, (count + grain - 1) / grain, body, context};
  const int threads = omp_get_max_threads();
  if (region.chunks == 1 || threads == 1) {
    for (size_t begin = 0; begin < count; begin += grain)
      body(context, begin, begin + grain < count ? begin + grain : count);
    return;
  }
  GOMP_parallel(ez_run_region, &region, (unsigned)threads, 0);
}
