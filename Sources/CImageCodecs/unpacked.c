#include "unpacked.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "pixels.h"

/// Where the image data lie in a file.
typedef struct {
  size_t first, end;  // bytes of the file from their first chunk to behind their last
  size_t count;       // bytes of the stream that the chunks hold
} ImageData;

/// The chunk at `offset`: its length, or -1 where it does not fit or its sum is wrong.
static int64_t chunkLength(const uint8_t *bytes, size_t count, size_t offset) {
  if (count - offset < 12) return -1;
  const uint8_t *chunk = bytes + offset;
  uint32_t length = zooBigEndian(chunk);
  if (length > INT32_MAX || length > count - offset - 12) return -1;
  // Others than critical chunks (a capital letter first) are libpng's to check.
  int critical = (chunk[4] & 0x20) == 0;
  if (critical && libdeflate_crc32(0, chunk + 4, length + 4) != zooBigEndian(chunk + 8 + length)) return -1;
  return length;
}

static int findImageData(const uint8_t *bytes, size_t count, ImageData *found) {
  *found = (ImageData){0, 0, 0};
  for (size_t offset = 8; offset < count;) {
    int64_t length = chunkLength(bytes, count, offset);
    if (length < 0) return 0;
    const uint8_t *kind = bytes + offset + 4;
    if (memcmp(kind, "IEND", 4) == 0) return found->first > 0;
    if (memcmp(kind, "IDAT", 4) == 0) {
      if (!found->first) found->first = found->end = offset;
      if (found->end != offset) return 0;
      found->count += (size_t)length;
      found->end = offset + 12 + (size_t)length;
    }
    offset += 12 + (size_t)length;
  }
  return 0;
}

/// Bytes of all rows and their filters; 0 for what is not inflated ahead.
static size_t rowsCount(const uint8_t *bytes) {
  static const uint8_t samples[] = {1, 0, 3, 1, 2, 0, 4};
  uint32_t width = zooBigEndian(bytes + 16), height = zooBigEndian(bytes + 20);
  uint8_t depth = bytes[24], kind = bytes[25];
  int plain = bytes[26] == 0 && bytes[27] == 0 && bytes[28] == 0;
  if (!plain || depth > 16 || kind >= sizeof samples) return 0;
  uint64_t row = ((uint64_t)width * samples[kind] * depth + 7) / 8 + 1;
  uint64_t all = row * height;
  return all <= zooUnpackedMost ? (size_t)all : 0;
}

/// Inflates the stream of exactly `rows` bytes, all of it.
static int inflateRows(const uint8_t *stream, size_t count, uint8_t *to, size_t rows) {
  if (count < 6) return 0;
  // zlib refuses distances beyond the window that the stream names; libdeflate knows one of 32 KiB alone.
  if ((stream[0] >> 4) < 7 && rows > (size_t)256 << (stream[0] >> 4)) return 0;
  struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
  if (!inflater) return 0;
  size_t used = 0;
  enum libdeflate_result result =
      libdeflate_zlib_decompress_ex(inflater, stream, count, to, rows, &used, NULL);
  libdeflate_free_decompressor(inflater);
  return result == LIBDEFLATE_SUCCESS && used == count;
}

/// The stream of the chunks in one run: `*copy` where there is more than one of them.
static const uint8_t *streamOf(const uint8_t *bytes, const ImageData *data, uint8_t **copy) {
  if (data->end - data->first == data->count + 12) return bytes + data->first + 8;
  *copy = malloc(data->count ? data->count : 1);
  uint8_t *to = *copy;
  for (size_t offset = data->first; to && offset < data->end;) {
    uint32_t length = zooBigEndian(bytes + offset);
    memcpy(to, bytes + offset + 8, length);
    to += length;
    offset += 12 + length;
  }
  return *copy;
}

static void putBigEndian(uint8_t *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/// Writes the chunk's head, the heads of the stored blocks and the pieces between them.
static int layOut(
    const uint8_t *bytes, size_t count, const ImageData *data, const uint8_t *adler, size_t rows,
    ZooUnpacked *out) {
  enum { block = 65535, head = 5 };
  const size_t blocks = (rows + block - 1) / block;
  out->heads = malloc(8 + 2 + blocks * head + 8);
  out->pieces = malloc((2 * blocks + 4) * sizeof *out->pieces);
  if (!out->heads || !out->pieces) return 0;
  uint8_t *to = out->heads;
  putBigEndian(to, (uint32_t)(2 + blocks * head + rows + 4));
  memcpy(to + 4, "IDAT\x78\x01", 6);
  out->pieces[out->count++] = (struct ZooPiece){bytes, data->first};
  out->pieces[out->count++] = (struct ZooPiece){to, 10};
  to += 10;
  for (size_t first = 0; first < rows; first += block, to += head) {
    const size_t length = rows - first < block ? rows - first : block;
    to[0] = first + length == rows;  // the last block is marked
    to[1] = (uint8_t)length, to[2] = (uint8_t)(length >> 8);
    to[3] = (uint8_t)~to[1], to[4] = (uint8_t)~to[2];
    out->pieces[out->count++] = (struct ZooPiece){to, head};
    out->pieces[out->count++] = (struct ZooPiece){out->rows + first, length};
  }
  memcpy(to, adler, 4);
  memset(to + 4, 0, 4);  // the chunk's sum, which is not asked for
  out->pieces[out->count++] = (struct ZooPiece){to, 8};
  out->pieces[out->count++] = (struct ZooPiece){bytes + data->end, count - data->end};
  return 1;
}

int zooUnpack(const uint8_t *bytes, size_t count, ZooUnpacked *unpacked) {
  *unpacked = (ZooUnpacked){0};
  const size_t rows = rowsCount(bytes);
  ImageData data;
  if (rows == 0 || !findImageData(bytes, count, &data)) return 0;
  uint8_t *copy = NULL;
  const uint8_t *stream = streamOf(bytes, &data, &copy);
  unpacked->rows = malloc(rows);
  int done = stream && unpacked->rows && inflateRows(stream, data.count, unpacked->rows, rows)
      && layOut(bytes, count, &data, stream + data.count - 4, rows, unpacked);
  free(copy);
  if (!done) zooUnpackedFree(unpacked);
  return done;
}

void zooUnpackedFree(ZooUnpacked *unpacked) {
  free(unpacked->pieces);
  free(unpacked->rows);
  free(unpacked->heads);
  *unpacked = (ZooUnpacked){0};
}
