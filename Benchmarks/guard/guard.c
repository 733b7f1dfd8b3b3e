// Does a primitive of oneDNN write outside of its buffers, read outside of them, or compute wrong sums?
//
// Every buffer lies between guards of NaNs, outputs and scratch memory begin as NaNs, and all numbers are
// small integers, so that every sum is exact in single precision and any difference is a fault.
// Primitives are described as Sources/Tensors/OneDNN/ConvolutionPrimitive.swift does: images
// channels-last, weights in the layout that the primitive prefers, scratch memory the caller's.
//
// Usage: guard [--thin N] [--verbose] [--known]: every Nth shape of the grid; each fault, not only each
// family's; also the primitive that the program leaves, which may destroy the process or never end.
#include "guard.h"

#include <signal.h>

static long shapes_tried, runs;

// What runs, for who asks after a crash.
static char running[160];

static void crashed(int number) {
  fprintf(stderr, "signal %d in %s\n", number, running);
  signal(number, SIG_DFL);
}

static Shape shape(int batch, int height, int width, int in, int out, int kernel, int stride, int padding,
                   int groups) {
  Shape s = {batch, height, width, in, out, kernel, stride, padding, groups, 0, 0};
  s.out_height = (height + 2 * padding - kernel) / stride + 1;
  s.out_width = (width + 2 * padding - kernel) / stride + 1;
  return s;
}

static void try_shape(Guard *g, Shape s) {
  if (s.height + 2 * s.padding < s.kernel || s.width + 2 * s.padding < s.kernel) return;
  shapes_tried++;
  if (g->thin > 1 && shapes_tried % g->thin != g->thin / 2) return;
  const int is_left = s.kernel == 1 && s.stride > 1 && s.padding == 0 && s.groups == 1;
  for (Kind kind = FORWARD; kind <= WEIGHT_GRADIENT; kind++)
    for (int bias = 0; bias <= (kind != INPUT_GRADIENT); bias++) {
      if (is_left && kind == WEIGHT_GRADIENT && !g->known) continue;
      snprintf(running, sizeof running, "kind %d, bias %d, [%d, %d, %d, %d] to %d, %d groups, %dx%d, stride %d",
               kind, bias, s.batch, s.height, s.width, s.in, s.out, s.groups, s.kernel, s.kernel, s.stride);
      run_primitive(g, &s, kind, bias);
      runs++;
    }
}

int main(int count, char **words) {
  Guard g = {.thin = 1};
  for (int i = 1; i < count; i++) {
    if (!strcmp(words[i], "--verbose")) g.verbose = 1;
    else if (!strcmp(words[i], "--known")) g.known = 1;
    else if (!strcmp(words[i], "--thin") && i + 1 < count) g.thin = atoi(words[++i]);
    else return fprintf(stderr, "usage: guard [--thin N] [--verbose] [--known]\n"), 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGSEGV, crashed), signal(SIGABRT, crashed), signal(SIGBUS, crashed), signal(SIGFPE, crashed);
  signal(SIGILL, crashed), signal(SIGTERM, crashed);
  start(&g);
  static const int outs[] = {1, 2, 3, 5, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40, 47, 48, 64};
  static const int places[][3] = {{1, 5, 5}, {2, 7, 8}, {5, 13, 11}, {3, 14, 14}};
  for (int kernel = 1; kernel <= 7; kernel += 2)
    for (int stride = 1; stride <= 2; stride++)
      for (int in = 1; in <= 48; in++)
        for (size_t o = 0; o < sizeof outs / sizeof *outs; o++) {
          for (size_t p = 0; p < sizeof places / sizeof *places; p++)
            try_shape(&g, shape(places[p][0], places[p][1], places[p][2], in, outs[o], kernel, stride,
                                kernel / 2, 1));
          // Maps of a network's first stages, and a window without padding or with too much.
          if (kernel == 1 || in <= 4) try_shape(&g, shape(2, 56, 56, in, outs[o], kernel, stride, kernel / 2, 1));
          try_shape(&g, shape(2, 9, 10, in, outs[o], kernel, stride, kernel == 1, 1));
        }
  // Wide ones, as in a network's last stages.
  for (int kernel = 1; kernel <= 3; kernel += 2)
    for (int stride = 1; stride <= 2; stride++)
      for (int in = 64; in <= 512; in *= 2)
        for (int out = 64; out <= 512; out *= 2)
          try_shape(&g, shape(2, 7, 7, in, out, kernel, stride, kernel / 2, 1));
  // Grouped; depthwise convolutions are our own, but are tried, too.
  for (int kernel = 1; kernel <= 7; kernel += 2)
    for (int stride = 1; stride <= 2; stride++)
      for (int groups = 2; groups <= 48; groups++)
        for (int in = 1; in <= 24; in = in < 4 ? in + 1 : in * 2)
          for (int out = 1; out <= 24; out = out < 4 ? out + 1 : out * 2) {
            if (groups * (in > out ? in : out) > 192) continue;
            try_shape(&g, shape(2, 7, 8, groups * in, groups * out, kernel, stride, kernel / 2, groups));
            if (kernel <= 3)
              try_shape(&g, shape(3, 14, 13, groups * in, groups * out, kernel, stride, kernel / 2, groups));
          }
  printf("%ld primitives run\n", runs);
  return report(&g);
}
