import Basics
import Datasets
import Downloads
import Foundation
import Registry

/// Where data and results are, and what of them is at hand.
///
/// Texts that begin with `DATA/`, `OUTPUT/` or `SAMPLE/` stand for paths in these folders, a text `weights NAME` for
/// a set of weights or word vectors that was fetched.
struct PaperPlaces: Sendable {
  /// The folder of the collections.
  let data: String
  /// The folder of everything that is made.
  let output: String
  let catalogue: Catalogue

  /// The phantom sample, where nothing else is at hand.
  var sample: String { "\(output)/sample" }

  /// A path with the folder that it begins with in full; any other text as it is.
  func resolved(_ text: String) -> String {
    for (name, folder) in [("DATA/", data), ("OUTPUT/", output), ("SAMPLE/", sample)]
    where text.hasPrefix(name) {
      return "\(folder)/\(text.dropFirst(name.count))"
    }
    return text
  }

  /// Whether a file, folder or set is at hand.
  ///
  /// - Throws: `ZooError` for a set that the registry does not have.
  func isThere(_ text: String) throws -> Bool {
    guard text.hasPrefix("weights ") else {
      return FileManager.default.fileExists(atPath: resolved(text))
    }
    let name = String(text.dropFirst("weights ".count))
    if let vectors = catalogue.vectorSets.first(where: { $0.name == name }) {
      let cache = try DownloadCache.standard()
      return cache.path(for: vectors.file) != nil || cache.path(for: vectors.file.archive) != nil
    }
    return try catalogue.weightSet(name).path != nil
  }

  /// Writes a table's rows of one half of the patients.
  ///
  /// Which half a patient belongs to depends on his name alone, so that two tables are divided alike.
  ///
  /// - Throws: `ZooError` for a table that can't be read or has no such column.
  /// - Returns: a sentence on what was written.
  func write(_ half: PatientHalf) throws -> String {
    let table = try CSVTable(path: resolved(half.source))
    let column = try table.column(half.column)
    let path = resolved(half.target)
    var rows = CSVWriter(columns: table.columns)
    var count = 0
    for row in 0..<table.rowCount where PaperPlaces.half(of: table[row, column]) == half.half {
      rows.append(table.columns.indices.map { table[row, $0] })
      count += 1
    }
    try AtomicFile.makeFolder(parentFolder(of: path))
    try rows.write(to: path)
    return
      "\(path): \(count) of the \(table.rowCount) rows of \(half.source), those of one half of the patients"
  }

  /// 1 or 2, by a hash of the name (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/), whose bits are mixed once
  /// more: those of short names are nearly the same.
  static func half(of patient: String) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in patient.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 31) &* 0x9e37_79b9_7f4a_7c15
    return Int(hash >> 63) + 1
  }
}
