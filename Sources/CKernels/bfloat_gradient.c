#include "fused.h"

#include "bfloat.h"
#include "parallel.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The sum over all places of dy[place, o] * x[place + shift of a tap, i] is a product whose depth is places.
// One factor is stored transposed, [channel][place], so that a tap is an offset; the other as pairs of places.
// Lines of all images follow each other with their padding, so a place of x is a place of dy plus
// the tap's offset; where dy has no place there is zero. Places go in pieces that fit in the second cache.

// The offsets of the pixels among the places.
typedef struct {
  const ez_part *parts;
  size_t part_count;
  const float *scale, *shift;
  size_t channels, lines, across;  // places: lines of an image, places of a line
  size_t pad, height, width;       // pixels begin at (pad, pad)
  size_t places;                   // of all images
} ez_pixels;

typedef struct {
  int kind, transposes_dy;
  ez_pixels transposed, paired;
  size_t kernel_height, kernel_width;
  size_t piece, reach;       // places a piece; of the transposed factor
  size_t transposed_pitch, paired_pitch, rounded_pitch;
  size_t rows, columns, tap; // of the sums, multiples of a block; numbers a tap
  size_t first, depth;       // of the piece at hand
  uint16_t *transposed_values, *paired_values, *rounded;
  float *sums;
} ez_gradient_work;

static size_t channels_of(const ez_part *parts, size_t count) {
  size_t sum = 0;
  for (size_t p = 0; p < count; p++) sum += parts[p].channels;
  return sum;
}

// Fills in all but pointers; x's channels are the window's.
static ez_gradient_work plan(const ez_window *g) {
  ez_gradient_work w = {.kernel_height = g->kernel_height, .kernel_width = g->kernel_width};
  ez_pixels x = {.channels = g->channels, .pad = g->padding, .height = g->height, .width = g->width};
  ez_pixels dy = {.channels = g->out_channels, .height = g->out_height, .width = g->out_width};
  w.transposes_dy = g->kernel_height == 1 && g->kernel_width == 1;
  if (w.transposes_dy && g->padding == 0) {
    // One line of all pixels.
    x.height = dy.height = 1, x.width = dy.width = g->batch * g->height * g->width;
    x.lines = 1, x.across = x.width, x.places = x.width;
  } else {
    x.lines = g->height + 2 * g->padding, x.across = g->width + 2 * g->padding;
    x.places = g->batch * x.lines * x.across;
  }
  dy.lines = x.lines, dy.across = x.across, dy.places = x.places;
  w.transposed = w.transposes_dy ? dy : x, w.paired = w.transposes_dy ? x : dy;
  w.rows = ez_up(w.transposed.channels, EZ_BLOCK), w.columns = ez_up(w.paired.channels, EZ_BLOCK);
  w.tap = w.rows * w.columns;
  const size_t fits = (size_t)512 * 1024 / (w.rows + w.columns) / EZ_BLOCK * EZ_BLOCK;
  w.piece = fits < 128 ? 128 : fits > 2048 ? 2048 : fits;
  if (w.piece > ez_up(x.places, EZ_BLOCK)) w.piece = ez_up(x.places, EZ_BLOCK);
  w.reach = ez_up(w.piece + (g->kernel_height - 1) * x.across + g->kernel_width - 1, EZ_BLOCK);
  // Gaps, so that rows do not all fall on the same few lines of the first cache.
  w.transposed_pitch = w.reach + EZ_BLOCK;
  w.paired_pitch = 2 * w.columns + EZ_BLOCK;
  w.rounded_pitch = (w.rows > w.columns ? w.rows : w.columns) + EZ_BLOCK;
  return w;
}

static size_t transposed_count(const ez_gradient_work *w) { return w->rows * w->transposed_pitch; }
static size_t paired_count(const ez_gradient_work *w) { return w->piece / 2 * w->paired_pitch; }

size_t ez_bf16_gradient_workspace(const ez_window *window) {
  const ez_gradient_work w = plan(window);
  return w.kernel_height * w.kernel_width * w.tap * sizeof(float) +
         (transposed_count(&w) + paired_count(&w) + (size_t)ez_threads() * EZ_BLOCK * w.rounded_pitch) *
             sizeof(uint16_t);
}

// 32 places as rows of bf16, zero where there is no pixel.
static void round_places(int kind, const ez_pixels *p, size_t first, uint16_t *to, size_t pitch, size_t width) {
  for (size_t i = 0; i < EZ_BLOCK;) {
    const size_t place = first + i, line = place / p->across, x = place % p->across;
    const size_t image = line / p->lines, y = line % p->lines;
    const size_t left = EZ_BLOCK - i;
    size_t count;
    if (place >= p->places) {
      count = left;
    } else if (y >= p->pad && y < p->pad + p->height && x >= p->pad && x < p->pad + p->width) {
      const size_t rest = p->pad + p->width - x;
      count = rest < left ? rest : left;
      ez_bf16_round(kind, p->parts, p->part_count, p->scale, p->shift,
                    (image * p->height + y - p->pad) * p->width + x - p->pad, count, to + i * pitch, pitch,
                    width);
      i += count;
      continue;
    } else {
      const size_t rest = (x < p->pad ? p->pad : p->across) - x;
      count = rest < left ? rest : left;
    }
    for (size_t r = i; r < i + count; r++) memset(to + r * pitch, 0, width * sizeof *to);
    i += count;
  }
}

#if defined(__x86_64__)
// Channels of two rows in turn: the first 16 pairs and the next.
EZ_VECTORS static inline __m512i low_order(void) {
  const __m512i step = _mm512_set1_epi32(0x00200000);
  return _mm512_add_epi16(step, _mm512_mullo_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3,
                                                                   2, 1, 0),
                                                  _mm512_set1_epi32(0x00010001)));
}

EZ_VECTORS static void pair_by_vectors(const uint16_t *rows, size_t pitch, size_t channels, uint16_t *to,
                                       size_t to_pitch) {
  const __m512i low = low_order(), high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  for (size_t i = 0; i < EZ_HALF; i++) {
    const uint16_t *even = rows + 2 * i * pitch, *odd = even + pitch;
    uint16_t *pairs = to + i * to_pitch;
    for (size_t c = 0; c < channels; c += EZ_BLOCK) {
      const __m512i a = _mm512_loadu_si512(even + c), b = _mm512_loadu_si512(odd + c);
      _mm512_storeu_si512(pairs + 2 * c, _mm512_permutex2var_epi16(a, low, b));
      _mm512_storeu_si512(pairs + 2 * c + EZ_BLOCK, _mm512_permutex2var_epi16(a, high, b));
    }
  }
}

// 32 channels of 32 places: pairs of places are transposed as numbers of 32 bits, 16 by 16.
EZ_VECTORS static void transpose_by_vectors(const uint16_t *rows, size_t pitch, size_t channels, uint16_t *to,
                                       size_t to_pitch) {
  const __m512i low = low_order(), high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  for (size_t c = 0; c < channels; c += EZ_BLOCK)
    for (int half = 0; half < 2; half++) {
      __m512i r[16];
      const __m512i order = half ? high : low;
#pragma clang loop unroll(full)
      for (size_t i = 0; i < 16; i++)
        r[i] = _mm512_permutex2var_epi16(_mm512_loadu_si512(rows + 2 * i * pitch + c), order,
                                         _mm512_loadu_si512(rows + (2 * i + 1) * pitch + c));
      ez_turn_words(r);
      uint16_t *out = to + (c + (size_t)half * EZ_HALF) * to_pitch;
#pragma clang loop unroll(full)
      for (size_t i = 0; i < 16; i++) _mm512_storeu_si512(out + i * to_pitch, r[i]);
    }
}
#endif

static void pair_places(int kind, const uint16_t *rows, size_t pitch, size_t channels, uint16_t *to,
                        size_t to_pitch) {
#if defined(__x86_64__)
  if (kind != EZ_BF16_PLAIN) {
    pair_by_vectors(rows, pitch, channels, to, to_pitch);
    return;
  }
#endif
  for (size_t i = 0; i < EZ_BLOCK; i++)
    for (size_t c = 0; c < channels; c++) to[i / 2 * to_pitch + 2 * c + i % 2] = rows[i * pitch + c];
}

static void transpose_places(int kind, const uint16_t *rows, size_t pitch, size_t channels, uint16_t *to,
                        size_t to_pitch) {
#if defined(__x86_64__)
  if (kind != EZ_BF16_PLAIN) {
    transpose_by_vectors(rows, pitch, channels, to, to_pitch);
    return;
  }
#endif
  for (size_t i = 0; i < EZ_BLOCK; i++)
    for (size_t c = 0; c < channels; c++) to[c * to_pitch + i] = rows[i * pitch + c];
}

static void factors_body(void *context, size_t begin, size_t end) {
  const ez_gradient_work *w = context;
  uint16_t *rows = w->rounded + (size_t)ez_thread() * EZ_BLOCK * w->rounded_pitch;
  for (size_t i = begin; i < end; i++) {
    const size_t place = i * EZ_BLOCK;
    round_places(w->kind, &w->transposed, w->first + place, rows, w->rounded_pitch, w->rows);
    transpose_places(w->kind, rows, w->rounded_pitch, w->rows, w->transposed_values + place, w->transposed_pitch);
    if (place >= w->depth) continue;
    round_places(w->kind, &w->paired, w->first + place, rows, w->rounded_pitch, w->columns);
    pair_places(w->kind, rows, w->rounded_pitch, w->columns, w->paired_values + place / 2 * w->paired_pitch,
                w->paired_pitch);
  }
}

static void sums_body(void *context, size_t begin, size_t end) {
  const ez_gradient_work *w = context;
  const size_t across = w->columns / EZ_BLOCK, down = w->rows / EZ_BLOCK;
  ez_bf16_begin(w->kind);
  for (size_t i = begin; i < end; i++) {
    const size_t column = i % across * EZ_BLOCK, row = i / across % down * EZ_BLOCK, tap = i / across / down;
    const size_t offset = tap / w->kernel_width * w->transposed.across + tap % w->kernel_width;
    const size_t left = w->transposed.channels - row;
    const ez_bf16_rows a = {w->transposed_values + row * w->transposed_pitch + offset, w->transposed_pitch, 1, 0,
                            w->depth, w->depth};
    const ez_bf16_pairs b = {w->paired_values + 2 * column, w->paired_pitch};
    ez_bf16_block(w->kind, &a, &b, left < EZ_BLOCK ? left : EZ_BLOCK,
                  w->sums + tap * w->tap + row * w->columns + column, w->columns, w->first > 0,
                  NULL);
  }
  ez_bf16_end(w->kind);
}

void ez_bf16_weight_gradient(int kind, const ez_window *window, const ez_source *source, const float *dy,
                             void *workspace, float *gradient) {
  ez_gradient_work w = plan(window);
  const ez_part dy_part = {dy, window->out_channels};
  ez_pixels *x = w.transposes_dy ? &w.paired : &w.transposed, *outer = w.transposes_dy ? &w.transposed : &w.paired;
  x->parts = source->parts, x->part_count = source->part_count;
  x->scale = source->scale, x->shift = source->shift;
  outer->parts = &dy_part, outer->part_count = 1;
  if (channels_of(source->parts, source->part_count) != window->channels) __builtin_trap();
  const size_t taps = window->kernel_height * window->kernel_width;
  w.kind = kind;
  w.sums = workspace;
  w.transposed_values = (uint16_t *)(w.sums + taps * w.tap);
  w.paired_values = w.transposed_values + transposed_count(&w);
  w.rounded = w.paired_values + paired_count(&w);

  const size_t blocks = taps * w.tap / (EZ_BLOCK * EZ_BLOCK);
  for (w.first = 0; w.first < w.transposed.places; w.first += w.piece) {
    const size_t left = ez_up(w.transposed.places - w.first, EZ_BLOCK);
    w.depth = left < w.piece ? left : w.piece;
    const size_t reach = w.reach - w.piece + w.depth;
    ez_parallel(reach / EZ_BLOCK, 1, factors_body, &w);
    ez_parallel(blocks, (blocks + 15) / 16, sums_body, &w);
  }
  const size_t in = window->channels, out = window->out_channels;
  if (w.transposes_dy) {
    for (size_t o = 0; o < out; o++) memcpy(gradient + o * in, w.sums + o * w.columns, in * sizeof(float));
    return;
  }
  for (size_t o = 0; o < out; o++)
    for (size_t t = 0; t < taps; t++)
      for (size_t i = 0; i < in; i++)
        gradient[(o * taps + t) * in + i] = w.sums[t * w.tap + i * w.columns + o];
}
