import Basics

extension DICOMFile {
  /// Why the worker gave no pixels; nil where it did.
  static func refusal(_ reply: DICOMReply, _ choice: FrameChoice, _ path: String) -> ZooError? {
    let place = Place(path: path)
    switch reply.head.status {
    case .done: return nil
    case .damaged:
      return ZooError(
        .badFormat, "the DICOM file is truncated or damaged: \(reply.message)", at: place,
        advice: "copy or export the file again")
    case .noPixels:
      let sopClass = reply.header.text(.sopClass) ?? reply.header.text(.mediaClass)
      let kind = ObjectKind.name(sopClass) ?? "a DICOM file without pixel data"
      return ZooError(
        .badFormat, "holds no picture: it is \(kind)", at: place,
        advice: "leave it out of the table or folder")
    case .manyFrames:
      return ZooError(
        .badValue, "has \(reply.head.frames) frames, and a picture is one of them", at: place,
        advice:
          "say which: \"frame\" of the image branch is \"first\", \"middle\" or a number from 1; zoo data show "
          + "writes one as PNG")
    case .noSuchFrame:
      return ZooError(
        .badValue,
        "has \(reply.head.frames) frames; \"frame\" asks for \(choice.json.text(pretty: false))",
        at: place)
    case .unsupported:
      let syntax = reply.header.text(.transferSyntax).map(TransferSyntax.name) ?? "unknown"
      return ZooError(
        .unsupported, "this kind of DICOM file is not read: \(syntax); \(reply.message)", at: place,
        advice: "convert it to PNG, or leave it out")
    case .tooLarge:
      return ZooError(
        .unsupported, "the DICOM file's picture is too large: \(reply.message)", at: place)
    case .noMemory:
      return ZooError(
        .unsupported, "the DICOM file asks for too much memory: \(reply.message)", at: place)
    }
  }
}
