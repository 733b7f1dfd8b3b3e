#include "CWordVectors.h"

#include <string.h>

// One body, compiled for the vector widths at hand and chosen when the program is loaded.
#if defined(__x86_64__) && defined(__linux__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define EZ_CLONES                                                                                  \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#endif
#ifndef EZ_CLONES
#define EZ_CLONES
#endif

typedef uint8_t ez_lane __attribute__((vector_size(64)));

EZ_CLONES size_t ez_count_byte(const uint8_t *bytes, size_t count, uint8_t byte) {
  size_t total = 0, i = 0;
  while (i + 64 <= count) {
    // A lane of eight bits holds 255 hits, then it must be emptied.
    size_t rounds = (count - i) / 64;
    if (rounds > 255) rounds = 255;
    ez_lane hits = {0};
    for (size_t r = 0; r < rounds; r++, i += 64) {
      ez_lane here;
      memcpy(&here, bytes + i, 64);
      hits -= (ez_lane)(here == byte);
    }
    for (size_t j = 0; j < 64; j++) total += hits[j];
  }
  for (; i < count; i++) total += bytes[i] == byte;
  return total;
}

EZ_CLONES static int any_not_finite(const uint8_t *bytes, size_t count) {
  int found = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, bytes + 4 * i, 4);
    found |= (bits & 0x7f800000u) == 0x7f800000u;
  }
  return found;
}

size_t ez_first_not_finite(const uint8_t *bytes, size_t count) {
  if (!any_not_finite(bytes, count)) return count;
  for (size_t i = 0; i < count; i++)
    if (any_not_finite(bytes + 4 * i, 1)) return i;
  return count;
}
