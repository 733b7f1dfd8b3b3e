// Vectorised loops of EncoderZoo. All arrays are row-major and channels-last; `rows` is
// batch * height * width. However work is cut, each sum is made in one order, or of chunks whose size
// does not depend on the number of threads, added in their order: the result of every function here is
// the same to the last bit whatever the thread count.
#ifndef ENCODERZOO_CKERNELS_H
#define ENCODERZOO_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// The pool. All loops run in libgomp's team, which oneDNN and OpenBLAS (OpenMP flavour) share.
void ez_set_threads(int threads);
int ez_threads(void);
int ez_processors(void);
// The number of the thread in its team, from 0.
int ez_thread(void);
typedef void (*ez_body)(void *_Nullable context, size_t begin, size_t end);
// Calls body over [0, count) in chunks of `grain`, each chunk on one thread.
void ez_parallel(size_t count, size_t grain, ez_body _Nonnull body, void *_Nullable context);

// What the calling thread runs, such as a stage of an encoder; empty for nothing that has a name. Up to 255
// bytes are kept.
void ez_set_running(const char *_Nonnull text);
const char *_Nonnull ez_running(void);
// From now on a trap says on standard error what its thread ran, before whatever it would have done.
void ez_say_where_it_traps(void);

// Element-wise.
void ez_add(const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull out, size_t n);
void ez_accumulate(const float *_Nonnull x, float *_Nonnull sum, size_t n);
void ez_multiply(const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull out, size_t n);
void ez_scale(const float *_Nonnull x, float factor, float *_Nonnull out, size_t n);
void ez_relu(const float *_Nonnull x, float *_Nonnull out, size_t n);
// out = dy where y > 0, else 0
void ez_relu_gradient(const float *_Nonnull y, const float *_Nonnull dy, float *_Nonnull out,
                      size_t n);
// Inverted dropout: out = x / (1 - rate) where the Philox number of the element is kept, else 0.
// Called on dy with the same key it is its own gradient.
void ez_dropout(const float *_Nonnull x, float rate, uint64_t key, float *_Nonnull out, size_t n);
double ez_sum_of_squares(const float *_Nonnull x, size_t n);
int ez_all_finite(const float *_Nonnull x, size_t n);

// Per-channel statistics: mean and biased variance of each of `channels` columns.
void ez_moments(const float *_Nonnull x, size_t rows, size_t channels, double *_Nonnull mean,
                double *_Nonnull variance);
// out[r, c] = x[r, c] * scale[c] + shift[c], clipped below at 0 if relu; `out_stride` floats a row.
void ez_affine(const float *_Nonnull x, size_t rows, size_t channels, const float *_Nonnull scale,
               const float *_Nonnull shift, int relu, float *_Nonnull out, size_t out_stride);
// A part of what was normalised, [rows, channels], and where its gradient goes, or NULL.
typedef struct {
  const float *_Nonnull values;
  size_t channels;
  float *_Nullable gradient;
  int accumulate;
} ez_gradient_part;
// Of the parts side by side: sums over rows of dy and of dy * (x - mean), where dy counts only if !relu
// or scale*x+shift > 0.
void ez_affine_gradient_sums(const ez_gradient_part *_Nonnull parts, size_t part_count,
                             const float *_Nonnull dy, size_t dy_stride, size_t rows,
                             const float *_Nonnull scale, const float *_Nonnull shift,
                             const float *_Nonnull mean, int relu, double *_Nonnull sum,
                             double *_Nonnull sum_centred);
// gradient (+)= a[c] * dy + b[c] * x + d[c], dy masked as above.
void ez_affine_gradient(const ez_gradient_part *_Nonnull parts, size_t part_count,
                        const float *_Nonnull dy, size_t dy_stride, size_t rows,
                        const float *_Nonnull scale, const float *_Nonnull shift, int relu,
                        const float *_Nonnull a, const float *_Nonnull b, const float *_Nonnull d);
// Where neither statistics nor parameters want gradients: dx (+)= scale[c] * dy, masked.
void ez_affine_input_gradient(const float *_Nonnull x, const float *_Nonnull dy, size_t dy_stride,
                              size_t rows, size_t channels, const float *_Nonnull scale,
                              const float *_Nonnull shift, int relu, int accumulate,
                              float *_Nonnull dx);
// The same with the ReLU decided in double precision.
void ez_relu_input_gradient_double(const double *_Nonnull x, const float *_Nonnull dy,
                                   size_t dy_stride, size_t rows, size_t channels,
                                   const double *_Nonnull scale, const double *_Nonnull shift,
                                   int accumulate, float *_Nonnull dx);
// signs = 1 where y > 0, else 0.
void ez_signs(const float *_Nonnull y, uint8_t *_Nonnull signs, size_t n);
// out[r, c] = dy[r, c] * scale[c] where the sign is 1, else 0; without signs everywhere, without scale
// times 1.
void ez_signed_gradient(const float *_Nonnull dy, const uint8_t *_Nullable signs,
                        const float *_Nullable scale, size_t rows, size_t channels,
                        float *_Nonnull out);
// out[c] (+)= sum over rows
void ez_column_sums(const float *_Nonnull x, size_t rows, size_t channels, float *_Nonnull out,
                    int accumulate);
// out[b, c] = mean over the lines of sample b, each of `width` rows; of sums of lines that are known, [batch, lines,
// channels], over `positions` rows; and the gradient. Each line is summed first.
void ez_mean_positions(const float *_Nonnull x, size_t batch, size_t lines, size_t width, size_t channels,
                       float *_Nonnull out);
void ez_line_sums_mean(const float *_Nonnull sums, size_t batch, size_t lines, size_t positions, size_t channels,
                       float *_Nonnull out);
void ez_mean_positions_gradient(const float *_Nonnull dy, size_t batch, size_t positions,
                                size_t channels, float *_Nonnull dx);
// x[r, :] += bias
void ez_add_bias(float *_Nonnull x, const float *_Nonnull bias, size_t rows, size_t channels);

// Single precision to double, and back.
void ez_widen(const float *_Nonnull x, double *_Nonnull out, size_t n);
void ez_narrow(const double *_Nonnull x, float *_Nonnull out, size_t n);
// out[r, c] = x[r, c] * scale[c] + shift[c] + add[r, c], each where it is given, clipped below at 0 if
// relu; `out_stride` numbers a row. The result may take the place of x.
void ez_affine_double(const double *_Nonnull x, size_t rows, size_t channels,
                      const double *_Nullable scale, const double *_Nullable shift,
                      const double *_Nullable add, int relu, double *_Nonnull out,
                      size_t out_stride);

// Copies a column range between row-major matrices of different widths.
void ez_copy_columns(const float *_Nonnull from, size_t from_stride, float *_Nonnull to,
                     size_t to_stride, size_t rows, size_t columns, int accumulate);

typedef struct {
  size_t batch, height, width, channels;      // input
  size_t out_height, out_width, out_channels; // output
  size_t kernel_height, kernel_width, stride;
  size_t padding, padding_left; // lines of zeros above, columns of zeros on the left
  size_t dilation;              // how far taps lie apart
} ez_window;
// The rows of one sample's windows, [out_height * out_width, kernel_height * kernel_width *
// channels], zero outside the image; and the sum back into the image.
void ez_im2col(const float *_Nonnull x, const ez_window *_Nonnull w, float *_Nonnull columns);
void ez_col2im(const float *_Nonnull columns, const ez_window *_Nonnull w, float *_Nonnull x);
// Pooling; `where` holds the input position (y * width + x) of each maximum.
void ez_max_pool(const float *_Nonnull x, const ez_window *_Nonnull w, float *_Nonnull out,
                 int32_t *_Nullable where);
void ez_max_pool_double(const double *_Nonnull x, const ez_window *_Nonnull w, double *_Nonnull out,
                        int32_t *_Nullable where);
void ez_max_pool_gradient(const float *_Nonnull dy, const int32_t *_Nonnull where,
                          const ez_window *_Nonnull w, float *_Nonnull dx);
void ez_average_pool(const float *_Nonnull x, const ez_window *_Nonnull w, float *_Nonnull out);
void ez_average_pool_double(const double *_Nonnull x, const ez_window *_Nonnull w,
                            double *_Nonnull out);
void ez_average_pool_gradient(const float *_Nonnull dy, const ez_window *_Nonnull w,
                              float *_Nonnull dx);
// Pooling to a given size: place i of n is the mean of inputs floor(i * size / n) up to
// ceil((i + 1) * size / n), as in torch.nn.AdaptiveAvgPool2d.
void ez_adaptive_average_pool(const float *_Nonnull x, size_t batch, size_t height, size_t width,
                              size_t channels, size_t out_height, size_t out_width,
                              float *_Nonnull out);
void ez_adaptive_average_pool_gradient(const float *_Nonnull dy, size_t batch, size_t height,
                                       size_t width, size_t channels, size_t out_height,
                                       size_t out_width, float *_Nonnull dx);
// [batch, rows, columns] to [batch, columns, rows].
void ez_transpose(const float *_Nonnull x, size_t batch, size_t rows, size_t columns,
                  float *_Nonnull out);

// Convolutions of stride 1, channels-last, [batch, height, width, channels]; nothing is copied to other
// layouts but the weights, once. `lanes` is how many floats a vector holds: 16 (AVX-512) or 8 (AVX2), no
// more than the processor has, the same for a weight's packing and its use. 0: there is neither.
int ez_lanes(void);
// Whether results must not depend on the processor or the number of threads: ENCODERZOO_REPRODUCIBLE is 1 in
// the environment that the process began with. Vectors of 8 floats are used then.
int ez_is_reproducible(void);
// Whether the processor has all that a library's kernels for servers of the Skylake kind use.
int ez_is_skylake_server(void);

// Channels side by side: [rows, channels].
typedef struct {
  const float *_Nonnull values;
  size_t channels;
} ez_part;

// What a kernel reads: the parts side by side; with `scale` and `shift`, each value is max(0, value * scale +
// shift) of its channel; with `gate`, which only 1x1 reads, each value is multiplied by its image's number of its
// channel (in bf16, after it was rounded). `places` may name the window (1x1, with a stride) whose results the rows are.
typedef struct {
  const ez_part *_Nonnull parts;
  size_t part_count;
  const float *_Nullable scale, *_Nullable shift;
  const float *_Nullable gate; // [rows / gate_rows, channels]
  size_t gate_rows, rows;
  const ez_window *_Nullable places;
} ez_source;
// What happens to sums before they are stored: + bias (a column's) + add (laid out as the result), clipped below
// at 0 if relu; then, while the result is in a core's cache, the function whose ez_activation is one less than
// `function`, unless that is 0. Winograd's convolutions and those of two phases have no function.
typedef struct {
  const float *_Nullable bias, *_Nullable add;
  int relu, function;
} ez_epilogue;

// Means of 2x2 places, stride 2, of what is read, which has factors.
void ez_normalised_halves(const ez_source *_Nonnull source, size_t batch, size_t height,
                          size_t width, float *_Nonnull out);

// 1x1: weights [columns, depth], each row times its scale, packed; ez_packed_count floats.
size_t ez_packed_count(int lanes, size_t depth, size_t columns);
void ez_pack_weights(int lanes, const float *_Nonnull weights, size_t columns, size_t depth,
                     const float *_Nullable scale, float *_Nonnull packed);
// The same of weights [depth, columns].
void ez_pack_transposed(int lanes, const float *_Nonnull weights, size_t columns, size_t depth,
                        float *_Nonnull packed);
// out[rows, columns] = source * weights, finished. A source without factors has one part, with them or gates no places.
size_t ez_pointwise_workspace(int lanes, size_t rows, size_t depth, size_t columns);
void ez_pointwise(int lanes, const ez_source *_Nonnull source, const float *_Nonnull weights,
                  size_t columns, const ez_epilogue *_Nonnull epilogue, float *_Nonnull workspace,
                  float *_Nonnull out);

// Its gradient with respect to the weights, [out, channels], where it fits: dy is [rows, out]; of several parts
// too where they have no factors. Neither depends on the number of threads.
int ez_pointwise_gradient_fits(int lanes, size_t channels, size_t out);
size_t ez_pointwise_gradient_workspace(int lanes, size_t channels, size_t out);
void ez_pointwise_gradient(int lanes, const ez_source *_Nonnull source, const float *_Nonnull dy,
                           size_t out, float *_Nonnull workspace, float *_Nonnull gradient);

// Any window, by its definition: weights [out, kernel height, kernel width, in] packed as those of a
// product of that depth, the rest as above.
size_t ez_direct_workspace(const ez_window *_Nonnull window);
void ez_direct(int lanes, const ez_window *_Nonnull window, const float *_Nonnull x,
               const float *_Nonnull weights, const ez_epilogue *_Nonnull epilogue,
               float *_Nonnull workspace, float *_Nonnull out);

// 3x3, stride 2, zero padding 1, channels multiples of 16, in two phases, by 25 products for 36: weights [out, 3, 3,
// in], each output's times its scale.
size_t ez_strided_count(int lanes, size_t in, size_t out);
void ez_strided_weights(int lanes, const float *_Nonnull weights, size_t in, size_t out,
                        const float *_Nullable scale, float *_Nonnull packed);
size_t ez_strided_workspace(size_t batch, size_t height, size_t width, size_t in, size_t out);
void ez_strided(int lanes, const float *_Nonnull x, size_t batch, size_t height, size_t width, size_t in,
                const float *_Nonnull weights, size_t out, const ez_epilogue *_Nonnull epilogue,
                float *_Nonnull workspace, float *_Nonnull result);

// 3x3, zero padding 1, channels multiples of 16, by Winograd's F(4x4, 3x3). Weights are [out, 3, 3,
// in], each output's times its scale; rotated makes those of the gradient with respect to the input,
// from weights [in, 3, 3, out] where `in` and `out` are the gradient's.
size_t ez_winograd_count(int lanes, size_t in, size_t out);
void ez_winograd_weights(int lanes, const float *_Nonnull weights, size_t in, size_t out,
                         const float *_Nullable scale, int rotated, float *_Nonnull packed);
size_t ez_winograd_workspace(int lanes, size_t batch, size_t height, size_t width, size_t in, size_t out);
// Each value that is read is max(0, value * scale + shift) of its channel, where there is a scale.
void ez_winograd(int lanes, const float *_Nonnull x, const float *_Nullable scale, const float *_Nullable shift,
                 size_t batch, size_t height, size_t width, size_t in, const float *_Nonnull weights, size_t out,
                 const ez_epilogue *_Nonnull epilogue, float *_Nonnull workspace, float *_Nonnull result);

// Its gradient with respect to the weights, [out, 3, 3, in], where it fits: dy is [batch, height, width, out]. Does not
// depend on the number of threads.
int ez_winograd_gradient_fits(size_t in, size_t out);
size_t ez_winograd_gradient_workspace(int lanes, size_t batch, size_t height, size_t width, size_t in, size_t out);
void ez_winograd_weight_gradient(int lanes, const float *_Nonnull x, const float *_Nullable scale,
                                 const float *_Nullable shift, size_t batch, size_t height, size_t width, size_t in,
                                 const float *_Nonnull dy, size_t out, float *_Nonnull workspace,
                                 float *_Nonnull gradient);

// Text. Rows of a table; gradient adds rows back in the order of the tokens.
void ez_gather_rows(const float *_Nonnull table, const int32_t *_Nonnull rows, size_t count,
                    size_t width, float *_Nonnull out);
void ez_scatter_rows(const float *_Nonnull dy, const int32_t *_Nonnull rows, size_t count,
                     size_t width, float *_Nonnull table);
// Of every sample's places [batch, places, width] those of `order`, [batch, count, width]; a negative one is zero.
void ez_take_places(const float *_Nonnull x, size_t batch, size_t places, size_t width, const int32_t *_Nonnull order,
                    size_t count, float *_Nonnull out);
// The gradient of x, added to what is there.
void ez_take_places_gradient(const float *_Nonnull dy, size_t batch, size_t places, size_t width,
                             const int32_t *_Nonnull order, size_t count, float *_Nonnull dx);
// Max over time with ReLU: y is [time, filters]; document d owns rows starts[d]..<starts[d] +
// lengths[d]. out[d, f] = max(0, max over rows (y + bias)); where = that row, or -1 if clipped.
void ez_max_over_time(const float *_Nonnull y, const float *_Nonnull bias,
                      const int32_t *_Nonnull starts, const int32_t *_Nonnull lengths,
                      size_t documents, size_t filters, float *_Nonnull out, size_t out_stride,
                      int32_t *_Nonnull where);
// The same with the convolution: x is [time, width], a row's window the `kernel` rows from it on; packed weights have a
// depth of kernel * width. `longest` is the largest length; a window may end behind its document, where rows are zero.
size_t ez_windows_workspace(size_t longest, size_t filters);
void ez_best_windows(int lanes, const float *_Nonnull x, const float *_Nonnull packed,
                     const float *_Nonnull bias, const int32_t *_Nonnull starts,
                     const int32_t *_Nonnull lengths, size_t documents, size_t longest,
                     size_t filters, size_t kernel, size_t width, float *_Nonnull workspace,
                     float *_Nonnull out, size_t out_stride, int32_t *_Nonnull where);
// Its gradient with respect to the convolution behind it, using only the rows that won: x is
// [time, width], weights [filters, kernel * width]. dx, dweights and dbias are added to.
void ez_max_over_time_gradient(const float *_Nonnull dy, size_t dy_stride,
                               const int32_t *_Nonnull where, const float *_Nonnull x,
                               const float *_Nonnull weights, size_t documents, size_t filters,
                               size_t kernel, size_t width, float *_Nullable dx,
                               float *_Nonnull dweights, float *_Nonnull dbias);

// Optimisers; `scale` multiplies the gradient first (clipping).
typedef struct {
  float learning_rate, weight_decay, beta1, beta2, epsilon, correction1, correction2, scale;
  int decoupled; // AdamW (decay on the weight) rather than Adam with L2 (decay in the gradient)
} ez_adam_step;
void ez_adam(float *_Nonnull w, const float *_Nonnull g, float *_Nonnull m, float *_Nonnull v,
             size_t n, const ez_adam_step *_Nonnull s);
void ez_sgd(float *_Nonnull w, const float *_Nonnull g, float *_Nonnull momentum_buffer, size_t n,
            float learning_rate, float momentum, float weight_decay, int nesterov, int first,
            float scale);
// average += (w - average) * rate
void ez_move_average(const float *_Nonnull w, float *_Nonnull average, float rate, size_t n);

#endif
