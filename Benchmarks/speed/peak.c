/* The machine's bounds: multiply-adds out of registers, and bytes that a plain sum of two arrays moves.

   cc -O2 -pthread peak.c -o peak && ./peak THREADS

   Prints one line of JSON: billions of operations a second (a multiplication and an addition are two) in single
   precision and, where the processor has instructions for it, in bf16; and billions of bytes a second of
   a[i] = b[i] + s * c[i] over 96 MB a thread (the STREAM benchmark's triad, McCalpin 1995,
   https://www.cs.virginia.edu/stream/; three arrays counted, lines that are read to be written are not).
   Each is the best of several tries. */
#include <cpuid.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

enum { ROUNDS = 1 << 22, CHAINS = 12, FLOATS = 8 << 20 };

/* Twelve chains that do not wait for one another, more than latency times units of any of these processors. */
#define EACH(do_) do_(0) do_(1) do_(2) do_(3) do_(4) do_(5) do_(6) do_(7) do_(8) do_(9) do_(10) do_(11)
#define KEEP(i) __asm__ volatile("" : "+x"(sum[i]));
#define KEEP_WIDE(i) __asm__ volatile("" : "+v"(sum[i]));

/* What the chains of one kind of instruction do; `start`, `a` and `b` are vectors, `step` gives the next sum. */
#define LOOP(name, features, vector, start, factors, step, keep, operations) \
  __attribute__((target(features))) static double name(void) { \
    vector sum[CHAINS]; \
    factors; \
    for (int i = 0; i < CHAINS; i++) sum[i] = start; \
    for (long n = 0; n < ROUNDS; n++) { \
      EACH(step) \
      EACH(keep) \
    } \
    return 2.0 * (operations) * CHAINS * ROUNDS; \
  }

#define STEP8(i) sum[i] = _mm256_fmadd_ps(a, b, sum[i]);
LOOP(lanes8, "avx2,fma", __m256, _mm256_set1_ps(0.25f), __m256 a = _mm256_set1_ps(0.5f); __m256 b = _mm256_set1_ps(0.25f),
     STEP8, KEEP, 8)
#define STEP16(i) sum[i] = _mm512_fmadd_ps(a, b, sum[i]);
LOOP(lanes16, "avx512f", __m512, _mm512_set1_ps(0.25f), __m512 a = _mm512_set1_ps(0.5f); __m512 b = _mm512_set1_ps(0.25f),
     STEP16, KEEP_WIDE, 16)
/* 0.5 and 0.25 in bf16; each instruction adds two products a lane. */
#define STEP_PAIRS(i) sum[i] = _mm512_dpbf16_ps(sum[i], a, b);
LOOP(pairs16, "avx512f,avx512bf16", __m512, _mm512_set1_ps(0.25f),
     __m512bh a = (__m512bh)_mm512_set1_epi16(0x3f00); __m512bh b = (__m512bh)_mm512_set1_epi16(0x3e80), STEP_PAIRS,
     KEEP_WIDE, 32)

static float *arrays[64][3];

struct job {
  double (*products)(void);
  int number;
  double amount;
};

static void *run(void *given) {
  struct job *job = given;
  if (job->products) {
    job->amount = job->products();
    return NULL;
  }
  float *a = arrays[job->number][0], *b = arrays[job->number][1], *c = arrays[job->number][2];
  for (int round = 0; round < 4; round++) {
    for (long i = 0; i < FLOATS; i++) a[i] = b[i] + 0.5f * c[i];
    __asm__ volatile("" ::"r"(a) : "memory");
  }
  job->amount = 4.0 * 3 * sizeof(float) * FLOATS;
  return NULL;
}

/* Billions a second of all threads together, at best of `tries`. */
static double best(double (*products)(void), int threads, int tries) {
  double found = 0;
  for (int n = 0; n < tries; n++) {
    struct job jobs[64];
    pthread_t made[64];
    double start = now(), amount = 0;
    for (int i = 0; i < threads; i++) {
      jobs[i] = (struct job){products, i, 0};
      pthread_create(&made[i], NULL, run, &jobs[i]);
    }
    for (int i = 0; i < threads; i++) {
      pthread_join(made[i], NULL);
      amount += jobs[i].amount;
    }
    double rate = amount / (now() - start) / 1e9;
    if (rate > found) found = rate;
  }
  return found;
}

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 2;
  if (threads < 1 || threads > 64 || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    fprintf(stderr, "peak: expected 1 to 64 threads, and a processor with AVX2\n");
    return 2;
  }
  __builtin_cpu_init();
  int wide = __builtin_cpu_supports("avx512f");
  for (int i = 0; i < threads; i++)
    for (int n = 0; n < 3; n++) {
      arrays[i][n] = malloc(sizeof(float) * FLOATS);
      if (!arrays[i][n]) {
        fprintf(stderr, "peak: no memory for three arrays of 32 MB a thread\n");
        return 1;
      }
      for (long k = 0; k < FLOATS; k++) arrays[i][n][k] = 1;
    }
  printf("{\"threads\": %d, \"fp32\": %.1f", threads, best(wide ? lanes16 : lanes8, threads, 8));
  unsigned a, b, c, d;
  if (wide && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1))
    printf(", \"bf16\": %.1f", best(pairs16, threads, 8));
  printf(", \"bandwidth\": %.1f}\n", best(NULL, threads, 8));
  return 0;
}
