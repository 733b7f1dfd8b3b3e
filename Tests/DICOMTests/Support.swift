import Basics
import Foundation
import TestSupport
import Testing

@testable import DICOM

/// Whether the worker was built with the tests: its libraries may be missing.
let hasWorker = DICOMWorkers.shared.program != nil

/// A file of `Resources/`, which `make_fixtures.py` wrote.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Resources/\(name).dcm").path
}

/// The 16-bit samples of a picture.
func samples(_ picture: DICOMPicture) -> [Int] {
  stride(from: 0, to: picture.pixels.count, by: 2).map {
    Int(picture.pixels[$0]) | Int(picture.pixels[$0 + 1]) << 8
  }
}

/// A header of a grey picture in 16 bits.
func greyHeader(
  rows: Int, columns: Int, bits: Int = 16, isSigned: Bool = false,
  _ others: [DICOMTag: String] = [:]
) -> DICOMHeader {
  var texts: [DICOMTag: String] = [
    .rows: "\(rows)", .columns: "\(columns)", .bitsAllocated: "16", .bitsStored: "\(bits)",
    .highBit: "\(bits - 1)", .pixelRepresentation: isSigned ? "1" : "0", .samplesPerPixel: "1",
    .photometric: "MONOCHROME2",
  ]
  texts.merge(others) { $1 }
  return DICOMHeader(texts)
}

/// A frame of a header and 16-bit samples, in one row unless the header says otherwise.
func withFrame<Result>(
  _ header: DICOMHeader, _ samples: [UInt16], _ body: (DICOMFrame) throws -> Result
) throws -> Result {
  try samples.withUnsafeBytes { try body(try DICOMFrame(header, $0)) }
}
