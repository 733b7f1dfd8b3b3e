#include "file.h"

#include "frame.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

namespace {

constexpr size_t longestText = 4096;

DcmTagKey key(uint32_t tag) {
  return DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xffff));
}

/// Notes an element that is there and whose value is not handed over.
void addUnread(uint32_t tag, Reply &reply) {
  char name[10];
  snprintf(name, sizeof name, "%04x,%04x", tag >> 16, tag & 0xffff);
  if (!reply.unread.empty()) reply.unread += '\\';
  reply.unread += name;
}

/// An element's value as text, several values with backslashes between them; binary ones are empty.
void addText(DcmItem &item, uint32_t tag, Reply &reply) {
  OFString text;
  DcmElement *element = nullptr;
  if (item.findAndGetElement(key(tag), element).bad() || element == nullptr) return;
  switch (element->ident()) {
    case EVR_OB: case EVR_OW: case EVR_OF: case EVR_OD: case EVR_OL: case EVR_UN: case EVR_SQ:
      reply.add(tag, "");
      if (element->getLength() > 0) addUnread(tag, reply);
      return;
    default: break;
  }
  if (element->getLength() > longestText) return addUnread(tag, reply);
  if (element->getOFStringArray(text).good()) reply.add(tag, std::string(text.c_str(), text.size()));
}

/// A table of a sequence's first item: its descriptor and data as 16-bit words.
void addWords(DcmItem &item, uint32_t tag, Scope scope, Reply &reply) {
  DcmElement *element = nullptr;
  if (item.findAndGetElement(key(tag), element).bad() || element == nullptr) return;
  const Uint16 *words = nullptr;
  unsigned long count = 0;
  Form form = Form::words;
  if (element->ident() == EVR_SS) {
    form = Form::signedWords;
    Sint16 *values = nullptr;
    if (element->getSint16Array(values).bad() || values == nullptr) return;
    words = reinterpret_cast<const Uint16 *>(values);
    count = element->getLength() / 2;
  } else {
    Uint16 *values = nullptr;
    if (element->getUint16Array(values).bad() || values == nullptr) return;
    words = values;
    count = element->getLength() / 2;
  }
  reply.add(tag, scope, form, words, count * 2);
}

void addTable(DcmItem &item, const DcmTagKey &sequence, Scope scope, Reply &reply) {
  DcmItem *table = nullptr;
  if (item.findAndGetSequenceItem(sequence, table, 0).bad() || table == nullptr) return;
  addWords(*table, 0x00283002, scope, reply);
  addWords(*table, 0x00283006, scope, reply);
}

/// Enhanced objects keep rescaling and windows in groups for all frames, or for each.
void addFrameGroups(DcmItem &set, unsigned long frame, const std::vector<uint32_t> &tags,
                    Reply &reply) {
  const DcmTagKey groups[] = {DCM_PixelValueTransformationSequence, DCM_FrameVOILUTSequence};
  for (const DcmTagKey &group : groups) {
    DcmItem *outer = nullptr;
    DcmItem *inner = nullptr;
    bool isFound = set.findAndGetSequenceItem(
        DCM_PerFrameFunctionalGroupsSequence, outer, static_cast<long>(frame)).good() &&
        outer->findAndGetSequenceItem(group, inner, 0).good();
    if (!isFound) {
      isFound = set.findAndGetSequenceItem(DCM_SharedFunctionalGroupsSequence, outer, 0).good() &&
                outer->findAndGetSequenceItem(group, inner, 0).good();
    }
    if (!isFound || inner == nullptr) continue;
    for (const uint32_t tag : tags) {
      // What stands in the data set itself was said before.
      if (!set.tagExists(key(tag))) addText(*inner, tag, reply);
    }
  }
}

}  // namespace

void startLibraries() {
  // Elements that passed through a system which did not know them are of an unknown kind: the dictionary tells.
  dcmEnableUnknownVRConversion.set(OFTrue);
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  DcmRLEDecoderRegistration::registerCodecs();
  DJDecoderRegistration::registerCodecs(EDC_photometricInterpretation, EUC_never, EPC_colorByPixel);
  DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
}

void readFile(const Request &request, Reply &reply) {
  DcmFileFormat file;
  const OFCondition status = file.loadFile(
      OFFilename(request.path.c_str()), EXS_Unknown, EGL_noChange, 4096, ERM_autoDetect);
  DcmDataset &set = *file.getDataset();
  if (status.bad()) throw Refusal{Status::damaged, status.text()};
  const DcmXfer syntax(set.getOriginalXfer());
  OFString stated;
  if (file.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, stated).good() &&
      !stated.empty() && DcmXfer(stated.c_str()).getXfer() == EXS_Unknown) {
    throw Refusal{Status::unsupported, "the transfer syntax " + std::string(stated.c_str())};
  }
  reply.add(transferSyntaxTag, syntax.getXferID() == nullptr ? "" : syntax.getXferID());
  for (const uint32_t tag : request.tags) {
    DcmItem *place = tag >> 16 == 2 ? static_cast<DcmItem *>(file.getMetaInfo()) : &set;
    if (place != nullptr) addText(*place, tag, reply);
  }
  addTable(set, DCM_ModalityLUTSequence, Scope::modalityTable, reply);
  addTable(set, DCM_VOILUTSequence, Scope::windowTable, reply);
  DcmSequenceOfItems *tables = nullptr;
  if (set.findAndGetSequence(DCM_VOILUTSequence, tables).good() && tables != nullptr) {
    reply.add(windowTablesTag, std::to_string(tables->card()));
  }
  const uint32_t palette[] = {0x00281101, 0x00281102, 0x00281103, 0x00281201, 0x00281202, 0x00281203};
  for (const uint32_t tag : palette) addWords(set, tag, Scope::file, reply);

  DcmElement *pixels = nullptr;
  if (set.findAndGetElement(DCM_PixelData, pixels).bad() || pixels == nullptr) {
    if (request.frame == noFrame) return;
    throw Refusal{Status::noPixels, "no pixel data"};
  }
  Sint32 frames = 1;
  if (set.findAndGetSint32(DCM_NumberOfFrames, frames).bad() || frames < 1) frames = 1;
  reply.head.frames = static_cast<uint32_t>(frames);
  uint32_t frame = request.frame;
  if (frame == middleFrame) frame = static_cast<uint32_t>(frames - 1) / 2;
  addFrameGroups(set, frame < reply.head.frames ? frame : 0, request.tags, reply);
  if (request.frame == noFrame) return;
  if (request.frame == onlyFrame) {
    if (frames > 1) throw Refusal{Status::manyFrames, std::to_string(frames) + " frames"};
    frame = 0;
  }
  if (frame >= reply.head.frames) {
    throw Refusal{Status::noSuchFrame, std::to_string(frames) + " frames"};
  }
  reply.head.frame = frame;
  readFrame(set, static_cast<DcmPixelData &>(*pixels), frame, request.threads, reply);
}
