import DICOM

extension PictureCensus {
  /// What is to be said of the DICOM files among the pictures.
  var dicomNotes: [String] {
    var notes: [String] = []
    let files = pictures.compactMap { picture in picture.facts.dicom.map { (picture.path, $0) } }
    func note(
      _ isFound: KeyPath<DICOMFacts, Bool>, _ what: (_ isOne: Bool, [DICOMFacts]) -> String
    ) {
      let found = files.filter { $0.1[keyPath: isFound] }
      guard !found.isEmpty else { return }
      notes.append(sentence(found.map(\.0), what(found.count == 1, found.map(\.1))))
    }
    note(\.isWithoutWindow) { isOne, _ in
      "\(isOne ? "has" : "have") no window in the DICOM file: \(PictureCensus.ownRange(isOne))"
    }
    note(\.hasUnusableWindow) { isOne, found in
      "\(isOne ? "has" : "have") a window that can't be used (\(found[0].unusableWindow ?? "")): "
        + PictureCensus.ownRange(isOne)
    }
    note(\.hasModalityFault) { isOne, found in
      "\(isOne ? "states" : "state") a rescaling that can't be used (\(found[0].modalityFault ?? "")): stored values"
        + " are taken as they are"
    }
    note(\.hasOtherWindows) { isOne, _ in
      "\(isOne ? "has" : "have") several windows or VOI tables, of which the first is taken"
    }
    note(\.hasOtherFrames) { isOne, found in
      let left = found.reduce(0) { $0 + $1.otherFrames }
      return "\(isOne ? "has" : "have") several frames, of which one is read: \(left) "
        + "\(left == 1 ? "is" : "are") left out"
    }
    note(\.hasOtherStream) { isOne, found in
      "\(isOne ? "says" : "say") other bits of \(isOne ? "its" : "their") samples than the JPEG 2000 stream inside ("
        + "\(found[0].streamFormat ?? "")): the stream's number of bits is taken, and the file's sign"
    }
    note(\.hasUnread) { isOne, found in
      "\(isOne ? "has" : "have") elements that are no text or longer than 4,096 bytes ("
        + "\(Set(found.flatMap(\.unread)).sorted().joined(separator: "; "))): taken as if they were not there"
    }
    note(\.isColourGuessed) { isOne, _ in
      "\(isOne ? "does" : "do") not say what \(isOne ? "its" : "their") samples stand for (photometric "
        + "interpretation): small values are taken to be dark, three samples to be red, green and blue"
    }
    note(\.isInverted) { isOne, _ in
      "\(isOne ? "is" : "are") MONOCHROME1, where small values are bright; turned around"
    }
    note(\.hasTrailingBytes) { isOne, found in
      "\(isOne ? "holds" : "hold") more pixel data than the picture's size accounts for; "
        + "\(found.reduce(0) { $0 + $1.trailingBytes }) bytes are passed over"
    }
    return notes
  }

  private static func ownRange(_ isOne: Bool) -> String {
    isOne
      ? "its smallest value is black, its largest white"
      : "the smallest value of each is black, the largest white"
  }
}

extension DICOMFacts {
  fileprivate var isWithoutWindow: Bool { window == .missing }
  fileprivate var hasUnusableWindow: Bool { unusableWindow != nil }
  fileprivate var hasModalityFault: Bool { modalityFault != nil }
  fileprivate var hasOtherWindows: Bool { otherWindows > 0 }
  fileprivate var hasOtherFrames: Bool { otherFrames > 0 }
  fileprivate var hasOtherStream: Bool { streamFormat != nil }
  fileprivate var hasUnread: Bool { !unread.isEmpty }
  fileprivate var hasTrailingBytes: Bool { trailingBytes > 0 }
}
