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
//
// In bf16 what is read are pairs: a place's words hold a channel's number of an even line, in the low half, and of the
// odd one below, so that a dot product takes two taps. Then a map's lines, and tap_lines, are pairs of lines.
typedef struct {
  ez_depthwise_map from, to;
  size_t tap_lines, taps, stride, dilation, top, left;
  const float *weights; // [taps, pitch]; of pairs two sets, `odd` apart
  size_t pitch;
  ez_epilogue finish;
  size_t odd; // floats from the weights of windows that begin on an even line to those that begin on an odd one
  float *out;
  uint16_t *halves; // where results of pairs go, rounded, in place of `out`
  size_t out_pitch; // numbers from a result's place to the next
  float *sums; // of pairs: [lines, channels] of each image, each line's results before they are rounded; or NULL
  size_t band_lines, bands, group, groups; // how the work is cut: into bands of lines and groups of channels
} ez_depthwise_work;

// Whether the loops of vectors have the window.
int ez_depthwise_is_wide(int lanes, const ez_window *w);
// A convolution by those loops, its maps whole and not cut yet, and what runs some of its pieces.
ez_depthwise_work ez_depthwise_prepared(const ez_window *w, const float *x, const float *weights,
                                        const ez_epilogue *epilogue, float *out);
ez_body ez_depthwise_body(int lanes, const ez_window *w);

// Whether the loops of pairs have the window.
int ez_depthwise_has_pairs(int lanes, int bf16, const ez_window *w);
// Lines of pairs that some lines of a map are, wherever they begin, and that a map has.
static inline size_t ez_pairs_of(size_t lines) { return lines / 2 + 1; }
static inline size_t ez_pairs_in(size_t height) { return (height + 1) / 2; }
ez_depthwise_work ez_depthwise_prepared_pairs(const ez_window *w, const void *weights, const ez_epilogue *epilogue);
ez_body ez_depthwise_pairs_body(const ez_window *w);
// Two lines of `width` places as pairs: numbers of single precision, rounded, or of bf16. Of the lower there may be none.
void ez_pair_lines(const float *upper, const float *lower, const uint16_t *upper_halves, const uint16_t *lower_halves,
                   size_t numbers, uint32_t *pairs);

#endif
