#include "frame.h"
#include "memory.h"

#if __has_include(<openjpeg-2.5/openjpeg.h>)
#include <openjpeg-2.5/openjpeg.h>
#else
#include <openjpeg.h>
#endif

#include <cstring>
#include <memory>

namespace {

struct Source {
  const uint8_t *bytes;
  size_t length;
  size_t position;
};

OPJ_SIZE_T readBytes(void *buffer, OPJ_SIZE_T count, void *user) {
  auto *source = static_cast<Source *>(user);
  const size_t left = source->length - source->position;
  if (left == 0) return static_cast<OPJ_SIZE_T>(-1);
  const size_t taken = count < left ? count : left;
  std::memcpy(buffer, source->bytes + source->position, taken);
  source->position += taken;
  return taken;
}

OPJ_OFF_T skipBytes(OPJ_OFF_T count, void *user) {
  auto *source = static_cast<Source *>(user);
  if (count < 0) return -1;
  const size_t left = source->length - source->position;
  const size_t taken = static_cast<size_t>(count) < left ? static_cast<size_t>(count) : left;
  source->position += taken;
  return taken == 0 && count > 0 ? -1 : static_cast<OPJ_OFF_T>(taken);
}

OPJ_BOOL seekTo(OPJ_OFF_T place, void *user) {
  auto *source = static_cast<Source *>(user);
  if (place < 0 || static_cast<size_t>(place) > source->length) return OPJ_FALSE;
  source->position = static_cast<size_t>(place);
  return OPJ_TRUE;
}

using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using Codec = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using Picture = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

void check(const opj_image_t &picture, const StreamShape &shape) {
  if (picture.numcomps != shape.samples) {
    throw Refusal{Status::damaged, "its JPEG 2000 stream has " + std::to_string(picture.numcomps) +
                                       " components, the file says " + std::to_string(shape.samples)};
  }
  for (uint32_t index = 0; index < picture.numcomps; index++) {
    const opj_image_comp_t &part = picture.comps[index];
    if (part.w != shape.columns || part.h != shape.rows) {
      throw Refusal{Status::damaged, "its JPEG 2000 stream has " + std::to_string(part.w) + " x " +
                                         std::to_string(part.h) + " pixels, the file says " +
                                         std::to_string(shape.columns) + " x " +
                                         std::to_string(shape.rows)};
    }
    if (part.prec > 8 * shape.bytesPerSample || part.prec != picture.comps[0].prec ||
        part.sgnd != picture.comps[0].sgnd) {
      throw Refusal{Status::unsupported, "JPEG 2000 components of " + std::to_string(part.prec) +
                                             " bits in " + std::to_string(8 * shape.bytesPerSample)};
    }
  }
}

template <typename Sample>
void interleave(const opj_image_t &picture, uint8_t *target) {
  auto *samples = reinterpret_cast<Sample *>(target);
  const size_t count = size_t{picture.comps[0].w} * picture.comps[0].h;
  const size_t step = picture.numcomps;
  for (size_t part = 0; part < step; part++) {
    const OPJ_INT32 *values = picture.comps[part].data;
    for (size_t index = 0; index < count; index++) {
      samples[index * step + part] = static_cast<Sample>(values[index]);
    }
  }
}

}  // namespace

void decodeJPEG2000(const uint8_t *bytes, size_t length, const StreamShape &shape, uint32_t threads,
                    Reply &reply) {
  static const uint8_t boxes[] = {0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20};
  const bool isBoxed = length > sizeof boxes && std::memcmp(bytes, boxes, sizeof boxes) == 0;
  Source source{bytes, length, 0};
  Codec codec(opj_create_decompress(isBoxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), opj_destroy_codec);
  Stream stream(opj_stream_default_create(OPJ_TRUE), opj_stream_destroy);
  if (!codec || !stream) throw std::bad_alloc();
  opj_stream_set_read_function(stream.get(), readBytes);
  opj_stream_set_skip_function(stream.get(), skipBytes);
  opj_stream_set_seek_function(stream.get(), seekTo);
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), length);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (!opj_setup_decoder(codec.get(), &parameters)) throw std::bad_alloc();
  opj_codec_set_threads(codec.get(), static_cast<int>(threads));

  opj_image_t *read = nullptr;
  const bool isRead = opj_read_header(stream.get(), codec.get(), &read) != OPJ_FALSE;
  Picture picture(read, opj_image_destroy);
  if (!isRead || !picture) throw Refusal{Status::damaged, "its JPEG 2000 header can't be read"};
  if (picture->x1 <= picture->x0 || picture->y1 <= picture->y0 ||
      picture->x1 - picture->x0 != shape.columns || picture->y1 - picture->y0 != shape.rows) {
    throw Refusal{Status::damaged, "its JPEG 2000 stream has another size than the file says"};
  }
  check(*picture, shape);
  if (!opj_decode(codec.get(), stream.get(), picture.get()) ||
      !opj_end_decompress(codec.get(), stream.get())) {
    throw Refusal{Status::damaged, "its JPEG 2000 stream is truncated or damaged"};
  }
  check(*picture, shape);
  for (uint32_t index = 0; index < picture->numcomps; index++) {
    if (picture->comps[index].data == nullptr) {
      throw Refusal{Status::damaged, "its JPEG 2000 stream lacks a component"};
    }
  }
  reply.add(streamPrecisionTag, std::to_string(picture->comps[0].prec));
  reply.add(streamSignTag, picture->comps[0].sgnd ? "1" : "0");
  const uint64_t count = uint64_t{shape.rows} * shape.columns * shape.samples;
  uint8_t *target = pixelMemory(count * shape.bytesPerSample);
  switch (shape.bytesPerSample) {
    case 1: interleave<uint8_t>(*picture, target); break;
    case 2: interleave<uint16_t>(*picture, target); break;
    default: interleave<uint32_t>(*picture, target); break;
  }
  reply.head.pixelLength = count * shape.bytesPerSample;
}
