import Basics
import Foundation
import TestSupport
import Testing

@testable import Collections
@testable import DICOM
@testable import Datasets

@Suite(
  "Views by the headers of DICOM files",
  .enabled(if: DICOMWorkers.shared.program != nil, "zoo-dicom is not built"))
struct DICOMViewsTests {
  @Test("AP and PA are frontal, LL lateral; files without a known view are counted")
  func views() throws {
    try withTemporaryFolder { folder in
      let files = [
        ("1/CXR1_1_IM-0001-3001.dcm", "PA"), ("1/1_IM-0001-4001.dcm", "LL"),
        ("2/2_IM-0652-1001.dcm", "AP"), ("2/2_IM-0652-2001.dcm", "OBLIQUE"), ("2/none.dcm", "PA"),
      ]
      for (name, view) in files {
        let path = "\(folder)/tree/\(name)"
        try AtomicFile.makeFolder(parentFolder(of: path))
        var file = DICOMBuilder(
          rows: 4, columns: 4, samples: [UInt16](repeating: 7, count: 16), bits: 12)
        file.elements[0x0018_5101] = .text("CS", view)
        try file.write(to: path)
      }
      try AtomicFile.write("no DICOM", to: "\(folder)/tree/3_IM-0001-1001.dcm")
      let sentence = try DICOMViews.write(
        tree: "\(folder)/tree", to: "\(folder)/table.csv",
        progress: ProgressReporter(mode: .quiet, write: { _ in }))
      #expect(
        sentence
          == "views of 3 pictures from DICOM headers; 2 have none that is known, 1 can't be read")
      let table = try OpenI.Projections(path: "\(folder)/table.csv")
      #expect(
        table.kinds == [
          "1_1_IM-0001-3001.dcm.png": .frontal, "1_IM-0001-4001.dcm.png": .lateral,
          "2_IM-0652-1001.dcm.png": .frontal,
        ])
      #expect {
        try DICOMViews.write(
          tree: "\(folder)/table.csv", to: "x",
          progress: ProgressReporter(mode: .quiet, write: { _ in }))
      } throws: { $0 is ZooError }
    }
  }
}
