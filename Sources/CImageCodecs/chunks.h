// What a PNG says of its pixels beside them.
#ifndef ZOO_CHUNKS_H
#define ZOO_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#include "CImageCodecs.h"

/// Looks through the optional chunks of a PNG whose header is whole: sBIT, gAMA, acTL and eXIf. A chunk
/// with a wrong sum is passed over, as libpng does.
///
/// Fills in `statedBits`, `gamma`, `frames` and `unreadEXIF`. \returns the orientation, 1…8.
int zooReadChunks(const uint8_t *bytes, size_t count, ZooCodecImage *image);

#endif
