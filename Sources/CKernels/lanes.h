// Vectors of EZ_LANES floats: 16 by AVX-512, 8 by AVX2. Included once a width, after EZ_LANES is defined;
// EZ_WIDE(name) is the name of that width's function.
#undef EZ_WIDE
#undef EZ_TARGET
#undef EZ_TILE_ROWS
#undef ez_vector
#undef ez_mask
#undef v_zero
#undef v_set1
#undef v_load
#undef v_store
#undef v_stream
#undef v_add
#undef v_sub
#undef v_mul
#undef v_max
#undef v_min
#undef v_clip
#undef v_fmadd
#undef v_fmadd_from
#undef v_fnmadd
#undef v_mask
#undef v_maskload
#undef v_maskstore

#if EZ_LANES == 16 && defined(EZ_EMULATE_WIDE)
// Sixteen lanes as two of eight: the tests of the wide kernels on processors without AVX-512.
#ifndef EZ_PAIR
#define EZ_PAIR
#define EZ_ON_PAIR static inline __attribute__((always_inline, target("avx2,fma")))
typedef struct {
  __m256 low, high;
} ez_pair;
typedef struct {
  __m256i low, high;
} ez_pair_mask;
EZ_ON_PAIR ez_pair ez_pair_set1(float x) {
  return (ez_pair){_mm256_set1_ps(x), _mm256_set1_ps(x)};
}
EZ_ON_PAIR ez_pair ez_pair_zero(void) { return ez_pair_set1(0); }
EZ_ON_PAIR ez_pair ez_pair_load(const float *from) {
  return (ez_pair){_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)};
}
EZ_ON_PAIR void ez_pair_store(float *to, ez_pair x) {
  _mm256_storeu_ps(to, x.low), _mm256_storeu_ps(to + 8, x.high);
}
EZ_ON_PAIR void ez_pair_stream(float *to, ez_pair x) {
  _mm256_stream_ps(to, x.low), _mm256_stream_ps(to + 8, x.high);
}
#define EZ_PAIRWISE(name, of) \
  EZ_ON_PAIR ez_pair name(ez_pair x, ez_pair y) { \
    return (ez_pair){of(x.low, y.low), of(x.high, y.high)}; \
  }
EZ_PAIRWISE(ez_pair_add, _mm256_add_ps)
EZ_PAIRWISE(ez_pair_sub, _mm256_sub_ps)
EZ_PAIRWISE(ez_pair_mul, _mm256_mul_ps)
EZ_PAIRWISE(ez_pair_max, _mm256_max_ps)
EZ_PAIRWISE(ez_pair_min, _mm256_min_ps)
EZ_ON_PAIR ez_pair ez_pair_fmadd(ez_pair x, ez_pair y, ez_pair z) {
  return (ez_pair){_mm256_fmadd_ps(x.low, y.low, z.low), _mm256_fmadd_ps(x.high, y.high, z.high)};
}
EZ_ON_PAIR ez_pair ez_pair_fnmadd(ez_pair x, ez_pair y, ez_pair z) {
  return (ez_pair){_mm256_fnmadd_ps(x.low, y.low, z.low), _mm256_fnmadd_ps(x.high, y.high, z.high)};
}
EZ_ON_PAIR __m256i ez_half_mask(size_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count < 8 ? (int)count : 8),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
EZ_ON_PAIR ez_pair_mask ez_pair_first(size_t count) {
  return (ez_pair_mask){ez_half_mask(count), ez_half_mask(count < 8 ? 0 : count - 8)};
}
EZ_ON_PAIR ez_pair ez_pair_maskload(ez_pair_mask mask, const float *from) {
  return (ez_pair){_mm256_maskload_ps(from, mask.low), _mm256_maskload_ps(from + 8, mask.high)};
}
EZ_ON_PAIR void ez_pair_maskstore(float *to, ez_pair_mask mask, ez_pair x) {
  _mm256_maskstore_ps(to, mask.low, x.low), _mm256_maskstore_ps(to + 8, mask.high, x.high);
}
#endif
#define EZ_WIDE(name) name##_16
#define EZ_TARGET __attribute__((target("avx2,fma")))
#define EZ_TILE_ROWS 12
#define ez_vector ez_pair
#define ez_mask ez_pair_mask
#define v_zero ez_pair_zero
#define v_set1 ez_pair_set1
#define v_load ez_pair_load
#define v_store ez_pair_store
#define v_stream ez_pair_stream
#define v_add ez_pair_add
#define v_sub ez_pair_sub
#define v_mul ez_pair_mul
#define v_max ez_pair_max
#define v_min ez_pair_min
#define v_fmadd ez_pair_fmadd
#define v_fmadd_from(sum, x, from) sum = ez_pair_fmadd(ez_pair_set1(*(from)), x, sum)
#define v_fnmadd ez_pair_fnmadd
#define v_mask ez_pair_first
#define v_maskload ez_pair_maskload
#define v_maskstore ez_pair_maskstore
#elif EZ_LANES == 16
#define EZ_WIDE(name) name##_16
#define EZ_TARGET __attribute__((target("avx512f")))
// A product's tile: 12 rows by 2 vectors are 24 registers of sums; their 12 addresses stay in registers, too.
#define EZ_TILE_ROWS 12
#define ez_vector __m512
#define ez_mask __mmask16
#define v_zero _mm512_setzero_ps
#define v_set1 _mm512_set1_ps
#define v_load _mm512_loadu_ps
#define v_store _mm512_storeu_ps
#define v_stream _mm512_stream_ps
#define v_add _mm512_add_ps
#define v_sub _mm512_sub_ps
#define v_mul _mm512_mul_ps
#define v_max _mm512_max_ps
#define v_min _mm512_min_ps
#define v_fmadd _mm512_fmadd_ps
// sum += x * *from. The product reads the number itself, where the compiler would load it for two: one
// instruction less, which tells most where two threads share a core.
#define v_fmadd_from(sum, x, from) \
  __asm__("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(x), "m"(*(from)))
#define v_fnmadd _mm512_fnmadd_ps
// The first `count` lanes, all from 16 on.
#define v_mask(count) ((count) >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << (count)) - 1))
#define v_maskload(mask, from) _mm512_maskz_loadu_ps(mask, from)
#define v_maskstore(to, mask, value) _mm512_mask_storeu_ps(to, mask, value)
#else
#define EZ_WIDE(name) name##_8
#define EZ_TARGET __attribute__((target("avx2,fma")))
// 6 rows by 2 vectors: twelve of the sixteen registers.
#define EZ_TILE_ROWS 6
#define ez_vector __m256
#define ez_mask __m256i
#define v_zero _mm256_setzero_ps
#define v_set1 _mm256_set1_ps
#define v_load _mm256_loadu_ps
#define v_store _mm256_storeu_ps
#define v_stream _mm256_stream_ps
#define v_add _mm256_add_ps
#define v_sub _mm256_sub_ps
#define v_mul _mm256_mul_ps
#define v_max _mm256_max_ps
#define v_min _mm256_min_ps
#define v_fmadd _mm256_fmadd_ps
#define v_fmadd_from(sum, x, from) sum = _mm256_fmadd_ps(_mm256_set1_ps(*(from)), x, sum)
#define v_fnmadd _mm256_fnmadd_ps
#define v_mask(count) \
  _mm256_loadu_si256((const __m256i *)(ez_mask_table + 8 - ((count) < 8 ? (count) : 8)))
#define v_maskload(mask, from) _mm256_maskload_ps(from, mask)
#define v_maskstore(to, mask, value) _mm256_maskstore_ps(to, mask, value)
#endif
// The second operand of max and min is what comes out for a NaN: here x.
#define v_clip(floor, ceiling, x) v_min(ceiling, v_max(floor, x))
