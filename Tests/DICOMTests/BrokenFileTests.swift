import Basics
import Foundation
import TestSupport
import Testing

@testable import DICOM

@Suite("DICOM files that are broken") struct BrokenFileTests {
  private func failure(_ data: Data, _ reading: DICOMReading = DICOMReading()) throws -> String {
    try withTemporaryFolder { folder in
      try data.write(to: URL(fileURLWithPath: "\(folder)/a.dcm"))
      return errorText { _ = try DICOMFile.picture(path: "\(folder)/a.dcm", reading) }
    }
  }

  private let plain = DICOMBuilder(
    rows: 16, columns: 16, samples: (0..<256).map { UInt16($0) })

  @Test(
    "Pixel data that end early are refused, at many places where the file may end",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func truncated() throws {
    let whole = plain.data
    #expect(try failure(whole).isEmpty)
    for count in stride(from: 140, to: whole.count, by: 37) {
      #expect(try failure(whole.prefix(count)).contains("a.dcm: "), "\(count) bytes")
    }
    let compressed = try readFile(fixture("j2k"))
    for count in stride(from: 200, to: compressed.count - 2, by: 41) {
      #expect(!(try failure(compressed.prefix(count)).isEmpty), "\(count) bytes of JPEG 2000")
    }
  }

  @Test(
    "Pixel data of another length than the size says",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func lengths() throws {
    var file = plain
    file.elements[0x0028_0010] = .words([17])
    #expect(try failure(file.data).contains("512 bytes; expected 544"))
    file.elements[0x0028_0010] = .words([8])
    #expect(try failure(file.data).contains("512 bytes; expected 256, of all its frames"))
  }

  @Test(
    "Sizes that can't be", .enabled(if: hasWorker, "zoo-dicom is not built"),
    arguments: [
      (0, 16, "16 x 0 pixels"), (65535, 65535, "65535 x 65535 pixels"),
      (65535, 16, "bytes; expected"),
    ])
  func sizes(rows: Int, columns: Int, reason: String) throws {
    var file = plain
    file.elements[0x0028_0010] = .words([UInt16(rows)])
    file.elements[0x0028_0011] = .words([UInt16(columns)])
    let text = try failure(file.data)
    #expect(text.contains(reason), "\(text)")
  }

  @Test(
    "A size that a compressed stream has not, or one that would take all memory",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func compressedSizes() throws {
    for name in ["j2k", "jpegls", "lossless70", "rle"] {
      var bytes = [UInt8](try readFile(fixture(name)))
      // Rows, explicit VR: tag, "US", length 2, then 32.
      let rows = try #require(
        bytes.indices.first { bytes[$0...].starts(with: [0x28, 0, 0x10, 0, 0x55, 0x53, 2, 0, 32]) })
      (bytes[rows + 8], bytes[rows + 9]) = (0xff, 0x7f)
      let text = try failure(Data(bytes))
      #expect(text.contains("a.dcm: "), "\(name)")
    }
  }

  @Test(
    "A compression that is not known, or pixels that are not compressed as the file says",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func syntaxes() throws {
    for syntax in [
      "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5", "1.2.3",
    ] {
      var file = plain
      file.syntax = syntax
      let text = try failure(file.data)
      #expect(text.contains("a.dcm: ") && text.contains("DICOM"), "\(syntax): \(text)")
    }
  }

  @Test(
    "A web page, a directory of a disc and a structured report",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func others() throws {
    #expect(!DICOMSignature.holds(Array("<!DOCTYPE html><html><body>Not found".utf8)))
    for (sopClass, name) in [
      ("1.2.840.10008.1.3.10", "DICOMDIR"),
      ("1.2.840.10008.5.1.4.1.1.88.33", "a structured report"),
      ("1.2.840.10008.5.1.4.1.1.7", "without pixel data"),
    ] {
      var file = DICOMBuilder()
      file.elements = [0x0008_0016: .text("UI", sopClass), 0x0008_0060: .text("CS", "SR")]
      #expect(try failure(file.data).contains("holds no picture: it is"))
      #expect(try failure(file.data).contains(name))
    }
  }

  @Test(
    "Every 29th byte of a small file changed: an error or a picture, and the worker goes on",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func bytes() throws {
    for name in ["lossless70", "j2k"] {
      let whole = try readFile(fixture(name))
      for index in stride(from: 132, to: whole.count, by: 29) {
        var bytes = whole
        bytes[index] ^= 0xff
        let text = try failure(bytes)
        #expect(text.isEmpty || text.contains("a.dcm: "))
      }
    }
    #expect(try failure(plain.data).isEmpty)
  }
}
