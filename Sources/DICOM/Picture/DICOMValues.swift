import Basics

/// A frame's numbers before they become brightness, for comparisons with other programs.
package struct DICOMValues: Sendable {
  package let rows: Int
  package let columns: Int
  /// 1, or 3 for colours, which are 0…1 of white in both lists.
  package let channels: Int
  /// In units of the modality.
  package let modality: [Double]
  /// After the file's VOI table or window, in its own terms; the same where there is none.
  package let windowed: [Double]

  /// Reads a frame of a file, from 1.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package static func read(path: String, frame: Int) throws -> DICOMValues {
    try DICOMFile.frame(path: path, .number(frame)) { frame throws(DICOMFault) in
      try DICOMValues(frame)
    }
  }

  private init(_ frame: DICOMFrame) throws(DICOMFault) {
    (rows, columns) = (frame.format.rows, frame.format.columns)
    guard [.grey, .inverted].contains(frame.format.colours) else {
      let picture = try frame.colour()
      channels = 3
      let bytes = picture.pixels
      if picture.depth == 8 {
        modality = bytes.map { Double($0) / 255 }
      } else {
        modality = stride(from: 0, to: bytes.count, by: 2).map { (place: Int) -> Double in
          Double(Int(bytes[place]) | Int(bytes[place + 1]) << 8) / 65535
        }
      }
      windowed = modality
      return
    }
    channels = 1
    var values = [Double](repeating: 0, count: frame.samples.count)
    frame.samples.visit { values[$0] = frame.value($1) }
    modality = values
    windowed = frame.windows.step.map { step in values.map { step($0) } } ?? values
  }
}
