import Basics
import Foundation

/// Parses one report of the collection's XML.
///
/// Hostile input is bounded: `XMLReader` refuses document types and deep nesting, and size is limited.
final class OpenIReportParser: XMLHandler {
  /// A report of the collection has at most 9 kB and eight levels.
  static let maximumBytes = 4 << 20
  static let maximumDepth = 64

  private let path: String
  private var report: OpenIReport
  /// The element whose text is being collected, and how many are around it.
  private var collecting: (kind: Kind, depth: Int)?
  private var collected: [UInt8] = []

  private enum Kind {
    case section(String)
    case major, automatic
  }

  private init(path: String) {
    self.path = path
    report = OpenIReport(id: "", source: Place(path: path))
  }

  /// Reads a report; `path` is how errors name it.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with path and line.
  static func parse(_ data: Data, path: String) throws -> OpenIReport {
    guard data.count <= maximumBytes else {
      throw ZooError(
        .badFormat, "\(data.count) bytes; a report may have at most \(maximumBytes)",
        at: Place(path: path))
    }
    let handler = OpenIReportParser(path: path)
    try XMLReader(path: path, maximumDepth: maximumDepth).read(data, into: handler)
    guard !handler.report.id.isEmpty else {
      throw ZooError(
        .badFormat, "no element uId with an id; expected <uId id=\"CXR…\"/>",
        at: Place(path: path))
    }
    return handler.report
  }

  func start(
    _ name: String, attributes: [String: String], in ancestors: [String], line: Int
  ) throws(ZooError) {
    if ancestors.isEmpty, name != "eCitation" {
      throw refusal("the root element is <\(name)>; expected <eCitation>", line)
    }
    let (depth, isOfMeSH) = (ancestors.count, ancestors.last == "MeSH")
    guard collecting == nil else { return }
    switch name {
    case "uId":
      let id = attributes["id"] ?? ""
      if !report.id.isEmpty {
        throw refusal("a second uId \"\(id)\"; the first is \"\(report.id)\"", line)
      }
      report.id = id
      report.source.line = line
    case "parentImage":
      guard let id = attributes["id"], isFileStem(id) else {
        throw refusal(
          "parentImage has no id that names a file: \(attributes["id"] ?? "none")", line)
      }
      report.images.append(id)
    case "AbstractText": collect(.section(attributes["Label"] ?? ""), depth)
    case "major" where isOfMeSH: collect(.major, depth)
    case "automatic" where isOfMeSH: collect(.automatic, depth)
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if collecting != nil { collected.append(contentsOf: bytes) }
  }

  func end(depth: Int) {
    guard let current = collecting, current.depth == depth else { return }
    store(
      current.kind,
      String(decoding: collected, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    collecting = nil
  }

  private func collect(_ kind: Kind, _ depth: Int) {
    collecting = (kind, depth)
    collected.removeAll(keepingCapacity: true)
  }

  private func store(_ kind: Kind, _ text: String) {
    switch kind {
    case .section(let label):
      // In place: a file of nothing but short sections would cost the square of its size otherwise.
      let isFirst = report.sections[label, default: ""].isEmpty
      report.sections[label, default: ""] += isFirst || text.isEmpty ? text : " \(text)"
    case .major: if !text.isEmpty { report.majors.append(text) }
    case .automatic: if !text.isEmpty { report.automatic.append(text) }
    }
  }

  /// An image's id becomes a file name: it must not lead elsewhere.
  private func isFileStem(_ id: String) -> Bool { !id.isEmpty && !id.utf8.contains(0x2f) }

  private func refusal(_ message: String, _ line: Int) -> ZooError {
    ZooError(.badFormat, message, at: Place(path: path, line: line))
  }
}
