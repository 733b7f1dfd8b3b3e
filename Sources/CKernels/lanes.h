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
#undef v_add
#undef v_sub
#undef v_mul
#undef v_max
#undef v_fmadd
#undef v_fnmadd
#undef v_mask
#undef v_maskload
#undef v_maskstore

#if EZ_LANES == 16
#define EZ_WIDE(name) name##_16
#define EZ_TARGET __attribute__((target("avx512f")))
// A product's tile: 14 rows by 2 vectors are 28 registers of sums, two of weights, one of a row.
#define EZ_TILE_ROWS 14
#define ez_vector __m512
#define ez_mask __mmask16
#define v_zero _mm512_setzero_ps
#define v_set1 _mm512_set1_ps
#define v_load _mm512_loadu_ps
#define v_store _mm512_storeu_ps
#define v_add _mm512_add_ps
#define v_sub _mm512_sub_ps
#define v_mul _mm512_mul_ps
#define v_max _mm512_max_ps
#define v_fmadd _mm512_fmadd_ps
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
#define v_add _mm256_add_ps
#define v_sub _mm256_sub_ps
#define v_mul _mm256_mul_ps
#define v_max _mm256_max_ps
#define v_fmadd _mm256_fmadd_ps
#define v_fnmadd _mm256_fnmadd_ps
#define v_mask(count) \
  _mm256_loadu_si256((const __m256i *)(ez_mask_table + 8 - ((count) < 8 ? (count) : 8)))
#define v_maskload(mask, from) _mm256_maskload_ps(from, mask)
#define v_maskstore(to, mask, value) _mm256_maskstore_ps(to, mask, value)
#endif
