#ifndef CWORDVECTORS_H
#define CWORDVECTORS_H

#include <stddef.h>
#include <stdint.h>

/// How many of `count` bytes equal `byte`.
size_t ez_count_byte(const uint8_t *bytes, size_t count, uint8_t byte);

/// The index of the first of `count` little-endian floats that is NaN or infinite; `count` if none.
///
/// The bytes need no alignment.
size_t ez_first_not_finite(const uint8_t *bytes, size_t count);

#endif
