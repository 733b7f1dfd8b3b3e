// Products and pointwise convolutions in one width; see lanes.h.
#include "lanes.h"

static inline __attribute__((always_inline)) EZ_TARGET void
EZ_WIDE(tile)(const int rows, const int vectors, const int whole, const int prefetches, const int from_memory, const float *a, size_t a_stride, size_t segments,
              size_t segment_stride, size_t depth, const float *b, const ez_finish *finish,
              size_t column, ez_mask low, ez_mask high, float *c, size_t c_stride, ptrdiff_t next,
              const float *prefetch) {
  ez_vector sum[EZ_TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sum[i][0] = sum[i][1] = v_zero();
  for (size_t s = 0; s < segments; s++, a += segment_stride) {
    // An address a row, which the compiler is not to make out of others: an index beside it would cost the
    // product an instruction. Where products read their factor from memory, some are loaded all the same, since a
    // core reads twice for two products.
    const float *row[EZ_TILE_ROWS];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) row[i] = a + (size_t)i * a_stride;
#define EZ_STEP(j) \
  do { \
    const ez_vector left = v_load(b + (j) * 2 * EZ_LANES); \
    const ez_vector right = vectors == 2 ? v_load(b + ((j) * 2 + 1) * EZ_LANES) : left; \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) { \
      if (from_memory && i < EZ_TILE_ROWS - 2) { \
        v_fmadd_from(sum[i][0], left, row[i] + (j)); \
        v_fmadd_from(sum[i][1], right, row[i] + (j)); \
      } else { \
        const ez_vector x = v_set1(row[i][j]); \
        sum[i][0] = v_fmadd(x, left, sum[i][0]); \
        if (vectors == 2) sum[i][1] = v_fmadd(x, right, sum[i][1]); \
      } \
    } \
  } while (0)
#define EZ_EIGHT_STEPS() \
  do { \
    if (prefetches) { \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < EZ_PREFETCHED; i += 64) \
        __builtin_prefetch((const char *)b + further + i, 0, 2); \
    } \
    EZ_STEP(0); \
    EZ_STEP(1); \
    EZ_STEP(2); \
    EZ_STEP(3); \
    EZ_STEP(4); \
    EZ_STEP(5); \
    EZ_STEP(6); \
    EZ_STEP(7); \
    b += 16 * EZ_LANES; \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) { \
      row[i] += 8; \
      __asm__("" : "+r"(row[i])); \
    } \
  } while (0)
    const float *const end = b + depth * 2 * EZ_LANES, *const eights = b + depth / 8 * 16 * EZ_LANES;
    // From a line of weights to one that is wanted later: each eight steps prefetch some lines of as many as they read.
    const intptr_t further = prefetches ? (intptr_t)prefetch - (intptr_t)b : 0;
    if (finish->prefetches && s == 0) {
      // Of the next tile, some at a time; behind the last there may be nothing, which does no harm.
      for (size_t k = 0; k < EZ_TILE_ROWS && b != eights; k++) {
        for (size_t i = k; i < EZ_TILE_ROWS; i += depth / 8) {
          const float *place = c + next + (ptrdiff_t)(i * c_stride);
          if (!finish->past_cache) {
            __builtin_prefetch(place, 1, 2);
            __builtin_prefetch(place + EZ_LANES, 1, 2);
          }
          if (finish->add && finish->add != c) {
            const float *add = finish->add + next + (ptrdiff_t)(i * c_stride);
            __builtin_prefetch(add, 0, 2);
            __builtin_prefetch(add + EZ_LANES, 0, 2);
          }
        }
        EZ_EIGHT_STEPS();
      }
    }
    while (b != eights) EZ_EIGHT_STEPS();
    for (; b != end; b += 2 * EZ_LANES) {
      EZ_STEP(0);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) row[i]++;
    }
#undef EZ_EIGHT_STEPS
#undef EZ_STEP
  }
  ez_vector bias0 = v_zero(), bias1 = bias0;
  if (finish->bias) {
    bias0 = v_maskload(low, finish->bias + column);
    if (vectors == 2) bias1 = v_maskload(high, finish->bias + column + EZ_LANES);
  }
  const ez_vector floor = v_set1(ez_least(finish->relu)), ceiling = v_set1(ez_most(finish->relu));
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    ez_vector y0 = v_add(sum[i][0], bias0), y1 = v_add(sum[i][1], bias1);
    if (finish->add) {
      const float *add = finish->add + (size_t)i * c_stride + column;
      y0 = v_add(y0, v_maskload(low, add));
      if (vectors == 2) y1 = v_add(y1, v_maskload(high, add + EZ_LANES));
    }
    float *to = c + (size_t)i * c_stride + column;
    y0 = v_clip(floor, ceiling, y0), y1 = v_clip(floor, ceiling, y1);
    // AVX2's masked stores are slow whatever their mask.
    if (whole && finish->past_cache) {
      v_stream(to, y0);
      if (vectors == 2) v_stream(to + EZ_LANES, y1);
    } else if (whole) {
      v_store(to, y0);
      if (vectors == 2) v_store(to + EZ_LANES, y1);
    } else {
      v_maskstore(to, low, y0);
      if (vectors == 2) v_maskstore(to + EZ_LANES, high, y1);
    }
  }
}

// The rows of one tile and the 2 * EZ_LANES columns from `column` on; `next` is where the next tile's results
// begin, seen from c.
static inline EZ_TARGET void EZ_WIDE(any_tile)(size_t rows, const float *a, size_t a_stride,
                                               size_t segments, size_t segment_stride, size_t depth,
                                               const float *b, const ez_finish *finish,
                                               size_t column, size_t columns, float *c,
                                               size_t c_stride, ptrdiff_t next, const float *prefetch) {
  const size_t left = columns - column;
  const ez_mask low = v_mask(left), high = v_mask(left > EZ_LANES ? left - EZ_LANES : 0);
#define EZ_TILE(n, vectors, whole, prefetches, from_memory) \
  EZ_WIDE(tile)(n, vectors, whole, prefetches, from_memory, a, a_stride, segments, segment_stride, depth, b, finish, column, low, \
                high, c, c_stride, next, prefetch)
#define EZ_CASE(n) \
  case n: \
    if (left >= 2 * EZ_LANES) EZ_TILE(n, 2, 1, 0, 0); \
    else if (left > EZ_LANES) EZ_TILE(n, 2, 0, 0, 0); \
    else EZ_TILE(n, 1, 0, 0, 0); \
    break;
  switch (rows) {
    EZ_CASE(1)
    EZ_CASE(2)
    EZ_CASE(3)
    EZ_CASE(4)
    EZ_CASE(5)
#if EZ_TILE_ROWS > 6
    EZ_CASE(6)
    EZ_CASE(7)
    EZ_CASE(8)
    EZ_CASE(9)
    EZ_CASE(10)
    EZ_CASE(11)
#endif
  default:
    // The second vector of the last panel may hold nothing: half of the products are enough.
    if (left < EZ_LANES) EZ_TILE(EZ_TILE_ROWS, 1, 0, 0, 0);
    else if (left == EZ_LANES) EZ_TILE(EZ_TILE_ROWS, 1, 1, 0, 0);
    else if (left < 2 * EZ_LANES) EZ_TILE(EZ_TILE_ROWS, 2, 0, 0, 0);
    else if (!ez_reads_factors) {
      if (prefetch) EZ_TILE(EZ_TILE_ROWS, 2, 1, 1, 0);
      else EZ_TILE(EZ_TILE_ROWS, 2, 1, 0, 0);
    } else if (prefetch) EZ_TILE(EZ_TILE_ROWS, 2, 1, 1, 1);
    else EZ_TILE(EZ_TILE_ROWS, 2, 1, 0, 1);
  }
#undef EZ_CASE
#undef EZ_TILE
}

EZ_TARGET void EZ_WIDE(ez_multiply_packed)(const float *a, size_t a_stride, size_t rows,
                                           size_t depth, const float *weights, size_t columns,
                                           const ez_finish *finish, const ez_prefetch *prefetch, float *c,
                                           size_t c_stride) {
  // Prefetching goes in blocks as long as a panel; each of so many tiles takes its share of one.
  enum { EZ_PANEL = 2 * EZ_LANES, EZ_SHARES = 8 * EZ_PANEL * sizeof(float) / EZ_PREFETCHED };
  size_t prefetched = 0, share = 0;
  for (size_t column = 0; column < columns; column += EZ_PANEL) {
    const float *panel = weights + column * depth;
    const float *following = column + EZ_PANEL < columns ? panel + EZ_PANEL * depth : prefetch->after;
    for (size_t row = 0; row < rows; row += EZ_TILE_ROWS) {
      ez_finish here = *finish;
      if (here.add) here.add += row * c_stride;
      // Below, or the first of the next columns.
      const ptrdiff_t next = row + EZ_TILE_ROWS < rows
                                 ? (ptrdiff_t)(EZ_TILE_ROWS * c_stride + column)
                                 : (ptrdiff_t)(column + EZ_PANEL) - (ptrdiff_t)(row * c_stride);
      // Only whole tiles prefetch.
      const size_t tile = row / EZ_TILE_ROWS, one = EZ_PREFETCHED / sizeof(float);
      const float *block = NULL;
      if (prefetch->weights && tile < EZ_SHARES) {
        if (following) block = following + tile * one;
      } else if (prefetched < prefetch->count && rows - row >= EZ_TILE_ROWS) {
        block = prefetch->values + prefetched + share * one;
        share = (share + 1) % EZ_SHARES;
        if (share == 0) prefetched += EZ_PANEL * depth;
      }
      EZ_WIDE(any_tile)(rows - row, a + row * a_stride, a_stride, 1, 0, depth, panel, &here, column,
                        columns, c + row * c_stride, c_stride, next, block);
    }
  }
}

static EZ_TARGET void EZ_WIDE(normalised_rows)(const ez_pointwise_work *w, size_t begin, size_t end,
                                               float *out) {
  size_t offset = 0;
  for (size_t p = 0; p < w->part_count; p++) {
    const size_t c = w->parts[p].channels;
    const float *scale = w->scale + offset, *shift = w->shift + offset;
    for (size_t r = begin; r < end; r++) {
      const float *x = w->parts[p].values + r * c;
      float *to = out + (r - begin) * (w->depth + EZ_GAP) + offset;
      size_t j = 0;
      for (; j + EZ_LANES <= c; j += EZ_LANES)
        v_store(to + j,
                v_max(v_zero(), v_fmadd(v_load(x + j), v_load(scale + j), v_load(shift + j))));
      if (j < c) {
        const ez_mask m = v_mask(c - j);
        v_maskstore(to + j, m,
                    v_max(v_zero(), v_fmadd(v_maskload(m, x + j), v_maskload(m, scale + j),
                                            v_maskload(m, shift + j))));
      }
    }
    offset += c;
  }
}

static EZ_TARGET void EZ_WIDE(gated_rows)(const ez_pointwise_work *w, size_t begin, size_t end, float *out) {
  for (size_t r = begin; r < end; r++) {
    const float *x = w->parts[0].values + r * w->depth, *gate = w->gate + r / w->gate_rows * w->depth;
    float *to = out + (r - begin) * (w->depth + EZ_GAP);
    size_t j = 0;
    for (; j + EZ_LANES <= w->depth; j += EZ_LANES) v_store(to + j, v_mul(v_load(x + j), v_load(gate + j)));
    if (j < w->depth) {
      const ez_mask m = v_mask(w->depth - j);
      v_maskstore(to + j, m, v_mul(v_maskload(m, x + j), v_maskload(m, gate + j)));
    }
  }
}

// The rows of a chunk and the columns of a group.
static void EZ_WIDE(pointwise_piece)(const ez_pointwise_work *w, size_t chunk, size_t group) {
  const size_t begin = ez_piece_row(w->rows, EZ_TILE_ROWS, chunk, w->cut.chunks);
  const size_t end = ez_piece_row(w->rows, EZ_TILE_ROWS, chunk + 1, w->cut.chunks);
  const size_t column = group * w->cut.columns;
  const size_t columns = w->columns - column < w->cut.columns ? w->columns - column : w->cut.columns;
  const float *from = w->parts[0].values + begin * w->depth;
  size_t stride = w->depth;
  float *rows = w->workspace + (size_t)ez_thread() * w->cut.rows * (w->depth + EZ_GAP);
  if (w->scale) {
    EZ_WIDE(normalised_rows)(w, begin, end, rows);
    from = rows, stride = w->depth + EZ_GAP;
  } else if (w->gate) {
    EZ_WIDE(gated_rows)(w, begin, end, rows);
    from = rows, stride = w->depth + EZ_GAP;
  } else if (w->copies) {
    for (size_t r = begin; r < end; r++)
      memcpy(rows + (r - begin) * (w->depth + EZ_GAP),
             w->parts[0].values + (w->places ? ez_place_of(w->places, r) : r) * w->depth,
             w->depth * sizeof(float));
    from = rows, stride = w->depth + EZ_GAP;
  }
  const size_t start = begin * w->columns + column;
  ez_finish finish = w->finish;
  if (finish.bias) finish.bias += column;
  if (finish.add) finish.add += start;
  const float *weights = w->weights + column * w->depth;
  ez_prefetch prefetch = {.weights = w->large, .after = weights};
  if (!w->scale && !w->places && w->cut.groups == 1) {
    // The next chunk's rows: most often this thread's, too.
    const size_t left = w->rows - end;
    prefetch.values = w->parts[0].values + end * w->depth;
    prefetch.count = (left < w->cut.rows ? left : w->cut.rows) * w->depth;
  }
  EZ_WIDE(ez_multiply_packed)(from, stride, end - begin, w->depth, weights, columns, &finish, &prefetch, w->out + start,
                              w->columns);
  if (!w->function) return;
  if (w->cut.groups == 1) ez_activate_here(w->function - 1, w->out + start, (end - begin) * columns);
  else
    for (size_t r = 0; r < end - begin; r++) ez_activate_here(w->function - 1, w->out + start + r * w->columns, columns);
}

static void EZ_WIDE(pointwise_body)(void *context, size_t begin, size_t end) {
  const ez_pointwise_work *w = context;
  // A thread's share is of the same columns, so that their weights stay in its cache.
  for (size_t i = begin; i < end; i++) EZ_WIDE(pointwise_piece)(w, i % w->cut.chunks, i / w->cut.chunks);
  // What was written past the cache is seen by others from here on.
  if (w->finish.past_cache) _mm_sfence();
}

// A chunk of output rows, y from begin to end of all images behind each other. The lines of input that
// they read are copied between zeros, so that a window is one run of floats a line.
static EZ_TARGET void EZ_WIDE(direct_body)(void *context, size_t begin, size_t end) {
  const ez_direct_work *w = context;
  const ez_window *g = &w->window;
  const size_t line = (g->width + 2 * g->padding) * g->channels, depth = g->kernel_width * g->channels;
  float *lines = w->workspace + (size_t)ez_thread() * w->lines * line;
  while (begin < end) {
    // No further than this image.
    const size_t image = begin / g->out_height, y = begin % g->out_height;
    const size_t rows = end - begin < g->out_height - y ? end - begin : g->out_height - y;
    const size_t first = y * g->stride, count = (rows - 1) * g->stride + g->kernel_height;
    for (size_t i = 0; i < count; i++) {
      float *to = lines + i * line;
      const size_t from = first + i;
      if (from < g->padding || from >= g->height + g->padding) {
        memset(to, 0, line * sizeof(float));
        continue;
      }
      const size_t pad = g->padding * g->channels, width = g->width * g->channels;
      memset(to, 0, pad * sizeof(float));
      memcpy(to + pad, w->x + (image * g->height + from - g->padding) * width,
             width * sizeof(float));
      memset(to + pad + width, 0, pad * sizeof(float));
    }
    // As even as can be: seven places are four and three, not six and one.
    const size_t tiles = (g->out_width + EZ_TILE_ROWS - 1) / EZ_TILE_ROWS;
    const size_t few = g->out_width / tiles, longer = g->out_width % tiles;
    for (size_t column = 0; column < g->out_channels; column += 2 * EZ_LANES) {
      const float *b = w->weights + column * depth * g->kernel_height;
      for (size_t row = 0; row < rows; row++) {
        const float *a = lines + row * g->stride * line;
        size_t place = (begin + row) * g->out_width * g->out_channels;
        for (size_t tile = 0; tile < tiles; tile++) {
          const size_t places = few + (tile < longer);
          ez_finish here = w->finish;
          if (here.add) here.add += place;
          EZ_WIDE(any_tile)(places, a, g->stride * g->channels, g->kernel_height, line, depth, b,
                            &here, column, g->out_channels, w->out + place, g->out_channels,
                            (ptrdiff_t)(places * g->out_channels + column), NULL);
          a += places * g->stride * g->channels;
          place += places * g->out_channels;
        }
      }
    }
    const size_t line_of_results = g->out_width * g->out_channels;
    if (w->function) ez_activate_here(w->function - 1, w->out + begin * line_of_results, rows * line_of_results);
    begin += rows;
  }
}
