// One primitive between guards, and what is said of it.
#include "guard.h"

#define CHECK(call) \
  do { \
    const dnnl_status_t status_ = (call); \
    if (status_ != dnnl_success) { \
      fprintf(stderr, "status %d of %s\n", status_, #call); \
      exit(2); \
    } \
  } while (0)

// Bytes before and behind each buffer. All ones is a NaN.
enum { GUARD = 1 << 17 };

typedef struct {
  unsigned char *base;
  float *floats;
  size_t bytes;
} Buffer;

static Buffer buffer(size_t bytes) {
  Buffer b = {.bytes = bytes};
  b.base = aligned_alloc(4096, (bytes + 2 * GUARD + 4095) / 4096 * 4096);
  if (!b.base) exit(2);
  memset(b.base, 0xFF, bytes + 2 * GUARD);
  b.floats = (float *)(b.base + GUARD);
  return b;
}

static void fill(Buffer b) {
  static unsigned state = 1;
  for (size_t i = 0; i < b.bytes / 4; i++) {
    state = state * 1664525u + 1013904223u;
    b.floats[i] = (float)((int)(state >> 29) - 3); // -3 to 4
  }
}

// How many bytes of the guards are no longer ones.
static size_t touched(Buffer b) {
  static unsigned char ones[GUARD];
  if (!ones[0]) memset(ones, 0xFF, GUARD);
  if (!memcmp(b.base, ones, GUARD) && !memcmp(b.base + GUARD + b.bytes, ones, GUARD)) return 0;
  size_t count = 0;
  for (size_t i = 0; i < GUARD; i++)
    count += (b.base[i] != 0xFF) + (b.base[GUARD + b.bytes + i] != 0xFF);
  return count;
}

// Elements that differ, and whether one of them is a NaN.
static size_t differing(const float *found, const float *expected, size_t count, int *nan) {
  size_t wrong = 0;
  for (size_t i = 0; i < count; i++) {
    if (found[i] == expected[i]) continue;
    wrong++;
    if (found[i] != found[i]) *nan = 1;
  }
  return wrong;
}

void start(Guard *g) {
  CHECK(dnnl_engine_create(&g->engine, dnnl_cpu, 0));
  CHECK(dnnl_stream_create(&g->stream, g->engine, dnnl_stream_default_flags));
}

static Family *family(Guard *g, const Shape *s, Kind kind, const char *implementation) {
  static const char *kinds[] = {"forward", "input gradient", "weight gradient"};
  char name[160];
  const char *grouping = s->groups == 1 ? "" : s->groups == s->in && s->in == s->out ? ", depthwise" : ", groups";
  snprintf(name, sizeof name, "%s, %dx%d, stride %d%s%s: %s", kinds[kind], s->kernel, s->kernel, s->stride,
           s->kernel == 1 && s->padding ? ", padding 1" : "", grouping, implementation);
  for (int i = 0; i < g->family_count; i++)
    if (!strcmp(g->families[i].name, name)) return &g->families[i];
  if (g->family_count == sizeof g->families / sizeof *g->families) exit(2);
  Family *f = &g->families[g->family_count++];
  *f = (Family){.least_in = 1 << 20, .least_out = 1 << 20};
  strcpy(f->name, name);
  return f;
}

static void note(Guard *g, const Shape *s, Kind kind, int bias, const char *implementation, size_t outside,
                 size_t wrong, int nan) {
  Family *f = family(g, s, kind, implementation);
  f->tried++;
  if (!outside && !wrong) return;
  f->wrote += outside > 0, f->wrong += wrong > 0, f->crossed += nan;
  if (s->in < f->least_in) f->least_in = s->in;
  if (s->in > f->most_in) f->most_in = s->in;
  if (s->out < f->least_out) f->least_out = s->out;
  if (s->out > f->most_out) f->most_out = s->out;
  char text[160];
  snprintf(text, sizeof text, "[%d, %d, %d, %d] to %d, %d groups%s: %zu bytes outside, %zu wrong", s->batch,
           s->height, s->width, s->in, s->out, s->groups, bias ? ", bias" : "", outside, wrong);
  if (!f->example[0]) strcpy(f->example, text);
  if (g->verbose) printf("  %s: %s\n", f->name, text);
}

static void describe(dnnl_memory_desc_t *d, int count, const dnnl_dims_t sizes, dnnl_format_tag_t tag) {
  CHECK(dnnl_memory_desc_init_by_tag(d, count, sizes, dnnl_f32, tag));
}

static dnnl_memory_t memory(Guard *g, const dnnl_memory_desc_t *d, Buffer b) {
  dnnl_memory_t made;
  CHECK(dnnl_memory_create(&made, d, g->engine, b.floats));
  return made;
}

static void reorder(Guard *g, dnnl_memory_t from, const dnnl_memory_desc_t *a, dnnl_memory_t to,
                    const dnnl_memory_desc_t *b) {
  dnnl_primitive_desc_t d;
  dnnl_primitive_t made;
  CHECK(dnnl_reorder_primitive_desc_create(&d, a, g->engine, b, g->engine, NULL));
  CHECK(dnnl_primitive_create(&made, d));
  const dnnl_exec_arg_t list[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  CHECK(dnnl_primitive_execute(made, g->stream, 2, list));
  CHECK(dnnl_stream_wait(g->stream));
  dnnl_primitive_destroy(made), dnnl_primitive_desc_destroy(d);
}

// A primitive's description, that of the forward pass as a hint.
static dnnl_primitive_desc_t primitive_of(Guard *g, const Shape *s, Kind kind, const dnnl_memory_desc_t *x,
                                          const dnnl_memory_desc_t *free_weights,
                                          const dnnl_memory_desc_t *b, const dnnl_memory_desc_t *y) {
  const dnnl_dims_t strides = {s->stride, s->stride}, before = {s->padding, s->padding};
  const dnnl_dims_t behind = {(s->out_height - 1) * s->stride + s->kernel - s->height - s->padding,
                              (s->out_width - 1) * s->stride + s->kernel - s->width - s->padding};
  dnnl_convolution_desc_t forward, backward;
  CHECK(dnnl_convolution_forward_desc_init(
      &forward, kind == FORWARD ? dnnl_forward_inference : dnnl_forward_training, dnnl_convolution_direct, x,
      free_weights, kind == FORWARD ? b : NULL, y, strides, before, behind));
  dnnl_primitive_attr_t attributes;
  CHECK(dnnl_primitive_attr_create(&attributes));
  CHECK(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
  dnnl_primitive_desc_t hint, chosen;
  CHECK(dnnl_primitive_desc_create(&hint, &forward, attributes, g->engine, NULL));
  if (kind == INPUT_GRADIENT)
    CHECK(dnnl_convolution_backward_data_desc_init(&backward, dnnl_convolution_direct, x, free_weights, y,
                                                   strides, before, behind));
  if (kind == WEIGHT_GRADIENT)
    CHECK(dnnl_convolution_backward_weights_desc_init(&backward, dnnl_convolution_direct, x, free_weights, b,
                                                      y, strides, before, behind));
  chosen = hint;
  if (kind != FORWARD) {
    CHECK(dnnl_primitive_desc_create(&chosen, &backward, attributes, g->engine, hint));
    dnnl_primitive_desc_destroy(hint);
  }
  dnnl_primitive_attr_destroy(attributes);
  return chosen;
}

void run_primitive(Guard *g, const Shape *s, Kind kind, int bias) {
  const int isGrouped = s->groups > 1;
  const dnnl_dims_t images = {s->batch, s->in, s->height, s->width};
  const dnnl_dims_t results = {s->batch, s->out, s->out_height, s->out_width}, biases = {s->out};
  const dnnl_dims_t grouped = {s->groups, s->out / s->groups, s->in / s->groups, s->kernel, s->kernel};
  dnnl_memory_desc_t x, y, b, free_weights, plain;
  describe(&x, 4, images, dnnl_nhwc), describe(&y, 4, results, dnnl_nhwc), describe(&b, 1, biases, dnnl_a);
  const dnnl_dims_t whole = {s->out, s->in, s->kernel, s->kernel};
  const int order = isGrouped ? 5 : 4;
  describe(&free_weights, order, isGrouped ? grouped : whole, dnnl_format_tag_any);
  describe(&plain, order, isGrouped ? grouped : whole, isGrouped ? dnnl_gohwi : dnnl_ohwi);
  dnnl_primitive_desc_t chosen = primitive_of(g, s, kind, &x, &free_weights, bias ? &b : NULL, &y);
  const dnnl_memory_desc_t *weights =
      dnnl_primitive_desc_query_md(chosen, kind == WEIGHT_GRADIENT ? dnnl_query_diff_weights_md
                                                                   : dnnl_query_weights_md, 0);
  const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(chosen, dnnl_query_scratchpad_md, 0);
  const char *implementation = "";
  dnnl_primitive_desc_query(chosen, dnnl_query_impl_info_str, 0, &implementation);

  enum { X, Y, W, PLAIN, B, SCRATCH, COUNT };
  Buffer all[COUNT] = {buffer(dnnl_memory_desc_get_size(&x)),    buffer(dnnl_memory_desc_get_size(&y)),
                       buffer(dnnl_memory_desc_get_size(weights)), buffer(dnnl_memory_desc_get_size(&plain)),
                       buffer((size_t)s->out * 4),               buffer(dnnl_memory_desc_get_size(scratch))};
  const dnnl_memory_t m[COUNT] = {memory(g, &x, all[X]),         memory(g, &y, all[Y]),
                                  memory(g, weights, all[W]),    memory(g, &plain, all[PLAIN]),
                                  memory(g, &b, all[B]),         memory(g, scratch, all[SCRATCH])};
  if (kind != INPUT_GRADIENT) fill(all[X]);
  if (kind != FORWARD) fill(all[Y]);
  if (kind != WEIGHT_GRADIENT) {
    fill(all[PLAIN]);
    reorder(g, m[PLAIN], &plain, m[W], weights);
  }
  if (kind == FORWARD && bias) fill(all[B]);

  dnnl_primitive_t made;
  CHECK(dnnl_primitive_create(&made, chosen));
  static const int names[3][4] = {
      {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS},
      {DNNL_ARG_DIFF_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, 0},
      {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS}};
  const dnnl_exec_arg_t list[] = {{names[kind][0], m[X]}, {names[kind][1], m[Y]}, {names[kind][2], m[W]},
                                  {DNNL_ARG_SCRATCHPAD, m[SCRATCH]}, {names[kind][3], m[B]}};
  CHECK(dnnl_primitive_execute(made, g->stream, bias ? 5 : 4, list));
  CHECK(dnnl_stream_wait(g->stream));
  if (kind == WEIGHT_GRADIENT) reorder(g, m[W], weights, m[PLAIN], &plain);

  Buffer found = all[kind == FORWARD ? Y : kind == INPUT_GRADIENT ? X : PLAIN];
  float *expected = malloc(found.bytes + 4), *sums = malloc((size_t)s->out * 4);
  if (!expected || !sums) exit(2);
  if (kind == FORWARD)
    reference_forward(s, all[X].floats, all[PLAIN].floats, bias ? all[B].floats : NULL, expected);
  if (kind == INPUT_GRADIENT) reference_input_gradient(s, all[Y].floats, all[PLAIN].floats, expected);
  if (kind == WEIGHT_GRADIENT)
    reference_weight_gradient(s, all[X].floats, all[Y].floats, expected, bias ? sums : NULL);
  int nan = 0;
  size_t wrong = differing(found.floats, expected, found.bytes / 4, &nan), outside = 0;
  if (kind == WEIGHT_GRADIENT && bias) wrong += differing(all[B].floats, sums, (size_t)s->out, &nan);
  for (int i = 0; i < COUNT; i++) outside += touched(all[i]);
  note(g, s, kind, bias, implementation, outside, wrong, nan);

  free(expected), free(sums);
  for (int i = 0; i < COUNT; i++) dnnl_memory_destroy(m[i]), free(all[i].base);
  dnnl_primitive_destroy(made), dnnl_primitive_desc_destroy(chosen);
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const Family *)a)->name, ((const Family *)b)->name);
}

int report(const Guard *g) {
  Guard *sorted = malloc(sizeof *sorted);
  if (!sorted) exit(2);
  *sorted = *g;
  qsort(sorted->families, (size_t)sorted->family_count, sizeof(Family), by_name);
  int faults = 0;
  for (int i = 0; i < sorted->family_count; i++) {
    const Family *f = &sorted->families[i];
    const int bad = f->wrote || f->wrong;
    faults |= bad;
    printf("%s: %ld tried", f->name, f->tried);
    if (bad)
      printf(", %ld wrote outside, %ld wrong (%ld with NaNs), channels %d-%d to %d-%d; first %s", f->wrote,
             f->wrong, f->crossed, f->least_in, f->most_in, f->least_out, f->most_out, f->example);
    printf("\n");
  }
  free(sorted);
  return faults;
}
