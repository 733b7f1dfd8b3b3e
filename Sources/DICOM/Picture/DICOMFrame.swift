/// The stored values of a frame, with what the file says of them.
package struct DICOMFrame {
  let header: DICOMHeader
  let format: StoredFormat
  let modality: ModalityStep
  let windows: FileWindows
  let samples: StoredSamples
  /// Frames of the file.
  let frames: Int
  /// Bytes of the file's pixel data; 0 where they were compressed.
  let storedBytes: Int

  /// A frame of a header and the bytes of its pixels, which are used while this value is.
  ///
  /// - Throws: `DICOMFault` for what is missing, can't be or is not read.
  init(
    _ header: DICOMHeader, _ bytes: UnsafeRawBufferPointer, frames: Int = 1, storedBytes: Int = 0
  ) throws(DICOMFault) {
    self.header = header
    format = try StoredFormat(header)
    guard bytes.count >= format.bytes else {
      throw .damaged("its pixel data have \(bytes.count) bytes; expected \(format.bytes)")
    }
    modality = try ModalityStep(header, format)
    windows = try FileWindows(header, format, modality)
    samples = StoredSamples(bytes, format)
    (self.frames, self.storedBytes) = (frames, storedBytes)
  }

  /// The number of the modality that a pattern of bits stands for.
  func value(_ pattern: UInt32) -> Double { modality(format.value(pattern)) }

  /// The frame as a picture.
  ///
  /// - Throws: `DICOMFault` for colours that can't be read.
  func picture(_ window: WindowChoice) throws(DICOMFault) -> DICOMPicture {
    switch format.colours {
    case .grey, .inverted: grey(window)
    case .rgb, .ybr, .subsampled, .palette: try colour()
    }
  }

  /// What is to be said, but for the window.
  func facts(_ window: DICOMFacts.Window) -> DICOMFacts {
    var facts = DICOMFacts(window: window)
    facts.otherFrames = frames - 1
    facts.isColourGuessed = format.isColourGuessed
    facts.streamFormat = format.streamFormat
    facts.unread = header.text(.unread)?.split(separator: "\\").map(String.init) ?? []
    facts.modalityFault = ModalityStep.fault(header)
    facts.isInverted = format.colours == .inverted
    // One byte fills an odd number up.
    let (expected, isTooMuch) = format.bytes.multipliedReportingOverflow(by: frames)
    facts.trailingBytes = !isTooMuch && storedBytes - 1 > expected ? storedBytes - expected : 0
    return facts
  }
}
