// PNG and JPEG over memory buffers, and the inner loops of resizing.
//
// libpng and libjpeg leave a failing call by longjmp, which must not cross a Swift frame: every
// setjmp, and all that runs under it, lives in this target. Each function returns a status and
// fills a message; nothing is printed.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

/// How a call ended.
typedef enum __attribute__((enum_extensibility(closed))) {
  zooCodecDone = 0,
  /// The bytes are not what the format demands.
  zooCodecDamaged,
  /// The bytes end before the image does.
  zooCodecTruncated,
  /// The header states a width or height of 0.
  zooCodecZeroSize,
  /// The header states more than the limits below.
  zooCodecTooLarge,
  /// A valid file of a kind that is not read here.
  zooCodecUnsupported,
  zooCodecNoMemory,
} ZooCodecStatus;

enum {
  /// Most pixels along a side (libjpeg's own limit).
  zooCodecMaxSide = 65500,
  /// Most pixels of an image.
  zooCodecMaxPixels = 1 << 28,
  /// Most bytes libpng may allocate for a chunk other than image data.
  zooCodecMaxChunk = 16 << 20,
  /// Most scans of a progressive JPEG: a small file with thousands of them takes minutes.
  zooCodecMaxScans = 200,
  /// Most pixels for each byte of a JPEG file.
  zooCodecJPEGPixelsPerByte = 512,
  zooCodecMessageSize = 240,
};

/// Decoded pixels, row by row, channels last, and what is known of them.
typedef struct {
  /// `height * width * channels` samples; `zooCodecFree` frees them.
  uint8_t *pixels;
  int width;
  int height;
  int channels;     ///< 1 (grey) or 3 (red, green, blue).
  int depth;        ///< Bits of a sample: 8, or 16 in two bytes, the lower first.
  unsigned least;   ///< The smallest sample.
  unsigned largest;
  unsigned contrast;     ///< The largest range of samples within one channel.
  unsigned transparent;  ///< Pixels whose alpha is below a half.
  int statedBits;   ///< Significant bits of a sample by the file's own word (sBIT); 0 where it has none.
  unsigned gamma;   ///< The file's gamma (gAMA) in 1/100000; 0 where it has none.
  int frames;       ///< Pictures of an animation; 0 where it is none.
  int unreadEXIF;   ///< 1 where the file has EXIF data that tell no orientation since they can't be read.
  char message[zooCodecMessageSize];  ///< Why the call failed; empty when it did not.
} ZooCodecImage;

/// Decodes a PNG, turned upright by its EXIF orientation (chunk eXIf). `channels` is 1, 3, or 0 for
/// what the file holds (grey 1, colour 3).
///
/// Grey of 1, 2 and 4 bits is stretched to 0…255. Samples of 16 bits stay as they are. Palettes become
/// colours. Transparency is dropped, not blended, and counted. Gamma and colour profiles are not applied.
ZooCodecStatus zooDecodePNG(const uint8_t *bytes, size_t count, int channels, ZooCodecImage *image);

/// Decodes a JPEG: grey, RGB, YCbCr, CMYK and YCCK, sequential or progressive, turned upright by
/// its EXIF orientation. `channels` as above. Four-colour files are taken to be inverted, as Adobe
/// writes them. Truncated or corrupt data fail.
ZooCodecStatus zooDecodeJPEG(const uint8_t *bytes, size_t count, int channels, ZooCodecImage *image);

/// Encodes pixels of 1 or 3 channels and 8 or 16 bits as PNG; the same pixels give the same bytes.
/// `*encoded` is freed by `zooCodecFree`. `message` holds `zooCodecMessageSize` bytes.
ZooCodecStatus zooEncodePNG(
    const uint8_t *pixels, int width, int height, int channels, int depth, uint8_t **encoded,
    size_t *encodedCount, char *message);

/// Frees what the functions above allocated; a null pointer is fine.
void zooCodecFree(void *memory);

/// The version of libpng that is running, such as 1.6.39.
const char *zooPNGVersion(void);

/// The version of the libjpeg interface compiled against, such as 62.
int zooJPEGVersion(void);

/// A resizing: of a picture, which may lie on a larger black one, to a size, and the part of the result
/// that is kept.
typedef struct {
  int width;
  int height;
  int channels;
  int depth;       ///< 8 or 16.
  int fullWidth;   ///< The black picture's; as `width` where there is none.
  int fullHeight;
  int padLeft;     ///< Where the picture lies on the black one.
  int padTop;
  int newWidth;    ///< What the black picture becomes.
  int newHeight;
  int left;        ///< The part that is kept.
  int top;
  int cropWidth;
  int cropHeight;
} ZooResizing;

/// Resizes by Pillow 11's antialiased bilinear filter, bit for bit at 8 bits, and by the same sums at 16.
///
/// `out` holds `cropHeight * cropWidth * channels` samples.
ZooCodecStatus zooResize(const uint8_t *pixels, const ZooResizing *how, uint8_t *out);

#endif
