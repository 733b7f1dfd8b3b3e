import Basics
import DICOM
import Foundation
import Images
import Registry
import TestSupport
import Testing

@testable import Training

@Suite("How a branch reads DICOM files") struct DICOMReadingTests {
  private func branch(_ members: String) throws -> ImageBranch {
    try ImageBranch(
      try JSONValue.parse(
        Data("{\"encoder\": \"resnet18\", \"size\": 16, \"channels\": 1\(members)}".utf8)),
      registry: EncoderRegistry(try Catalogue(path: packageFile("registry.json"))),
      defaults: TrainingSettings())
  }

  @Test("window and frame are read, kept and written; what is default is not")
  func members() throws {
    let plain = try branch("")
    #expect(plain.preprocessing.dicom == DICOMReading())
    #expect(!plain.json.text().contains("window") && !plain.json.text().contains("frame"))
    for (members, reading) in [
      (", \"window\": \"minmax\"", DICOMReading(window: .minmax)),
      (", \"window\": \"percentiles\"", DICOMReading(window: .percentiles(low: 1, high: 99))),
      (
        ", \"window\": {\"percentiles\": [2, 98]}",
        DICOMReading(window: .percentiles(low: 2, high: 98))
      ),
      (
        ", \"window\": {\"centre\": 40, \"width\": 400}, \"frame\": 3",
        DICOMReading(window: .window(centre: 40, width: 400), frame: .number(3))
      ),
      (", \"frame\": \"middle\"", DICOMReading(frame: .middle)),
    ] {
      let given = try branch(members)
      #expect(given.preprocessing.dicom == reading)
      let again = try ImageBranch(
        given.json, registry: EncoderRegistry(try Catalogue(path: packageFile("registry.json"))),
        defaults: TrainingSettings())
      #expect(again.preprocessing.dicom == reading)
    }
  }

  @Test(
    "Windows and frames that can't be are refused",
    arguments: [
      "\"window\": \"minmix\"", "\"window\": {\"centre\": 1}",
      "\"window\": {\"centre\": 1, \"width\": 0}",
      "\"window\": {\"percentiles\": [9, 1]}",
      "\"window\": {\"centre\": 1, \"width\": 5, \"x\": 1}",
      "\"frame\": 0", "\"frame\": \"last\"",
    ])
  func refused(members: String) {
    #expect(throws: ZooError.self) { try branch(", \(members)") }
  }

  @Test(
    "A store reads DICOM files by the branch's window, and they have no part in the bits of PNG files",
    .enabled(if: DICOMWorkers.shared.program != nil, "zoo-dicom is not built"))
  func store() throws {
    try withTemporaryFolder { folder in
      let samples = (0..<256).map { UInt16($0 * 16) }
      try DICOMBuilder(rows: 16, columns: 16, samples: samples, bits: 12).write(to: "\(folder)/a")
      let branch = try branch(", \"window\": {\"centre\": 2048, \"width\": 4096}")
      let (store, failures) = try ImageStore.load(
        ["\(folder)/a", "\(folder)/missing"], branch, progress: ProgressReporter(mode: .quiet))
      #expect(failures.count == 1 && store.census.bits == nil)
      let values = try store.batch([0], augmentedBy: nil)
      // The window by hand: (x - 2047.5) / 4095 + 0.5.
      for (value, sample) in zip(values, samples) {
        #expect(abs(value - (Float(sample) - 2047.5) / 4095 - 0.5) < 1e-5)
      }
    }
  }
}
