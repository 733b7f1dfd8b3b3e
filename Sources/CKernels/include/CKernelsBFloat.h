// Convolutions in bf16: factors are rounded to 8 significant bits, sums stay in single precision. Sums do not
// depend on the number of threads.
#ifndef ENCODERZOO_CKERNELS_BFLOAT_H
#define ENCODERZOO_CKERNELS_BFLOAT_H

#include "CKernels.h"

// What multiplies bf16: plain loops (any processor, slow: for tests), the dot products of AVX-512
// (avx512_bf16), the tiles of AMX (amx_bf16).
enum { EZ_BF16_PLAIN = 0, EZ_BF16_VECTORS = 1, EZ_BF16_TILES = 2 };
// The fastest that this processor and kernel offer; asks the kernel for the use of tiles.
int ez_bf16(void);

// Weights [out, kernel height, kernel width, in], each output's times its scale, for ez_bf16_convolution; or,
// transposed, for the convolution of stride 1 that gives the gradient with respect to the input. `in` and `out`
// are the weights' in both cases.
size_t ez_bf16_packed_count(size_t in, size_t out, size_t kernel_height, size_t kernel_width, int transposed);
void ez_bf16_pack(const float *_Nonnull weights, size_t in, size_t out, size_t kernel_height,
                  size_t kernel_width, const float *_Nullable scale, int transposed, uint16_t *_Nonnull packed);

// out = convolution of the source, finished, with a function, too. `halves` is an input that is bf16 already, in place
// of a source's parts (which may then have no more than a gate), `add_halves` what is added, in place of the epilogue's,
// and `out_halves` a result to be rounded, in place of out.
// Workspace: bytes.
size_t ez_bf16_workspace(const ez_window *_Nonnull window);
void ez_bf16_convolution(int kind, const ez_window *_Nonnull window, const ez_source *_Nullable source,
                         const uint16_t *_Nullable halves, const uint16_t *_Nonnull weights,
                         const ez_epilogue *_Nonnull epilogue, const uint16_t *_Nullable add_halves,
                         void *_Nonnull workspace, float *_Nullable out, uint16_t *_Nullable out_halves);

// Numbers of single precision rounded to bf16, and back.
void ez_bf16_narrow(const float *_Nonnull x, size_t count, uint16_t *_Nonnull halves);
void ez_bf16_widen(const uint16_t *_Nonnull halves, size_t count, float *_Nonnull out);

// Gradient with respect to weights, [out, kernel height, kernel width, in], of a convolution of stride 1 over
// the source. Workspace: bytes.
size_t ez_bf16_gradient_workspace(const ez_window *_Nonnull window);
void ez_bf16_weight_gradient(int kind, const ez_window *_Nonnull window,
                             const ez_source *_Nonnull source, const float *_Nonnull dy,
                             void *_Nonnull workspace, float *_Nonnull gradient);

#endif
