import Basics
import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Parses one report of the collection's XML.
///
/// Hostile input is bounded: a document type is refused before the parser sees it, so there are no
/// entities of its own, neither multiplied nor external; size and nesting are limited.
final class OpenIReportParser: NSObject, XMLParserDelegate {
  /// A report of the collection has at most 9 kB and eight levels.
  static let maximumBytes = 4 << 20
  static let maximumDepth = 64

  private let path: String
  private var report: OpenIReport
  private var stack: [String] = []
  private var failure: ZooError?
  /// The element whose text is being collected, and its depth.
  private var collecting: (kind: Kind, depth: Int)?
  private var collected = ""

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
    try data.withUnsafeBytes { try XMLProlog.check($0, path: path) }
    let delegate = OpenIReportParser(path: path)
    let parser = XMLParser(data: data)
    parser.shouldResolveExternalEntities = false
    parser.shouldProcessNamespaces = false
    parser.delegate = delegate
    let succeeded = parser.parse()
    if let failure = delegate.failure { throw failure }
    guard succeeded else {
      let reason = parser.parserError.map { "\(($0 as NSError).code)" } ?? "unknown"
      throw ZooError(
        .badFormat, "the XML is not well formed (libxml2 error \(reason))",
        at: Place(path: path, line: parser.lineNumber))
    }
    let report = try delegate.finish(line: parser.lineNumber)
    try data.withUnsafeBytes { try XMLProlog.checkEnd($0, path: path) }
    return report
  }

  /// Foundation on Linux reports no error where the document ends too early, hence the look at the
  /// elements that are still open.
  private func finish(line: Int) throws -> OpenIReport {
    if let open = stack.last {
      throw ZooError(
        .badFormat, "the XML ends inside <\(open)>", at: Place(path: path, line: line),
        advice: "the file was cut short: fetch it again")
    }
    guard !report.id.isEmpty else {
      throw ZooError(
        .badFormat, "no element uId with an id; expected <uId id=\"CXR…\"/>",
        at: Place(path: path))
    }
    return report
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    guard failure == nil else { return }
    guard stack.count < Self.maximumDepth else {
      refuse(parser, "elements are nested deeper than \(Self.maximumDepth)")
      return
    }
    if stack.isEmpty, name != "eCitation" {
      refuse(parser, "the root element is <\(name)>; expected <eCitation>")
      return
    }
    stack.append(name)
    guard collecting == nil else { return }
    switch name {
    case "uId":
      let id = attributes["id"] ?? ""
      if !report.id.isEmpty {
        refuse(parser, "a second uId \"\(id)\"; the first is \"\(report.id)\"")
      }
      report.id = id
      report.source.line = parser.lineNumber
    case "parentImage":
      guard let id = attributes["id"], isFileStem(id) else {
        refuse(parser, "parentImage has no id that names a file: \(attributes["id"] ?? "none")")
        return
      }
      report.images.append(id)
    case "AbstractText": collect(.section(attributes["Label"] ?? ""))
    case "major" where parentIsMeSH: collect(.major)
    case "automatic" where parentIsMeSH: collect(.automatic)
    default: break
    }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    guard failure == nil else { return }
    if let current = collecting, current.depth == stack.count {
      store(current.kind, collected.trimmingCharacters(in: .whitespacesAndNewlines))
      collecting = nil
    }
    stack.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if collecting != nil { collected += string }
  }

  func parser(_ parser: XMLParser, foundCDATA block: Data) {
    if collecting != nil { collected += String(decoding: block, as: UTF8.self) }
  }

  private var parentIsMeSH: Bool { stack.dropLast().last == "MeSH" }

  private func collect(_ kind: Kind) {
    collecting = (kind, stack.count)
    collected = ""
  }

  private func store(_ kind: Kind, _ text: String) {
    switch kind {
    case .section(let label):
      let before = report.sections[label] ?? ""
      report.sections[label] = before.isEmpty || text.isEmpty ? before + text : "\(before) \(text)"
    case .major: if !text.isEmpty { report.majors.append(text) }
    case .automatic: if !text.isEmpty { report.automatic.append(text) }
    }
  }

  /// An image's id becomes a file name: it must not lead elsewhere.
  private func isFileStem(_ id: String) -> Bool { !id.isEmpty && !id.utf8.contains(0x2f) }

  private func refuse(_ parser: XMLParser, _ message: String) {
    failure = ZooError(.badFormat, message, at: Place(path: path, line: parser.lineNumber))
    parser.abortParsing()
  }
}
