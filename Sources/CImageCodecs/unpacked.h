// A PNG whose image data are inflated before libpng reads it: libdeflate takes less than half of zlib's
// time when it has all of them at once.
#ifndef ZOO_UNPACKED_H
#define ZOO_UNPACKED_H

#include <stddef.h>
#include <stdint.h>

/// A file in pieces: what stands before and behind the image data as it is, and between them the same data
/// in blocks that are stored, not compressed.
typedef struct {
  struct ZooPiece {
    const uint8_t *bytes;
    size_t count;
  } *pieces;
  size_t count;
  uint8_t *rows;   // what was inflated
  uint8_t *heads;  // of the chunk and of its blocks
} ZooUnpacked;

/// Most bytes of rows that are inflated ahead.
enum { zooUnpackedMost = 64 << 20 };

/// Inflates the image data of a PNG whose header is whole.
///
/// \returns 0, and nothing to free, unless everything that this leaves unchecked for libpng is right: the
/// sums of the critical chunks, the order of the image data, exactly as many bytes of rows as the header
/// says, their Adler sum. Interlaced files, and rows beyond `zooUnpackedMost`, are 0 too. Such a file
/// libpng reads, or refuses, by itself.
int zooUnpack(const uint8_t *bytes, size_t count, ZooUnpacked *unpacked);

void zooUnpackedFree(ZooUnpacked *unpacked);

#endif
