import Basics
import DICOM
import TestSupport
import Testing

@testable import Images

/// Whether the worker was built with the tests: its libraries may be missing.
private let hasWorker = DICOMWorkers.shared.program != nil

@Suite("DICOM files among the pictures") struct DICOMImageTests {
  private let file = DICOMBuilder(rows: 2, columns: 2, samples: [0, 1000, 2000, 4000], bits: 12)

  @Test(
    "A file is known by its content; white is known, whatever the bits of other pictures are",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func content() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/chest.png"
      try file.write(to: path)
      let (image, facts) = try PixelImage.read(path: path, channels: 1)
      #expect(image.scaled(white: 4095) == image && image.white == 65535)
      let expected: [Float] = [0, 0.25, 0.5, 1]
      #expect(zip(image.floats(), expected).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(facts.least == 0 && facts.largest == 65535 && facts.blank(white: 255) == nil)
      let colour = try PixelImage.load(path: path, channels: 3)
      #expect(colour.hasKnownWhite && colour.converted(channels: 1).hasKnownWhite)
      #expect(colour.stretched(to: 4).hasKnownWhite)
      #expect(PictureSize(path: path)?.width == 2)
      #expect(
        errorText { _ = try PixelImage.decode(try readFile(path), path: path) }
          .contains("from a file"))
    }
  }

  @Test(
    "What was chosen, guessed or left out is said with counts, and sets no bits",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func notes() throws {
    try withTemporaryFolder { folder in
      var census = PictureCensus()
      func add(_ name: String, _ change: (inout DICOMBuilder) -> Void) throws {
        var file = file
        change(&file)
        try file.write(to: "\(folder)/\(name)")
        census.add(
          name,
          try PixelImage.read(
            path: "\(folder)/\(name)", channels: 1, dicom: DICOMReading(frame: .middle)
          ).facts)
      }
      try add("a") { $0.elements[0x0028_0004] = nil }
      try add("b") { $0.elements[0x0028_0004] = .text("CS", "MONOCHROME1") }
      try add("c") {
        $0.elements[0x0028_0010] = .words([1])
        $0.elements[0x0028_0008] = .text("IS", "2")
        $0.elements[0x0028_1050] = .text("DS", "2000\\100")
        $0.elements[0x0028_1051] = .text("DS", "4000\\100")
      }
      try add("d") {
        $0.elements[0x0028_1050] = .text("DS", "2000")
        $0.elements[0x0028_1051] = .text("DS", "0")
      }
      #expect(census.bits == nil)
      #expect(
        census.notes(bits: nil, .rule) == [
          "2 of 4 pictures have no window in the DICOM file: the smallest value of each is black, the largest "
            + "white: a, b.",
          "1 of 4 pictures has a window that can't be used (its width is 0.0): its smallest value is black, "
            + "its largest white: d.",
          "1 of 4 pictures has several windows or VOI tables, of which the first is taken: c.",
          "1 of 4 pictures has several frames, of which one is read: 1 is left out: c.",
          "1 of 4 pictures does not say what its samples stand for (photometric interpretation): small values "
            + "are taken to be dark, three samples to be red, green and blue: a.",
          "1 of 4 pictures is MONOCHROME1, where small values are bright; turned around: b.",
        ])
    }
  }

  @Test(
    "Pictures of which nothing is to be said count among all",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func ordinary() throws {
    try withTemporaryFolder { folder in
      try file.write(to: "\(folder)/a")
      var census = PictureCensus()
      census.add("a", try PixelImage.read(path: "\(folder)/a").facts)
      for _ in 0..<4 { census.addOrdinary() }
      #expect(census.notes(bits: nil, .rule).first?.hasPrefix("1 of 5 pictures has no") ?? false)
    }
  }

  @Test("A web page that is called .dcm is told by what it looks like")
  func webPage() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/chest.dcm"
      try AtomicFile.write(.init("<!DOCTYPE html><html><p>Not found</p></html>".utf8), to: path)
      #expect(
        errorText { _ = try PixelImage.load(path: path) }.contains(
          "is no PNG, JPEG or DICOM; it looks like a web page"))
    }
  }
}
