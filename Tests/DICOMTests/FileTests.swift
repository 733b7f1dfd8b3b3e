import Basics
import Foundation
import TestSupport
import Testing

@testable import DICOM

@Suite("DICOM files, decoded by the worker") struct FileTests {
  /// The samples of the grey fixtures.
  private static let grey = (0..<32).flatMap { y in
    (0..<32).map { x in x * 17 + y * 115 + x * y % 7 }
  }

  private func values(_ path: String) throws -> [Double] {
    try DICOMValues.read(path: path, frame: 1).modality
  }

  @Test(
    "Every lossless compression gives the same samples",
    .enabled(if: hasWorker, "zoo-dicom is not built"),
    arguments: ["raw", "deflated", "lossless70", "lossless57", "jpegls", "j2k", "rle"])
  func lossless(name: String) throws {
    #expect(try values(fixture(name)) == Self.grey.map(Double.init))
  }

  @Test(
    "JPEG 2000 in colour, and baseline JPEG to within 8 grey levels on average",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func colours() throws {
    let plain = try DICOMFile.picture(path: fixture("rgb"), DICOMReading())
    #expect(plain.channels == 3 && plain.depth == 8 && plain.facts.window == .colour)
    #expect(try DICOMFile.picture(path: fixture("j2krgb"), DICOMReading()).pixels == plain.pixels)
    let lossy = try DICOMFile.picture(path: fixture("baseline"), DICOMReading())
    let differences = zip(lossy.pixels, plain.pixels).map { abs(Int($0) - Int($1)) }
    #expect(differences.reduce(0, +) < 8 * differences.count)
  }

  @Test(
    "Each way of writing elements gives the same samples, with a preamble and without",
    .enabled(if: hasWorker, "zoo-dicom is not built"),
    arguments: DICOMBuilder.Layout.allCases, [true, false])
  func layouts(layout: DICOMBuilder.Layout, hasPreamble: Bool) throws {
    try withTemporaryFolder { folder in
      var file = DICOMBuilder(rows: 1, columns: 3, samples: [1, 300, 65535])
      (file.layout, file.hasPreamble) = (layout, hasPreamble)
      file.elements[0x0028_1052] = .text("DS", "-1024")
      file.elements[0x0028_1053] = .text("DS", "1")
      try file.write(to: "\(folder)/a")
      #expect(DICOMSignature.isOf(path: "\(folder)/a"))
      #expect(try values("\(folder)/a") == [-1023, -724, 64511])
    }
  }

  @Test(
    "A modality table in a sequence, and 16-bit samples with a sign",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func sequence() throws {
    try withTemporaryFolder { folder in
      var file = DICOMBuilder(rows: 1, columns: 3, samples: [0xffff, 0, 1], isSigned: true)
      file.elements[0x0028_3000] = .init(
        "SQ",
        .items([
          [
            0x0028_3002: .words([3, 0xffff, 16], vr: "SS"), 0x0028_3004: .text("LO", "OD"),
            0x0028_3006: .words([10, 20, 30], vr: "OW"),
          ]
        ]))
      try file.write(to: "\(folder)/a.dcm")
      #expect(try values("\(folder)/a.dcm") == [10, 20, 30])
    }
  }

  @Test(
    "A JPEG 2000 stream that disagrees with its file on bits or sign is told",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func disagreeingStream() throws {
    func picture(_ changes: [UInt16: UInt8]) throws -> DICOMPicture {
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture("j2k"))))
      for (element, value) in changes {
        // Explicit, little-endian: group, element, US, length 2, value.
        let head: [UInt8] = [0x28, 0, UInt8(element & 0xff), UInt8(element >> 8), 0x55, 0x53, 2, 0]
        let place = try #require(
          bytes.indices.first { bytes[$0...].prefix(head.count).elementsEqual(head) })
        bytes[place + head.count] = value
      }
      return try withTemporaryFolder { folder in
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/a.dcm"))
        return try DICOMFile.picture(path: "\(folder)/a.dcm", DICOMReading())
      }
    }
    #expect(try picture([:]).facts.streamFormat == nil)
    #expect(
      try picture([0x0103: 1]).facts.streamFormat
        == "12 bits, signed; its stream has 12 bits, unsigned")
    let wider = try picture([0x0101: 16, 0x0102: 15])
    #expect(wider.facts.streamFormat == "16 bits, unsigned; its stream has 12 bits, unsigned")
    #expect(wider.pixels == (try picture([:])).pixels)
  }

  @Test(
    "Elements of an unknown kind are read by the dictionary; those that are no text or too long are told",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func unknownKinds() throws {
    func facts(_ change: (inout DICOMBuilder) -> Void) throws -> DICOMFacts {
      var file = DICOMBuilder(rows: 1, columns: 3, samples: [0, 1, 2])
      change(&file)
      return try withTemporaryFolder { folder in
        try file.write(to: "\(folder)/a.dcm")
        return try DICOMFile.picture(path: "\(folder)/a.dcm", DICOMReading()).facts
      }
    }
    let known = try facts {
      $0.elements[0x0028_1050] = .text("UN", "40")
      $0.elements[0x0028_1051] = .text("UN", "400 ")
    }
    #expect(known.window == .file && known.unread.isEmpty)
    let long = try facts {
      $0.elements[0x0028_1050] = .text("DS", "40")
      $0.elements[0x0028_1051] = .text(
        "DS", Array(repeating: "400", count: 1200).joined(separator: "\\"))
    }
    #expect(long.unread == ["0028,1051"])
    #expect(long.window != .file)
  }

  @Test(
    "VOI tables are counted, a rescaling that can't be used is told, and neither is guessed",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func untold() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.dcm"
      func facts(_ change: (inout DICOMBuilder) -> Void) throws -> DICOMFacts {
        var file = DICOMBuilder(rows: 1, columns: 3, samples: [0, 1, 2])
        change(&file)
        try file.write(to: path)
        return try DICOMFile.picture(path: path, DICOMReading()).facts
      }
      let table: [UInt32: DICOMBuilder.Element] = [
        0x0028_3002: .words([3, 0, 16]), 0x0028_3006: .words([0, 100, 65535], vr: "OW"),
      ]
      let several = try facts {
        $0.elements[0x0028_3010] = .init("SQ", .items([table, table, table]))
      }
      #expect(several.window == .file && several.otherWindows == 2)
      #expect(several.modalityFault == nil)
      let alone = try facts { $0.elements[0x0028_1053] = .text("DS", "2") }
      #expect(alone.modalityFault == "its rescale slope or intercept is missing, or no number")
      let comma = try facts {
        $0.elements[0x0028_1053] = .text("DS", "1,5")
        $0.elements[0x0028_1052] = .text("DS", "0")
      }
      #expect(comma.modalityFault != nil)
      // The first of two windows can't be used: the range is, and no window was taken.
      let unusable = try facts {
        $0.elements[0x0028_1050] = .text("DS", "1\\2")
        $0.elements[0x0028_1051] = .text("DS", "0\\2")
      }
      #expect(unusable.unusableWindow == "its width is 0.0" && unusable.otherWindows == 0)
    }
  }

  @Test(
    "Of several frames one is read where it is said which; else the file is refused by their number",
    .enabled(if: hasWorker, "zoo-dicom is not built")
  )
  func frames() throws {
    try withTemporaryFolder { folder in
      var file = DICOMBuilder(rows: 1, columns: 1, samples: [5, 6, 7])
      file.elements[0x0028_0008] = .text("IS", "3")
      let path = "\(folder)/a.dcm"
      try file.write(to: path)
      #expect(
        errorText { _ = try DICOMFile.picture(path: path, DICOMReading()) }
          .contains("has 3 frames, and a picture is one of them"))
      #expect(
        errorText { _ = try DICOMFile.picture(path: path, DICOMReading(frame: .number(4))) }
          .contains("asks for 4"))
      #expect(try DICOMValues.read(path: path, frame: 3).modality == [7])
      let middle = try DICOMFile.frame(path: path, .middle) { $0.value($0.samples.first) }
      #expect(middle == 6)
      let picture = try DICOMFile.picture(path: path, DICOMReading(frame: .middle))
      #expect(picture.facts.otherFrames == 2)
    }
  }

  @Test("The size is told without pixels", .enabled(if: hasWorker, "zoo-dicom is not built"))
  func size() throws {
    let size = DICOMFile.size(path: fixture("j2k"))
    #expect(size?.width == 32 && size?.height == 32)
    #expect(DICOMFile.size(path: "/nowhere.dcm") == nil)
  }

  @Test(
    "What a file does not say is guessed and told; bytes behind the picture are counted",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func guesses() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.dcm"
      var file = DICOMBuilder(rows: 1, columns: 2, samples: [5, 6, 7], photometric: nil)
      try file.write(to: path)
      let facts = try DICOMFile.picture(path: path, DICOMReading()).facts
      #expect(facts.isColourGuessed && facts.trailingBytes == 2 && facts.window == .missing)
      file = DICOMBuilder(rows: 1, columns: 1, channels: 3, bytes: [1, 2, 3], photometric: nil)
      try file.write(to: path)
      #expect(try DICOMFile.picture(path: path, DICOMReading()).pixels == [1, 2, 3])
    }
  }
}

extension StoredSamples {
  /// The pattern of the first sample.
  var first: UInt32 {
    var found: UInt32 = 0
    visit { if $0 == 0 { found = $1 } }
    return found
  }
}
