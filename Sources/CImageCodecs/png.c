#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunks.h"
#include "pixels.h"
#include "unpacked.h"

/// All that a decoding holds; in one struct, so that nothing lives in registers over a longjmp.
typedef struct {
  png_structp png;
  png_infop info;
  const struct ZooPiece *pieces;  // of the file, or of what stands for it
  size_t count;
  size_t offset;  // in the first piece
  int ranOut;
  uint8_t *whole;  // all rows of an interlaced image
  png_bytep *rows;
  uint8_t *row;
  char *message;
} Reader;

static void keepMessage(char *message, const char *text) {
  snprintf(message, zooCodecMessageSize, "libpng: %s", text);
}

static void readerFailed(png_structp png, png_const_charp text) {
  Reader *reader = png_get_error_ptr(png);
  keepMessage(reader->message, text);
  png_longjmp(png, 1);
}

/// A damaged optional chunk does not touch the pixels; what does is an error of its own.
static void ignoreWarning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void readBytes(png_structp png, png_bytep out, size_t count) {
  Reader *reader = png_get_io_ptr(png);
  while (count > 0) {
    if (reader->count == 0) {
      reader->ranOut = 1;
      png_error(png, "the data end early");
    }
    const size_t left = reader->pieces->count - reader->offset, here = count < left ? count : left;
    memcpy(out, reader->pieces->bytes + reader->offset, here);
    out += here, count -= here, reader->offset += here;
    if (here == left) reader->pieces++, reader->count--, reader->offset = 0;
  }
}

/// Checks what can be checked before anything is allocated: the header chunk and its sizes.
static ZooCodecStatus checkHeader(const uint8_t *bytes, size_t count, char *message) {
  if (count < 33) {
    snprintf(message, zooCodecMessageSize, "the file ends within its header (%zu bytes)", count);
    return zooCodecTruncated;
  }
  if (memcmp(bytes + 8, "\0\0\0\rIHDR", 8) != 0) {
    snprintf(message, zooCodecMessageSize, "the PNG does not begin with its header chunk");
    return zooCodecDamaged;
  }
  uint32_t width = zooBigEndian(bytes + 16), height = zooBigEndian(bytes + 20);
  ZooCodecStatus status = zooCheckSize(width, height, message);
  if (status != zooCodecDone) return status;
  // Deflate can't shrink by more than 1032 to 1, so a short file can't hold a large image: refused
  // before memory is taken for it. What libpng will refuse counts as one bit a pixel.
  static const uint8_t samples[] = {1, 1, 3, 1, 2, 1, 4};
  uint64_t bits = bytes[25] < sizeof samples && bytes[24] <= 16 && bytes[24] > 0
      ? (uint64_t)samples[bytes[25]] * bytes[24] : 1;
  uint64_t least = (width * bits + 7) / 8 * height / 1032;
  if (least > count) {
    snprintf(
        message, zooCodecMessageSize, "%zu bytes can't hold the %u x %u pixels of its header",
        count, width, height);
    return zooCodecTruncated;
  }
  return zooCodecDone;
}

/// A row of libpng's as a row of the image; its alpha is counted and dropped.
static void keepRow(uint8_t *row, int native, ZooCodecImage *image, uint8_t *out) {
  const size_t width = (size_t)image->width;
  int colours = native;
  if (native % 2 == 0) {
    image->transparent += (unsigned)zooTakeAlpha(row, native, image->depth, width);
    colours--;
  }
  if (image->depth == 16) {
    zooConvertRow16((const uint16_t *)row, colours, (uint16_t *)out, image->channels, width);
  } else {
    zooConvertRow(row, colours, out, image->channels, width);
  }
}

static void decodeRows(Reader *reader, int channels, ZooCodecImage *image) {
  png_structp png = reader->png;
  png_set_user_limits(png, zooCodecMaxSide, zooCodecMaxSide);
  png_set_chunk_cache_max(png, 1000);
  png_set_chunk_malloc_max(png, zooCodecMaxChunk);
  // Every chunk but IHDR, PLTE, tRNS, IDAT and IEND is passed over, unpacked by nobody.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_read_fn(png, reader, readBytes);
  png_read_info(png, reader->info);
  int kind = png_get_color_type(png, reader->info);
  if (kind == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (kind == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  // A transparent colour becomes alpha, so that one place takes all alpha out and counts it.
  if (png_get_valid(png, reader->info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (png_get_bit_depth(png, reader->info) == 16) png_set_swap(png);
#endif
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);

  size_t width = png_get_image_width(png, reader->info);
  size_t height = png_get_image_height(png, reader->info);
  int native = png_get_channels(png, reader->info);
  int depth = png_get_bit_depth(png, reader->info);
  size_t rowBytes = png_get_rowbytes(png, reader->info);
  if (native < 1 || native > 4 || (depth != 8 && depth != 16)
      || rowBytes != width * (size_t)native * (size_t)depth / 8) {
    png_error(png, "unexpected row layout");
  }
  int colours = native > 2 ? 3 : 1;
  if (channels == 0) channels = colours;
  image->width = (int)width;
  image->height = (int)height;
  image->channels = channels;
  image->depth = depth;
  size_t outRow = width * (size_t)channels * (size_t)depth / 8;
  image->pixels = malloc(outRow * height);
  if (!image->pixels) png_error(png, "out of memory");

  if (passes > 1) {
    reader->whole = calloc(height, rowBytes);
    reader->rows = malloc(height * sizeof(png_bytep));
    if (!reader->whole || !reader->rows) png_error(png, "out of memory");
    for (size_t y = 0; y < height; y++) reader->rows[y] = reader->whole + y * rowBytes;
    png_read_image(png, reader->rows);
    for (size_t y = 0; y < height; y++) {
      keepRow(reader->rows[y], native, image, image->pixels + y * outRow);
    }
  } else if (native == channels) {
    for (size_t y = 0; y < height; y++) png_read_row(png, image->pixels + y * outRow, NULL);
  } else {
    reader->row = malloc(rowBytes);
    if (!reader->row) png_error(png, "out of memory");
    for (size_t y = 0; y < height; y++) {
      png_read_row(png, reader->row, NULL);
      keepRow(reader->row, native, image, image->pixels + y * outRow);
    }
  }
  png_read_end(png, NULL);
}

ZooCodecStatus zooDecodePNG(
    const uint8_t *bytes, size_t count, int channels, ZooCodecImage *image) {
  memset(image, 0, sizeof *image);
  ZooCodecStatus status = checkHeader(bytes, count, image->message);
  if (status != zooCodecDone) return status;
  ZooUnpacked unpacked;
  const struct ZooPiece whole = {bytes, count};
  Reader reader = {.pieces = &whole, .count = 1, .message = image->message};
  const int isUnpacked = zooUnpack(bytes, count, &unpacked);
  if (isUnpacked) reader.pieces = unpacked.pieces, reader.count = unpacked.count;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, readerFailed, ignoreWarning);
  if (!reader.png) {
    if (!image->message[0]) keepMessage(image->message, "can't start");
    zooUnpackedFree(&unpacked);
    return zooCodecNoMemory;
  }
  if (setjmp(png_jmpbuf(reader.png)) == 0) {
    reader.info = png_create_info_struct(reader.png);
    if (!reader.info) png_error(reader.png, "out of memory");
    if (isUnpacked) {
      // Both sums have been checked.
      png_set_crc_action(reader.png, PNG_CRC_QUIET_USE, PNG_CRC_NO_CHANGE);
      png_set_option(reader.png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    }
    decodeRows(&reader, channels, image);
    if (!zooApplyOrientation(image, zooReadChunks(bytes, count, image))) {
      png_error(reader.png, "out of memory");
    }
    zooMeasure(image);
  } else {
    status = reader.ranOut ? zooCodecTruncated
        : strstr(image->message, "out of memory") ? zooCodecNoMemory : zooCodecDamaged;
  }
  png_destroy_read_struct(&reader.png, &reader.info, NULL);
  zooUnpackedFree(&unpacked);
  free(reader.whole);
  free(reader.rows);
  free(reader.row);
  if (status != zooCodecDone) {
    free(image->pixels);
    image->pixels = NULL;
  }
  return status;
}

/// What an encoding holds: the bytes so far.
typedef struct {
  png_structp png;
  png_infop info;
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  char *message;
} Writer;

static void writerFailed(png_structp png, png_const_charp text) {
  Writer *writer = png_get_error_ptr(png);
  keepMessage(writer->message, text);
  png_longjmp(png, 1);
}

static void writeBytes(png_structp png, png_bytep bytes, size_t count) {
  Writer *writer = png_get_io_ptr(png);
  if (count > writer->capacity - writer->count) {
    size_t capacity = writer->capacity * 2 + count;
    uint8_t *grown = realloc(writer->bytes, capacity);
    if (!grown) png_error(png, "out of memory");
    writer->bytes = grown;
    writer->capacity = capacity;
  }
  memcpy(writer->bytes + writer->count, bytes, count);
  writer->count += count;
}

static void flushNothing(png_structp png) { (void)png; }

ZooCodecStatus zooEncodePNG(
    const uint8_t *pixels, int width, int height, int channels, int depth, uint8_t **encoded,
    size_t *encodedCount, char *message) {
  *encoded = NULL;
  *encodedCount = 0;
  message[0] = 0;
  ZooCodecStatus status = zooCheckSize((uint32_t)width, (uint32_t)height, message);
  if (status != zooCodecDone) return status;
  Writer writer = {.message = message};
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, writerFailed, ignoreWarning);
  if (!writer.png) {
    if (!message[0]) keepMessage(message, "can't start");
    return zooCodecNoMemory;
  }
  if (setjmp(png_jmpbuf(writer.png)) == 0) {
    writer.info = png_create_info_struct(writer.png);
    if (!writer.info) png_error(writer.png, "out of memory");
    png_set_write_fn(writer.png, &writer, writeBytes, flushNothing);
    png_set_IHDR(
        writer.png, writer.info, (png_uint_32)width, (png_uint_32)height, depth,
        channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    // Level, filters and strategy are stated, so that a change of libpng's defaults changes nothing.
    png_set_compression_level(writer.png, 6);
    png_set_compression_strategy(writer.png, 1);
    png_set_filter(writer.png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB | PNG_FILTER_UP
        | PNG_FILTER_AVG | PNG_FILTER_PAETH);
    png_write_info(writer.png, writer.info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (depth == 16) png_set_swap(writer.png);
#endif
    size_t rowBytes = (size_t)width * (size_t)channels * (size_t)depth / 8;
    for (int y = 0; y < height; y++) {
      png_write_row(writer.png, (png_const_bytep)(pixels + (size_t)y * rowBytes));
    }
    png_write_end(writer.png, writer.info);
    *encoded = writer.bytes;
    *encodedCount = writer.count;
  } else {
    free(writer.bytes);
    status = strstr(message, "out of memory") ? zooCodecNoMemory : zooCodecDamaged;
  }
  png_destroy_write_struct(&writer.png, &writer.info);
  return status;
}

const char *zooPNGVersion(void) { return png_get_libpng_ver(NULL); }
