// Internal: depthwise convolutions of some lines of a map by the calling thread.
#ifndef ENCODERZOO_DEPTHWISE_H
#define ENCODERZOO_DEPTHWISE_H

#include "CKernels.h"

// One map of a convolution. Its memory holds `lines` lines of each image: of what is read in a ring, line `first` and
// those that follow; of results those from `first` on.
typedef struct {
  size_t height, width, channels;
  const float *values; // NULL of the map of results
  size_t first, lines;
} ez_depthwise_map;

// A convolution, or the gradient with respect to its input, where the roles of the maps are exchanged.
typedef struct {
  ez_depthwise_map from, to;
  size_t tap_lines, taps, stride, dilation, top, left;
  const float *weights; // [taps, pitch]
  size_t pitch;
  ez_epilogue finish;
  float *out;
  size_t band_lines, bands, group, groups; // how the work is cut: into bands of lines and groups of channels
} ez_depthwise_work;

// Whether the loops of vectors have the window.
int ez_depthwise_is_wide(int lanes, const ez_window *w);
// A convolution by those loops, its maps whole and not cut yet, and what runs some of its pieces.
ez_depthwise_work ez_depthwise_prepared(const ez_window *w, const float *x, const float *weights,
                                        const ez_epilogue *epilogue, float *out);
ez_body ez_depthwise_body(int lanes, const ez_window *w);

#endif
