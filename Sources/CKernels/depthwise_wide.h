// Depthwise convolutions in one width; see lanes.h. A vector holds a place's channels, so no sum crosses lanes.
#include "lanes.h"

// EZ_PAIRS: of pairs, by the dot products of avx512_bf16. A number that is none, or infinite, reaches the results of one
// line more than read it: times the weight of zero beside the first or last tap it is no number either.
#undef EZ_MULTIPLY_ADD
#ifdef EZ_PAIRS
#undef EZ_WIDE
#undef EZ_TARGET
#define EZ_WIDE(name) name##_pairs
#define EZ_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define EZ_MULTIPLY_ADD(x, w, sum) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
#else
#define EZ_MULTIPLY_ADD v_fmadd
#endif

// Registers of sums, and of factors where weights' gradients are summed: results of a line, from left to right.
#undef EZ_TILE
#undef EZ_SMALL_TILE
#if EZ_LANES == 16
#define EZ_TILE 14
#define EZ_SMALL_TILE 8
#else
#define EZ_TILE 8
#define EZ_SMALL_TILE 4
#endif

#define EZ_INLINE static inline __attribute__((always_inline)) EZ_TARGET

// One vector of a place, of which `mask` lanes are channels.
EZ_INLINE ez_vector EZ_WIDE(place)(const float *from, ez_mask mask, const int careful) {
  return careful ? v_maskload(mask, from) : v_load(from);
}

// Adds one line's taps to a tile of results. Each place of the line is read once, and goes to every sum that wants
// it. `first` is the place that the first tap of the first result reads; of a gradient, which spreads what its places
// gave to the results, the place that only the last tap of the first result reads. A careful tile asks for each place
// whether it is there.
EZ_INLINE void EZ_WIDE(line_taps)(const float *line, size_t pitch, long first, long extent, const float *weights,
                                  size_t taps_pitch, ez_mask mask, ez_vector *sum, const int tile, const int taps,
                                  const int stride, const int spreads, const int careful) {
  ez_vector w[7];
#pragma clang loop unroll(full)
  for (int k = 0; k < taps; k++) w[k] = v_load(weights + (size_t)k * taps_pitch);
  const int behind = (taps - 1) / stride;
  const int places = spreads ? (tile - 1) / stride + 1 + behind : (tile - 1) * stride + taps;
#pragma clang loop unroll(full)
  for (int j = 0; j < places; j++) {
    if (careful && (first + j < 0 || first + j >= extent)) continue;
    const ez_vector v = EZ_WIDE(place)(line + (first + j) * (long)pitch, mask, careful);
#pragma clang loop unroll(full)
    for (int k = 0; k < taps; k++) {
      const int t = spreads ? (j - behind) * stride + k : j - k;
      if (spreads ? t >= 0 && t < tile : t >= 0 && t % stride == 0 && t / stride < tile)
        sum[spreads ? t : t / stride] = EZ_MULTIPLY_ADD(v, w[k], sum[spreads ? t : t / stride]);
    }
  }
}

#ifdef EZ_PAIRS
// Stores results of a line, and adds them to its sum, after what follows them.
EZ_INLINE void EZ_WIDE(finish_tile)(const ez_depthwise_work *p, size_t at, long count, ez_mask mask, ez_vector *sum,
                                    ez_vector *line_sum, const int tile, const int careful) {
  _Alignas(64) float kept[EZ_TILE * EZ_LANES];
  int function = p->finish.function;
  if (ez_is_near(function)) {
#pragma clang loop unroll(full)
    for (int t = 0; t < tile; t++) sum[t] = ez_near(function, sum[t]);
    function = 0;
  }
  if (function) {
#pragma clang loop unroll(full)
    for (int t = 0; t < tile; t++) v_store(kept + t * EZ_LANES, sum[t]);
    ez_activate_here(function - 1, kept, (size_t)(careful ? count : tile) * EZ_LANES);
  }
#pragma clang loop unroll(full)
  for (int t = 0; t < tile; t++) {
    if (careful && t >= count) continue;
    const size_t to = at + (size_t)t * p->out_pitch;
    const ez_vector y = function ? v_load(kept + t * EZ_LANES) : sum[t];
    if (line_sum) *line_sum = v_add(*line_sum, y);
    if (p->halves) _mm256_mask_storeu_epi16(p->halves + to, mask, (__m256i)_mm512_cvtneps_pbh(y));
    else v_maskstore(p->out + to, mask, y);
  }
}
#endif

// Results of one line from `column` on, of which `count` are stored, `skipped` before them are not.
EZ_INLINE void EZ_WIDE(depthwise_tile)(const ez_depthwise_work *p, size_t image, size_t row, long column, long skipped,
                                       long count, size_t channel, ez_vector *line_sum, const int tile,
                                       const int taps, const int stride, const int spreads, const int careful) {
  const ez_depthwise_map *from = &p->from, *to = &p->to;
  const size_t c = to->channels;
  const ez_mask mask = v_mask(c - channel);
  ez_vector sum[EZ_TILE];
  const ez_vector bias = p->finish.bias ? v_maskload(mask, p->finish.bias + channel) : v_zero();
#pragma clang loop unroll(full)
  for (int t = 0; t < tile; t++) sum[t] = bias;
  const long first = spreads ? (column + (long)p->left) / stride - (taps - 1) / stride
                             : column * stride - (long)p->left;
#ifdef EZ_PAIRS
  const long top = (long)(row * (size_t)stride) - (long)p->top;
  const float *weights = p->weights + channel + (top & 1 ? p->odd : 0);
#else
  const float *weights = p->weights + channel;
#endif
  for (size_t ky = 0; ky < p->tap_lines; ky++) {
#ifdef EZ_PAIRS
    const long y = (top >> 1) + (long)ky;
    if (y < 0 || y >= (long)from->height) continue;
#else
    const long y = ez_depthwise_line(p, row, ky, stride, spreads);
    if (y < 0) continue;
#endif
    const float *line = from->values + (image * from->lines + ez_depthwise_slot(from, (size_t)y)) * from->width * c;
    EZ_WIDE(line_taps)(line + channel, c, first, (long)from->width, weights + ky * (size_t)taps * p->pitch, p->pitch,
                       mask, sum, tile, taps, stride, spreads, careful);
  }
  const ez_vector floor = v_set1(ez_least(p->finish.relu)), ceiling = v_set1(ez_most(p->finish.relu));
  const size_t place = (image * to->lines + row - to->first) * to->width + (size_t)column;
  const size_t begin = place * c + channel;
#pragma clang loop unroll(full)
  for (int t = 0; t < tile; t++) {
    if (careful && (t < skipped || t >= skipped + count)) continue;
    const size_t at = begin + (size_t)t * c;
    if (p->finish.add) sum[t] = v_add(sum[t], v_maskload(mask, p->finish.add + at));
    sum[t] = v_clip(floor, ceiling, sum[t]);
#ifndef EZ_PAIRS
    if (careful) v_maskstore(p->out + at, mask, sum[t]);
    else v_store(p->out + at, sum[t]);
#endif
  }
#ifdef EZ_PAIRS
  EZ_WIDE(finish_tile)(p, place * p->out_pitch + channel, count, mask, sum, line_sum, tile, careful);
#endif
}

// One line of results, one vector of channels.
EZ_INLINE void EZ_WIDE(depthwise_line)(const ez_depthwise_work *p, size_t image, size_t row, size_t channel,
                                       const int taps, const int stride, const int spreads) {
  const long width = (long)p->to.width, extent = (long)p->from.width, behind = (taps - 1) / stride;
  const int is_whole = p->to.channels - channel >= EZ_LANES;
  ez_vector sum = v_zero(), *line_sum = p->sums ? &sum : NULL;
  // A tile of spread results begins where the first tap of a place falls.
  long column = spreads ? -(long)(p->left % (size_t)stride) : 0;
  while (column < width) {
    const long skipped = column < 0 ? -column : 0, left = width - column;
    const int tile = left <= EZ_SMALL_TILE ? EZ_SMALL_TILE : EZ_TILE;
    const long first = spreads ? (column + (long)p->left) / stride - behind : column * stride - (long)p->left;
    const long places = spreads ? (tile - 1) / stride + 1 + behind : (long)(tile - 1) * stride + taps;
    const int careful = !is_whole || skipped || left < tile || first < 0 || first + places > extent;
    const long count = (left < tile ? left : tile) - skipped;
#define EZ_RUN(tile, careful) \
  EZ_WIDE(depthwise_tile)(p, image, row, column, skipped, count, channel, line_sum, tile, taps, stride, spreads, careful)
    if (tile == EZ_TILE) {
      if (careful) EZ_RUN(EZ_TILE, 1);
      else EZ_RUN(EZ_TILE, 0);
    } else if (careful) EZ_RUN(EZ_SMALL_TILE, 1);
    else EZ_RUN(EZ_SMALL_TILE, 0);
#undef EZ_RUN
    column += tile;
  }
  if (line_sum)
    v_maskstore(p->sums + (image * p->to.height + row) * p->to.channels + channel, v_mask(p->to.channels - channel), sum);
}

// Bands of lines in some of the channels, a vector after the other, so that the lines that a vector reads stay in the
// first cache.
#ifdef EZ_PAIRS
#define EZ_FINISH_BAND(p, band)
#else
#define EZ_FINISH_BAND ez_finish_band
#endif
#define EZ_DEPTHWISE(taps, stride, spreads) \
  static EZ_TARGET void EZ_WIDE(depthwise_##taps##_##stride##_##spreads)(void *context, size_t begin, size_t end) { \
    const ez_depthwise_work *p = context; \
    for (size_t i = begin; i < end; i++) { \
      const ez_band band = ez_band_at(p, i); \
      for (size_t c = band.channel; c < band.channel_end; c += EZ_LANES) \
        for (size_t row = band.row; row < band.row_end; row++) \
          EZ_WIDE(depthwise_line)(p, band.image, row, c, taps, stride, spreads); \
      EZ_FINISH_BAND(p, &band); \
    } \
  }
EZ_DEPTHWISE(3, 1, 0)
EZ_DEPTHWISE(5, 1, 0)
EZ_DEPTHWISE(7, 1, 0)
EZ_DEPTHWISE(3, 2, 0)
EZ_DEPTHWISE(5, 2, 0)
EZ_DEPTHWISE(7, 2, 0)
#ifdef EZ_PAIRS
static const ez_body EZ_WIDE(depthwise_bodies)[2][3] = {
    {EZ_WIDE(depthwise_3_1_0), EZ_WIDE(depthwise_5_1_0), EZ_WIDE(depthwise_7_1_0)},
    {EZ_WIDE(depthwise_3_2_0), EZ_WIDE(depthwise_5_2_0), EZ_WIDE(depthwise_7_2_0)}};
#else
EZ_DEPTHWISE(3, 1, 1)
EZ_DEPTHWISE(5, 1, 1)
EZ_DEPTHWISE(7, 1, 1)
EZ_DEPTHWISE(3, 2, 1)
EZ_DEPTHWISE(5, 2, 1)
EZ_DEPTHWISE(7, 2, 1)

static const ez_body EZ_WIDE(depthwise_bodies)[2][2][3] = {
    {{EZ_WIDE(depthwise_3_1_0), EZ_WIDE(depthwise_5_1_0), EZ_WIDE(depthwise_7_1_0)},
     {EZ_WIDE(depthwise_3_2_0), EZ_WIDE(depthwise_5_2_0), EZ_WIDE(depthwise_7_2_0)}},
    {{EZ_WIDE(depthwise_3_1_1), EZ_WIDE(depthwise_5_1_1), EZ_WIDE(depthwise_7_1_1)},
     {EZ_WIDE(depthwise_3_2_1), EZ_WIDE(depthwise_5_2_1), EZ_WIDE(depthwise_7_2_1)}}};

// One line's share in the gradient of one line of taps: `chains` sums of each tap, so that additions need not wait
// for each other.
EZ_INLINE void EZ_WIDE(slope_tile)(const float *line, const float *slopes, size_t c, long first, long extent, long count,
                                   ez_mask mask, ez_vector *sum, const int taps, const int stride, const int chains,
                                   const int careful) {
  ez_vector dy[EZ_SMALL_TILE];
#pragma clang loop unroll(full)
  for (int t = 0; t < EZ_SMALL_TILE; t++)
    dy[t] = !careful || t < count ? EZ_WIDE(place)(slopes + (size_t)t * c, mask, careful) : v_zero();
#pragma clang loop unroll(full)
  for (int j = 0; j < (EZ_SMALL_TILE - 1) * stride + taps; j++) {
    if (careful && (first + j < 0 || first + j >= extent)) continue;
    const ez_vector v = EZ_WIDE(place)(line + (first + j) * (long)c, mask, careful);
#pragma clang loop unroll(full)
    for (int k = 0; k < taps; k++) {
      const int t = j - k;
      if (t >= 0 && t % stride == 0 && t / stride < EZ_SMALL_TILE) {
        ez_vector *to = &sum[k * chains + t / stride % chains];
        *to = v_fmadd(v, dy[t / stride], *to);
      }
    }
  }
}

// The sums over one image of one vector of channels.
EZ_INLINE void EZ_WIDE(slopes_of)(const ez_slopes_work *p, size_t image, size_t channel, const int taps,
                                  const int stride, const int chains) {
  const ez_window *w = p->w;
  const size_t c = w->channels;
  const ez_mask mask = v_mask(c - channel);
  const long extent = (long)w->width, width = (long)w->out_width;
  const int is_whole = c - channel >= EZ_LANES;
  const float *images = p->x + image * w->height * w->width * c + channel;
  const float *slopes = p->dy + image * w->out_height * w->out_width * c + channel;
  float *out = p->partial + image * w->kernel_height * (size_t)taps * c + channel;
  for (size_t ky = 0; ky < w->kernel_height; ky++) {
    ez_vector sum[9];
#pragma clang loop unroll(full)
    for (int i = 0; i < taps * chains; i++) sum[i] = v_zero();
    for (size_t oy = 0; oy < w->out_height; oy++) {
      const long y = (long)(oy * (size_t)stride + ky) - (long)w->padding;
      if (y < 0 || y >= (long)w->height) continue;
      const float *line = images + (size_t)y * w->width * c, *from = slopes + oy * w->out_width * c;
      for (long column = 0; column < width; column += EZ_SMALL_TILE) {
        const long first = column * stride - (long)w->padding_left, count = width - column;
        if (is_whole && first >= 0 && count >= EZ_SMALL_TILE && first + (EZ_SMALL_TILE - 1) * stride + taps <= extent)
          EZ_WIDE(slope_tile)(line, from + (size_t)column * c, c, first, extent, count, mask, sum, taps, stride, chains, 0);
        else
          EZ_WIDE(slope_tile)(line, from + (size_t)column * c, c, first, extent, count, mask, sum, taps, stride, chains, 1);
      }
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < taps; k++) {
      ez_vector all = sum[k * chains];
#pragma clang loop unroll(full)
      for (int i = 1; i < chains; i++) all = v_add(all, sum[k * chains + i]);
      v_maskstore(out + (ky * (size_t)taps + (size_t)k) * c, mask, all);
    }
  }
}

#define EZ_SLOPES(taps, stride, chains) \
  static EZ_TARGET void EZ_WIDE(slopes_##taps##_##stride)(void *context, size_t begin, size_t end) { \
    const ez_slopes_work *p = context; \
    const size_t vectors = (p->w->channels + EZ_LANES - 1) / EZ_LANES; \
    for (size_t i = begin; i < end; i++) \
      EZ_WIDE(slopes_of)(p, i / vectors, i % vectors * EZ_LANES, taps, stride, chains); \
  }
EZ_SLOPES(3, 1, 3)
EZ_SLOPES(5, 1, 1)
EZ_SLOPES(7, 1, 1)
EZ_SLOPES(3, 2, 3)
EZ_SLOPES(5, 2, 1)
EZ_SLOPES(7, 2, 1)
#undef EZ_SLOPES
static const ez_body EZ_WIDE(slopes_bodies)[2][3] = {
    {EZ_WIDE(slopes_3_1), EZ_WIDE(slopes_5_1), EZ_WIDE(slopes_7_1)},
    {EZ_WIDE(slopes_3_2), EZ_WIDE(slopes_5_2), EZ_WIDE(slopes_7_2)}};
#endif
#undef EZ_DEPTHWISE
#undef EZ_FINISH_BAND
#undef EZ_INLINE
