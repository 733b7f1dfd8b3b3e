#include "frame.h"

#include "memory.h"

#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include <cstring>

namespace {

uint16_t number(DcmDataset &set, const DcmTagKey &tag, const char *name) {
  Uint16 value = 0;
  if (set.findAndGetUint16(tag, value).bad()) {
    throw Refusal{Status::damaged, std::string("the file does not say its ") + name};
  }
  return value;
}

struct Shape {
  uint64_t rows, columns, samples, bits;
  /// Bytes of an uncompressed frame.
  uint64_t bytes(bool isSubsampled) const {
    const uint64_t all = rows * columns * (isSubsampled ? 2 : samples) * bits;
    return (all + 7) / 8;
  }
};

Shape shape(DcmDataset &set) {
  Shape shape{number(set, DCM_Rows, "rows"), number(set, DCM_Columns, "columns"), 1,
              number(set, DCM_BitsAllocated, "allocated bits")};
  Uint16 samples = 1;
  if (set.findAndGetUint16(DCM_SamplesPerPixel, samples).good()) shape.samples = samples;
  if (shape.rows == 0 || shape.columns == 0) {
    throw Refusal{Status::damaged, "it has " + std::to_string(shape.columns) + " x " +
                                       std::to_string(shape.rows) + " pixels"};
  }
  if (shape.samples < 1 || shape.samples > 4 || shape.bits < 1 || shape.bits > 32) {
    throw Refusal{Status::unsupported, std::to_string(shape.samples) + " samples of " +
                                           std::to_string(shape.bits) + " bits a pixel"};
  }
  return shape;
}

bool isSubsampled(DcmDataset &set) {
  OFString name;
  return set.findAndGetOFString(DCM_PhotometricInterpretation, name).good() &&
         (name == "YBR_FULL_422" || name == "YBR_PARTIAL_422");
}

void readNative(DcmDataset &set, DcmPixelData &pixels, uint32_t frame, const Shape &shape,
                Reply &reply) {
  const uint64_t length = shape.bytes(isSubsampled(set));
  const uint64_t stored = pixels.getLength(set.getOriginalXfer());
  reply.head.storedLength = stored;
  if (shape.bits % 8 != 0 && reply.head.frames > 1) {
    throw Refusal{Status::unsupported, "several frames of " + std::to_string(shape.bits) + " bits a sample"};
  }
  if (stored < length * reply.head.frames) {
    throw Refusal{Status::damaged, "its pixel data have " + std::to_string(stored) +
                                       " bytes; expected " +
                                       std::to_string(length * reply.head.frames)};
  }
  if (stored >= 2 * length * reply.head.frames) {
    throw Refusal{Status::damaged, "its pixel data have " + std::to_string(stored) +
                                       " bytes; expected " +
                                       std::to_string(length * reply.head.frames) +
                                       ", of all its frames"};
  }
  uint8_t *target = pixelMemory(length + 2);
  // Words are turned around by the library, bytes are not.
  const OFCondition status = pixels.getPartialValue(
      target, static_cast<Uint32>(length * frame), static_cast<Uint32>(length), nullptr,
      gLocalByteOrder);
  if (status.bad()) throw Refusal{Status::damaged, status.text()};
  reply.head.pixelLength = length;
}

/// The bytes of one frame's fragments, one after the other.
std::vector<uint8_t> fragments(DcmPixelSequence &sequence, uint32_t frame, uint32_t frames) {
  const unsigned long items = sequence.card();
  if (items < 2) throw Refusal{Status::damaged, "no compressed pixel data"};
  unsigned long first = 1;
  unsigned long last = items;
  if (frames > 1) {
    if (items - 1 != frames) {
      throw Refusal{Status::unsupported, "frames of several fragments"};
    }
    first = frame + 1;
    last = first + 1;
  }
  std::vector<uint8_t> bytes;
  for (unsigned long index = first; index < last; index++) {
    DcmPixelItem *item = nullptr;
    Uint8 *part = nullptr;
    if (sequence.getItem(item, index).bad() || item == nullptr || item->getUint8Array(part).bad() ||
        part == nullptr) {
      throw Refusal{Status::damaged, "a fragment of its pixel data can't be read"};
    }
    bytes.insert(bytes.end(), part, part + item->getLength());
  }
  return bytes;
}

/// The compressed pixel data; null where they are not compressed.
DcmPixelSequence *sequence(DcmDataset &set, DcmPixelData &pixels) {
  DcmPixelSequence *found = nullptr;
  const DcmXfer syntax(set.getOriginalXfer());
  if (!syntax.isEncapsulated()) return nullptr;
  if (pixels.getEncapsulatedRepresentation(set.getOriginalXfer(), nullptr, found).bad() ||
      found == nullptr) {
    throw Refusal{Status::damaged, "the pixel data are not compressed as the file says"};
  }
  return found;
}

bool isJPEG(E_TransferSyntax syntax) {
  const std::string uid = DcmXfer(syntax).getXferID();
  return uid.rfind("1.2.840.10008.1.2.4.5", 0) == 0 || uid == "1.2.840.10008.1.2.4.70" ||
         uid == "1.2.840.10008.1.2.4.80" || uid == "1.2.840.10008.1.2.4.81";
}

void readCompressed(DcmDataset &set, DcmPixelData &pixels, uint32_t frame, Reply &reply) {
  Uint32 length = 0;
  OFCondition status = pixels.getUncompressedFrameSize(&set, length);
  if (status.bad()) throw Refusal{Status::damaged, status.text()};
  // The library wants an even number, and some room.
  uint8_t *target = pixelMemory(uint64_t{length} + 2);
  // What the library leaves as it is must not be the file's before.
  std::memset(target, 0, length);
  OFString model;
  Uint32 fragment = 0;
  status = pixels.getUncompressedFrame(
      &set, frame, fragment, target, length + (length & 1), model);
  if (status == EC_CannotChangeRepresentation || status == EC_UnsupportedEncoding) {
    throw Refusal{Status::unsupported, status.text()};
  }
  if (status.bad()) throw Refusal{Status::damaged, status.text()};
  reply.head.pixelLength = length;
  reply.add(colourModelTag, std::string(model.c_str()));
}

}  // namespace

void readFrame(DcmDataset &set, DcmPixelData &pixels, uint32_t frame, uint32_t threads, Reply &reply) {
  const Shape shape = ::shape(set);
  if (shape.rows * shape.columns > (uint64_t{1} << 28)) {
    throw Refusal{Status::tooLarge, std::to_string(shape.columns) + " x " +
                                        std::to_string(shape.rows) + " pixels"};
  }
  DcmPixelSequence *compressed = sequence(set, pixels);
  if (compressed == nullptr) return readNative(set, pixels, frame, shape, reply);
  switch (set.getOriginalXfer()) {
    case EXS_JPEG2000LosslessOnly:
    case EXS_JPEG2000: {
      const std::vector<uint8_t> bytes = fragments(*compressed, frame, reply.head.frames);
      const StreamShape stream{
          static_cast<uint32_t>(shape.rows), static_cast<uint32_t>(shape.columns),
          static_cast<uint32_t>(shape.samples), static_cast<uint32_t>((shape.bits + 7) / 8)};
      return decodeJPEG2000(bytes.data(), bytes.size(), stream, threads, reply);
    }
    default:
      if (isJPEG(set.getOriginalXfer())) {
        const std::vector<uint8_t> bytes = fragments(*compressed, frame, reply.head.frames);
        checkJPEG(bytes.data(), bytes.size(), static_cast<uint32_t>(shape.rows),
                  static_cast<uint32_t>(shape.columns));
      }
      return readCompressed(set, pixels, frame, reply);
  }
}
