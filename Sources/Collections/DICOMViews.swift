import Basics
import DICOM
import DataImport
import Datasets

/// Which of Open-i's pictures are frontal, by the headers of the DICOM files that it was made of.
///
/// Files are called `1_IM-0001-3001.dcm`, with or without `CXR` before; the table is in the form of Kaggle's
/// `indiana_projections.csv`.
enum DICOMViews {
  private static let projections: [String: OpenI.Projection] = [
    "AP": .frontal, "PA": .frontal, "LL": .lateral, "RL": .lateral, "LATERAL": .lateral,
  ]

  /// Writes the table of a tree of DICOM files.
  ///
  /// - Returns: a sentence on what was found.
  /// - Throws: `ZooError` for a folder that holds none, or a table that can't be written; `Interrupted`.
  static func write(tree: String, to path: String, progress: ProgressReporter) throws -> String {
    let files = try DataImport.files(below: tree).filter { $0.hasSuffix(".dcm") }
    guard !files.isEmpty else {
      throw ZooError(.notFound, "no .dcm file is below it", at: Place(path: tree))
    }
    var table = CSVWriter(columns: ["uid", "filename", "projection"])
    var (known, unknown, unreadable) = (0, 0, 0)
    progress.begin("DICOM headers", total: files.count)
    defer { progress.end() }
    for file in files {
      try Interruption.check()
      progress.advance()
      let stem = withoutExtension(lastName(of: file))
      let plain = stem.hasPrefix("CXR") ? String(stem.dropFirst(3)) : stem
      guard let number = plain.split(separator: "_").first, Int(number) != nil else {
        unknown += 1
        continue
      }
      guard let description = try? DICOMDescription(path: file) else {
        unreadable += 1
        continue
      }
      let view = description.plain.first { $0.name == "view" }?.value.uppercased()
      guard let projection = view.flatMap({ projections[$0] }) else {
        unknown += 1
        continue
      }
      table.append([String(number), "\(plain).dcm.png", projection.rawValue])
      known += 1
    }
    try table.write(to: path)
    return
      "views of \(known) pictures from DICOM headers; \(unknown) have none that is known, \(unreadable) can't be read"
  }
}
