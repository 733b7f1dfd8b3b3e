import Basics
import DICOM
import Datasets
import Downloads
import Evaluation
import Foundation
import Studies

/// Where the cases come from that a model is asked about: a table, or a folder of images.
package enum CaseSource: Sendable {
  case table(CaseRows, path: String)
  /// The names of the files, in the order in which people count.
  case folder(String, names: [String], passedOver: Int)

  /// The PNG, JPEG and DICOM files of a folder, DICOM by their content; each is a case that is called by its file's name.
  ///
  /// - Throws: `ZooError` of code `.notFound` where there is no such folder, `.badValue` where it holds
  ///   no image.
  package static func images(in folder: String) throws -> CaseSource {
    let all = try folderEntries(folder).filter { !$0.hasPrefix(".") }
    let names = all.filter { name in
      [".png", ".jpg", ".jpeg", ".dcm", ".dicom"].contains { name.lowercased().hasSuffix($0) }
        || DICOMSignature.isOf(path: joinPath(folder, name))
    }
    guard !names.isEmpty else {
      throw ZooError(
        .badValue, "holds no PNG, JPEG or DICOM file among its \(all.count) entries",
        at: Place(path: folder))
    }
    return .folder(
      folder, names: names.sorted(by: naturalOrder), passedOver: all.count - names.count)
  }

  /// The number of cases.
  package var count: Int {
    switch self {
    case .table(let rows, _): rows.count
    case .folder(_, let names, _): names.count
    }
  }

  /// One case.
  ///
  /// - Throws: `ZooError` where the row holds none.
  func item(_ index: Int) throws -> Case {
    switch self {
    case .table(let rows, _): return try rows.item(index)
    case .folder(let folder, let names, _):
      let path = joinPath(folder, names[index])
      return Case(id: names[index], imagePath: path, source: Place(path: path))
    }
  }

  /// What a case that can't be used is called.
  func identifier(_ index: Int) -> String {
    switch self {
    case .table(let rows, _): rows.identifier(index)
    case .folder(_, let names, _): names[index]
    }
  }

  /// What was changed or passed over in reading, in sentences.
  package var notes: [String] {
    switch self {
    case .table(let rows, _): rows.notes
    case .folder(let folder, _, let count):
      count == 0
        ? []
        : [
          "\(folder): \(count) of its entries are no PNG, JPEG or DICOM files, and are passed over"
        ]
    }
  }

  /// The SHA-256 by which the same cases are known again: of the table's file, or of the files' names.
  var digest: String {
    get throws {
      switch self {
      case .table(_, let path): try sha256(ofFile: path)
      case .folder(_, let names, _): try sha256(of: names.joined(separator: "\n"))
      }
    }
  }
}
