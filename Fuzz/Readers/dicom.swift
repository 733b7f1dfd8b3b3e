import Foundation

@testable import DICOM

/// The bytes are a choice, the length of the worker's records in two bytes, the records, and the pixels.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  _ = DICOMSignature.holds(bytes)
  _ = DICOMReply.Head(Array(bytes.prefix(DICOMReply.Head.length)))
  guard count >= 3 else { return 0 }
  let end = min(count, 3 + Int(bytes[1]) + Int(bytes[2]) << 8)
  guard let header = DICOMHeader(records: Array(bytes[3..<end])) else { return 0 }
  let choices: [WindowChoice] = [
    .file, .minmax, .percentiles(low: 1, high: 99), .window(centre: 40, width: 400),
  ]
  bytes[end...].withUnsafeBytes { pixels in
    guard let frame = try? DICOMFrame(header, pixels, frames: 3, storedBytes: pixels.count),
      let picture = try? frame.picture(choices[Int(bytes[0] & 3)])
    else { return }
    precondition(
      picture.pixels.count
        == picture.width * picture.height * picture.channels * picture.depth / 8)
  }
  return 0
}
