// EXIF's orientation, the same block in JPEG and PNG.
#ifndef ZOO_ORIENTATION_H
#define ZOO_ORIENTATION_H

#include <stddef.h>
#include <stdint.h>

/// The orientation of EXIF data that begin with TIFF's header (CIPA DC-008, tag 0x0112): 1…8, 1 where
/// they name none, 0 where they can't be read.
int zooOrientation(const uint8_t *tiff, size_t count);

#endif
