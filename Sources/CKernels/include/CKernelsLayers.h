// Loops of the layers that attention, mobile and recurrent networks are made of. As in CKernels.h:
// row-major, channels-last, the same bits whatever the thread count.
#ifndef ENCODERZOO_CKERNELS_LAYERS_H
#define ENCODERZOO_CKERNELS_LAYERS_H

#include "CKernels.h"

// Depthwise convolution: as many channels out as in, each from its own. Weights [channels, taps], each channel's times
// its scale, are packed as [taps, channels in multiples of 16]; `lanes` may be 0, and need not be those of a packing.
size_t ez_depthwise_packed_count(size_t channels, size_t taps);
void ez_depthwise_pack(const float *_Nonnull weights, size_t channels, size_t taps, const float *_Nullable scale,
                       float *_Nonnull packed);
// The same in bf16, for ez_block, of windows of `tap_lines` lines.
size_t ez_bf16_depthwise_packed_count(size_t channels, size_t tap_lines, size_t taps);
void ez_bf16_depthwise_pack(const float *_Nonnull weights, size_t channels, size_t tap_lines, size_t taps,
                            const float *_Nullable scale, uint32_t *_Nonnull packed);
void ez_depthwise(int lanes, const ez_window *_Nonnull w, const float *_Nonnull x, const float *_Nonnull weights,
                  const ez_epilogue *_Nonnull epilogue, float *_Nonnull out);
void ez_depthwise_input_gradient(int lanes, const ez_window *_Nonnull w, const float *_Nonnull dy,
                                 const float *_Nonnull weights, float *_Nonnull dx);
// weights [taps, channels]; `partial` holds batch * taps * channels floats; the samples' sums are added in order.
void ez_depthwise_weight_gradient(int lanes, const ez_window *_Nonnull w, const float *_Nonnull x,
                                  const float *_Nonnull dy, float *_Nonnull partial, float *_Nonnull weights);

// A mobile block of some lines at a time, so that what lies between its layers stays in a core's cache: a product of
// [depth] that widens, a depthwise convolution of `window`, a product that narrows to `columns`. Either product may be
// missing. Of the epilogues only that of the last layer may add. The bits are those of one layer after the other.
//
// Where the dot products of avx512_bf16 multiply, and the window has loops for them (ez_block_rounds), all layers take
// bf16, the depthwise one, too: what it reads is rounded, and its weights are ez_bf16_depthwise_pack's.
typedef struct {
  ez_window window;
  size_t depth;   // of x, [batch, height, width, depth]; the window's channels where nothing widens
  size_t columns; // of the result; the window's channels where nothing narrows
  int widens, narrows;
} ez_block_shape;
typedef struct {
  const void *_Nullable widening, *_Nullable narrowing; // packed, as floats or by ez_bf16_pack
  const void *_Nonnull looking;                         // packed
  ez_epilogue widened, looked, narrowed;
} ez_block_layers;
// What it reads and makes. `x_halves` are bf16 in place of x, which a layer that widens has to have where all layers
// take bf16, and which a depthwise one may have there; `add_halves` what a product in bf16 that narrows adds, in place of
// its epilogue's; `out_halves` a result to be rounded, of such a product or of a depthwise layer that takes bf16. `sums`: of
// depthwise layers that end a block and take bf16, each line's results, [batch, out_height, channels], or NULL.
typedef struct {
  const float *_Nullable x;
  const uint16_t *_Nullable x_halves, *_Nullable add_halves;
  float *_Nullable out;
  uint16_t *_Nullable out_halves;
  float *_Nullable sums;
} ez_block_maps;
// `bf16`: what multiplies the products, as CKernelsBFloat.h has it, or EZ_FLOATS.
enum { EZ_FLOATS = -1 };
// Whether all layers take bf16.
int ez_block_rounds(int lanes, int bf16, const ez_window *_Nonnull window);
// Whether it is faster than one layer after the other.
int ez_block_fits(int lanes, int bf16, const ez_block_shape *_Nonnull shape);
size_t ez_block_workspace(int lanes, int bf16, const ez_block_shape *_Nonnull shape);
void ez_block(int lanes, int bf16, const ez_block_shape *_Nonnull shape, const ez_block_maps *_Nonnull maps,
              const ez_block_layers *_Nonnull layers, float *_Nonnull workspace);

// Element-wise functions and dx = dy * f'(x).
typedef enum {
  ez_relu6 = 0,
  ez_gelu,
  ez_silu,
  ez_hard_swish,
  ez_hard_sigmoid,
  ez_sigmoid,
  ez_tanh
} ez_activation;
// The same in place by the calling thread alone.
void ez_activate_here(int kind, float *_Nonnull x, size_t n);
void ez_activate(const float *_Nonnull x, int kind, float *_Nonnull out, size_t n);
void ez_activate_gradient(const float *_Nonnull x, const float *_Nonnull dy, int kind,
                          float *_Nonnull dx, size_t n);

// Layer normalisation of each row: out = (x - mean) * inverse * scale + shift; mean and the inverse
// deviation of each row are kept for the gradient.
void ez_layer_norm(const float *_Nonnull x, size_t rows, size_t width, float epsilon,
                   const float *_Nonnull scale, const float *_Nonnull shift, float *_Nonnull out,
                   float *_Nonnull mean, float *_Nonnull inverse);
// dx, and in `scaled` dy * (x - mean) * inverse, whose column sums are the scale's gradient.
void ez_layer_norm_gradient(const float *_Nonnull x, const float *_Nonnull dy, size_t rows,
                            size_t width, const float *_Nonnull scale, const float *_Nonnull mean,
                            const float *_Nonnull inverse, float *_Nonnull dx,
                            float *_Nonnull scaled);

// Softmax of `factor` times the first `used` places of each row, in place; the others become 0. `used`
// is of the row's block of `block` rows.
void ez_softmax(float *_Nonnull x, size_t rows, size_t width, float factor,
                const int32_t *_Nonnull used, size_t block);
// dx = factor * p * (dp - sum over the row of p * dp), in place of dp.
void ez_softmax_gradient(const float *_Nonnull p, float *_Nonnull dp, size_t rows, size_t width,
                         float factor);

// Self-attention: of each head softmax(factor * (Q * K^T + bias)) * V, factor 1 / sqrt(width / heads).
typedef struct {
  size_t batch, time, width, heads;
  const int32_t *_Nonnull used; // the places of each sample that are read
  // [biases, heads, time, time], or NULL: of sample b the one of b % biases. All places are read then.
  const float *_Nullable bias;
  size_t biases;
} ez_attention_shape;
// Floats of workspace, forward or back.
size_t ez_attention_workspace(const ez_attention_shape *_Nonnull shape, int lanes, int back);
// qkv [batch, time, 3 * width], out [batch, time, width]; in logs [batch, heads, time], if there is one, what the
// gradient needs. Where lanes are 8 or 16.
void ez_attention(const ez_attention_shape *_Nonnull shape, int lanes, const float *_Nonnull qkv,
                  float *_Nonnull workspace, float *_Nonnull out, float *_Nullable logs);
// The gradient of qkv, and in `slopes`, [batch, heads, time, time], if it is there, that of each sample's bias.
void ez_attention_gradient(const ez_attention_shape *_Nonnull shape, int lanes, const float *_Nonnull qkv,
                           const float *_Nonnull logs, const float *_Nonnull dy, float *_Nonnull workspace,
                           float *_Nonnull gradient, float *_Nullable slopes);

// Forward in bf16, by what CKernelsBFloat.h names: queries, keys, values, weights and results are bf16, sums are not.
// Workspace: bytes, the memory at a multiple of 4.
size_t ez_bf16_attention_workspace(const ez_attention_shape *_Nonnull shape);
void ez_bf16_attention(int kind, const ez_attention_shape *_Nonnull shape, const uint16_t *_Nonnull qkv,
                       void *_Nonnull workspace, uint16_t *_Nonnull out);

// out[b, i, c] = x[b, i, c] * gate[b, c]; and the gate's gradient, sums over i of x * dy.
void ez_gate(const float *_Nonnull x, const float *_Nonnull gate, size_t batch, size_t positions,
             size_t channels, float *_Nonnull out);
void ez_gate_gradient(const float *_Nonnull x, const float *_Nonnull dy, size_t batch,
                      size_t positions, size_t channels, float *_Nonnull dgate);

// One step of a long short-term memory over `n` texts. `gates` [n, 4 * width] holds the sums for i, f,
// g, o and gets their activations; c = f * before + i * g, h = o * tanh(c).
void ez_lstm_step(float *_Nonnull gates, const float *_Nullable before, size_t n, size_t width,
                  float *_Nonnull c, float *_Nonnull h);
// Back: dh and dc (of this step's c) give the gradient of the sums and, in dc, that of `before`.
void ez_lstm_step_gradient(const float *_Nonnull gates, const float *_Nullable before,
                           const float *_Nonnull c, const float *_Nonnull dh, float *_Nonnull dc,
                           size_t n, size_t width, float *_Nonnull dgates);
// One step of a gated recurrent unit. `gates` [n, 3 * width] holds the input's sums for r, z, n and
// gets the activations; `hidden` those of the state before. h = (1 - z) * n + z * before.
void ez_gru_step(float *_Nonnull gates, const float *_Nonnull hidden, const float *_Nullable before,
                 size_t n, size_t width, float *_Nonnull h);
// Back: dh gives the gradients of both kinds of sums and, in dh, the direct part of that of `before`.
void ez_gru_step_gradient(const float *_Nonnull gates, const float *_Nonnull hidden,
                          const float *_Nullable before, float *_Nonnull dh, size_t n, size_t width,
                          float *_Nonnull dgates, float *_Nonnull dhidden);

#endif
