import DICOM

extension PictureCensus {
  /// What is to be said of the DICOM files among the pictures.
  var dicomNotes: [String] {
    var notes: [String] = []
    let files = pictures.compactMap { picture in picture.facts.dicom.map { (picture.path, $0) } }
    func note(_ isFound: (DICOMFacts) -> Bool, _ what: (_ isOne: Bool, [DICOMFacts]) -> String) {
      let found = files.filter { isFound($0.1) }
      guard !found.isEmpty else { return }
      notes.append(sentence(found.map(\.0), what(found.count == 1, found.map(\.1))))
    }
    note({ $0.window == .missing }) { isOne, _ in
      "\(isOne ? "has" : "have") no window in the DICOM file: \(PictureCensus.ownRange(isOne))"
    }
    note({ $0.unusableWindow != nil }) { isOne, found in
      "\(isOne ? "has" : "have") a window that can't be used (\(found[0].unusableWindow ?? "")): "
        + PictureCensus.ownRange(isOne)
    }
    note({ $0.otherWindows > 0 }) { isOne, _ in
      "\(isOne ? "has" : "have") several windows or VOI tables, of which the first is taken"
    }
    note({ $0.otherFrames > 0 }) { isOne, found in
      let left = found.reduce(0) { $0 + $1.otherFrames }
      return "\(isOne ? "has" : "have") several frames, of which one is read: \(left) "
        + "\(left == 1 ? "is" : "are") left out"
    }
    note({ $0.isColourGuessed }) { isOne, _ in
      "\(isOne ? "does" : "do") not say what \(isOne ? "its" : "their") samples stand for (photometric "
        + "interpretation): small values are taken to be dark, three samples to be red, green and blue"
    }
    note({ $0.isInverted }) { isOne, _ in
      "\(isOne ? "is" : "are") MONOCHROME1, where small values are bright; turned around"
    }
    note({ $0.trailingBytes > 0 }) { isOne, found in
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
