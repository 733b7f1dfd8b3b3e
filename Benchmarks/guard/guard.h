#ifndef GUARD_H
#define GUARD_H

#include <dnnl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT } Kind;

// A convolution: `in` and `out` channels in all groups together.
typedef struct {
  int batch, height, width, in, out, kernel, stride, padding, groups, out_height, out_width;
} Shape;

// Shapes of one kind, kernel, stride, grouping and implementation.
typedef struct {
  char name[160];
  char example[160];
  long tried, wrote, wrong, crossed;
  int least_in, most_in, least_out, most_out;
} Family;

typedef struct {
  int thin, verbose, known;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  Family families[512];
  int family_count;
} Guard;

void start(Guard *g);
void run_primitive(Guard *g, const Shape *s, Kind kind, int bias);
// Prints a line a family; 1 where one has a fault.
int report(const Guard *g);

// Reference sums, all layouts plain: images [batch, height, width, channels], weights [groups, out, kernel,
// kernel, in].
void reference_forward(const Shape *s, const float *x, const float *w, const float *b, float *y);
void reference_input_gradient(const Shape *s, const float *dy, const float *w, float *dx);
void reference_weight_gradient(const Shape *s, const float *x, const float *dy, float *dw, float *db);

#endif
