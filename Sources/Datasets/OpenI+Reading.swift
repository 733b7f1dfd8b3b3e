import Basics
import Foundation

extension OpenI {
  /// A report's bytes, before they are parsed.
  private struct Document: Sendable {
    let path: String
    let data: Data
  }

  /// Reads every `N.xml` of a folder or an archive, in the order of their numbers.
  ///
  /// `path` is the folder of the XML files, a folder that holds `ecgen-radiology`, or a `.tgz`,
  /// `.tar.gz` or `.zip`, which is not unpacked to the disk.
  ///
  /// - Throws: `ZooError` with path and line of the first report that can't be read.
  package static func reports(path: String) throws -> [OpenIReport] {
    let (reports, unreadable) = try readReports(path: path)
    if let first = unreadable.first { throw first }
    return reports
  }

  /// The reports, and the errors of those that can't be read.
  static func readReports(path: String) throws -> (reports: [OpenIReport], errors: [ZooError]) {
    let documents = try isFolder(path) ? folderDocuments(path) : archiveDocuments(path)
    guard !documents.isEmpty else {
      throw ZooError(
        .notFound, "no report is there; expected files named N.xml", at: Place(path: path))
    }
    let results = parse(documents)
    var reports: [OpenIReport] = []
    var errors: [ZooError] = []
    for result in results {
      switch result {
      case .success(let report): reports.append(report)
      case .failure(let error): errors.append(error)
      }
    }
    return (sorted(reports), errors)
  }

  private static func isReportName(_ path: String) -> Bool {
    let name = lastName(of: path)
    return name.hasSuffix(".xml") && !name.hasPrefix(".")  // macOS adds "._1.xml" to archives
  }

  private static func archiveDocuments(_ path: String) throws -> [Document] {
    var documents: [Document] = []
    try ArchiveReader.forEachFile(in: path, where: isReportName) { name, data in
      documents.append(Document(path: "\(path)/\(name)", data: data))
    }
    return documents
  }

  private static func folderDocuments(_ path: String) throws -> [Document] {
    let inner = joinPath(path, "ecgen-radiology")
    let folder = isFolder(inner) ? inner : path
    return try folderEntries(folder).filter(isReportName).map { name in
      let file = joinPath(folder, name)
      guard isFile(file) else {
        throw ZooError(.badFormat, "not a regular file; expected a report", at: Place(path: file))
      }
      return Document(path: file, data: try readFile(file))
    }
  }

  /// Parses on all cores; the order of results is that of the documents.
  private static func parse(_ documents: [Document]) -> [Result<OpenIReport, ZooError>] {
    let slots = ResultSlots(count: documents.count)
    let chunk = 64
    DispatchQueue.concurrentPerform(iterations: (documents.count + chunk - 1) / chunk) { part in
      for index in part * chunk..<min(documents.count, (part + 1) * chunk) {
        let document = documents[index]
        slots.set(
          index,
          Result { () throws(ZooError) in
            do { return try OpenIReportParser.parse(document.data, path: document.path) } catch {
              throw error as? ZooError
                ?? ZooError(.badFormat, errorSentence(error), at: Place(path: document.path))
            }
          })
      }
    }
    return slots.results()
  }
}

/// Results by index, from several threads.
///
/// `@unchecked Sendable`: the storage is only touched while the lock is held.
private final class ResultSlots: @unchecked Sendable {
  private let lock = NSLock()
  private var storage: [Result<OpenIReport, ZooError>?]

  init(count: Int) { storage = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ result: Result<OpenIReport, ZooError>) {
    lock.withLock { storage[index] = result }
  }

  func results() -> [Result<OpenIReport, ZooError>] { lock.withLock { storage.compactMap { $0 } } }
}
