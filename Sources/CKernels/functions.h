// Internal: functions of one number that the compiler can vectorise; each keeps a NaN.
#ifndef ENCODERZOO_FUNCTIONS_H
#define ENCODERZOO_FUNCTIONS_H

#include <stdint.h>

// e^x within 2e-7 of its value: x = n ln 2 + r, the series of e^r to r^7, times 2^n. Below -87 the
// result is e^-87, some 1e-38, above 88 it is e^88.
static inline float ez_exp(float x) {
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  // Rounds to the nearest whole number by adding what leaves no bits behind the point.
  const float shifted = x * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.0f / 5040.0f;
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  uint32_t bits;
  __builtin_memcpy(&bits, &shifted, 4);
  bits = (bits + 127u) << 23; // the low bits of `shifted` are n
  float power;
  __builtin_memcpy(&power, &bits, 4);
  return p * power;
}

static inline float ez_sigmoid_of(float x) { return 1.0f / (1.0f + ez_exp(-x)); }

// x times its sigmoid, within 3e-7 of its value relatively from x = -87 on, below which it is some 1e-36 or less of x:
// x / (1 + e^-x), -x = n ln 2 + r, e^r by a minimax fit of
// degree 5 (within 8e-8).
static inline float ez_silu_of(float x) {
  float near = x > 87.0f ? 87.0f : x;
  near = near < -87.0f ? -87.0f : near;
  const float shifted = near * -1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float r = (-near - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 0.008297654800117016f;
  p = p * r + 0.04191538318991661f;
  p = p * r + 0.16667574644088745f;
  p = p * r + 0.49998894333839417f;
  p = p * r + 0.9999997019767761f;
  p = p * r + 1.0000001192092896f;
  uint32_t bits, power;
  __builtin_memcpy(&bits, &p, 4);
  __builtin_memcpy(&power, &shifted, 4);
  bits += power << 23; // the low bits of `shifted` are n
  __builtin_memcpy(&p, &bits, 4);
  return x / (1.0f + p);
}

// tanh: the odd series to x^9 near zero, where the quotient would lose digits.
static inline float ez_tanh_of(float x) {
  const float square = x * x;
  const float near =
      x * (1.0f + square * (-1.0f / 3.0f +
                            square * (2.0f / 15.0f + square * (-17.0f / 315.0f +
                                                               square * (62.0f / 2835.0f)))));
  const float far = 1.0f - 2.0f / (1.0f + ez_exp(2.0f * x));
  return square < 0.04f ? near : far;
}

// The normal distribution's share below x, 0.5 erfc(-x / sqrt 2): within 2e-7 of its value near
// zero and 1.2e-5 at x = -12, where it is 2e-33. By a Chebyshev fit of erfc (Press et al., Numerical
// Recipes in C, 2nd ed., 6.2).
static inline float ez_normal_share(float x) {
  const float z = (x < 0 ? -x : x) * 0.70710678f;
  const float t = 1.0f / (1.0f + 0.5f * z);
  float p = 0.17087277f;
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  const float tail = 0.5f * t * ez_exp(-z * z + p);
  return x < 0 ? tail : 1.0f - tail;
}

// x times the normal distribution's share below x, GELU: within 1e-6 of its value, within 4e-7 of it relatively for
// x > -1. max(0, x) - y * (0.5 - y * R(y * y)) with y = min(|x|, 5.5), beyond which the second term is under 2e-7; R is
// the share between 0 and y over y, a minimax fit by quotients of degree 5 (within 7e-9).
static inline float ez_gelu_of(float x) {
  const float size = x < 0 ? -x : x, y = size > 5.5f ? 5.5f : size, s = y * y;
  float p = 2.2749363282059676e-08f;
  p = p * s + 6.3521083575324155e-06f;
  p = p * s + 0.00016882549971342087f;
  p = p * s + 0.00467725982889533f;
  p = p * s + 0.03385263681411743f;
  p = p * s + 0.398942232131958f;
  float q = 1.1975031384281465e-06f;
  q = q * s + 7.364739576587453e-05f;
  q = q * s + 0.0018844440346583724f;
  q = q * s + 0.028645865619182587f;
  q = q * s + 0.25152188539505005f;
  q = q * s + 1.0f;
  return (x < 0 ? 0 : x) - y * (0.5f - y * (p / q));
}

#endif
