import Basics
import CExpat
import Foundation

/// What an `XMLReader` tells of a document, in its order.
protocol XMLHandler: AnyObject {
  /// An element starts inside `ancestors`, outermost first; throwing ends the reading.
  func start(
    _ name: String, attributes: [String: String], in ancestors: [String], line: Int
  ) throws(ZooError)
  /// Characters inside the innermost open element, with references and CDATA resolved; may come in pieces.
  func text(_ bytes: UnsafeBufferPointer<UInt8>)
  /// The innermost open element ends; `depth` others are around it.
  func end(depth: Int)
}

/// Reads an XML document in UTF-8 with expat.
///
/// A document type is refused where it starts, so a document has no entities of its own, neither
/// multiplied nor external; elements may be nested `maximumDepth` deep.
struct XMLReader {
  /// What errors call the file.
  let path: String
  /// How deep elements may be nested.
  let maximumDepth: Int
  /// What such documents are, in the plural.
  var subject = "reports"

  /// Hands the document's elements to `handler`.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with path and line, or what the handler throws.
  func read(_ data: Data, into handler: any XMLHandler) throws {
    try data.withUnsafeBytes { bytes in
      try checkBytes(bytes)
      try XMLRun(handler: handler, reader: self).parse(bytes, isLast: true)
    }
  }

  /// The same of a document that comes in pieces; `source` hands each to what it is given.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with path and line, or what `source` or the handler throws.
  func read(
    into handler: any XMLHandler,
    from source: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let run = XMLRun(handler: handler, reader: self)
    try source { try run.parse($0, isLast: false) }
    try run.parse(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
  }

  /// Refuses what is no UTF-8, and tells which byte it is.
  private func checkBytes(_ bytes: UnsafeRawBufferPointer) throws {
    if let wide = wideEncoding(bytes) { throw error("the file is \(wide); expected UTF-8", 1) }
    if let offset = firstInvalidUTF8(bytes) {
      throw error(
        "byte 0x\(String(bytes[offset], radix: 16)) at offset \(offset) is not UTF-8",
        line(offset, bytes))
    }
    if let offset = bytes.firstIndex(of: 0) {
      throw error("a NUL byte at offset \(offset); expected XML in UTF-8", line(offset, bytes))
    }
  }

  private func line(_ offset: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
    1 + bytes[..<offset].count { $0 == 0x0a }
  }

  fileprivate func error(_ message: String, _ line: Int, advice: String? = nil) -> ZooError {
    ZooError(.badFormat, message, at: Place(path: path, line: line), advice: advice)
  }
}

/// One document's way through expat, whose callbacks can't throw: the first error stops the parser and
/// is thrown behind it.
private final class XMLRun {
  private let handler: any XMLHandler
  private let reader: XMLReader
  private let parser: XML_Parser
  private var failure: ZooError?
  private var open: [String] = []

  init(handler: any XMLHandler, reader: XMLReader) {
    (self.handler, self.reader) = (handler, reader)
    parser = XML_ParserCreate("UTF-8")
    install()
  }

  deinit { XML_ParserFree(parser) }

  private func install() {
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetXmlDeclHandler(parser) { context, _, encoding, _ in
      XMLRun.of(context).declared(encoding.map { String(cString: $0) })
    }
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
      XMLRun.of(context).documentType()
    }
    XML_SetElementHandler(
      parser,
      { context, name, attributes in
        if let name { XMLRun.of(context).start(name, attributes) }
      },
      { context, _ in XMLRun.of(context).end() })
    XML_SetCharacterDataHandler(parser) { context, characters, count in
      XMLRun.of(context).text(characters, Int(count))
    }
  }

  /// Hands a piece to expat, whose callbacks hand it on.
  func parse(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws {
    let status = XML_Parse(
      parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(bytes.count),
      isLast ? 1 : 0)
    if let failure { throw failure }
    if status != XML_STATUS_OK { throw malformed() }
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> XMLRun {
    guard let context else { preconditionFailure("expat was given its user data") }
    return Unmanaged<XMLRun>.fromOpaque(context).takeUnretainedValue()
  }

  private var line: Int { Int(XML_GetCurrentLineNumber(parser)) }

  private func declared(_ encoding: String?) {
    guard let encoding, !["utf-8", "utf8", "us-ascii", "ascii"].contains(encoding.lowercased())
    else { return }
    stop(
      reader.error(
        "the declared encoding is \(encoding); expected UTF-8", line,
        advice: "convert the file to UTF-8"))
  }

  private func documentType() {
    stop(
      reader.error(
        "a document type declaration; \(reader.subject) have none, and entities are not resolved",
        line,
        advice: "remove <!DOCTYPE …>"))
  }

  private func start(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
  ) {
    guard failure == nil else { return }
    guard open.count < reader.maximumDepth else {
      stop(reader.error("elements are nested deeper than \(reader.maximumDepth)", line))
      return
    }
    var values: [String: String] = [:]
    if var pair = attributes {
      while let key = pair[0], let value = pair[1] {
        values[String(cString: key)] = String(cString: value)
        pair += 2
      }
    }
    let name = String(cString: name)
    do throws(ZooError) {
      try handler.start(name, attributes: values, in: open, line: line)
    } catch {
      stop(error)
    }
    open.append(name)
  }

  private func text(_ characters: UnsafePointer<CChar>?, _ count: Int) {
    guard failure == nil, let characters else { return }
    characters.withMemoryRebound(to: UInt8.self, capacity: count) {
      handler.text(UnsafeBufferPointer(start: $0, count: count))
    }
  }

  private func end() {
    guard failure == nil else { return }
    open.removeLast()
    handler.end(depth: open.count)
  }

  private func stop(_ error: ZooError) {
    failure = error
    XML_StopParser(parser, 0)
  }

  private func malformed() -> ZooError {
    let code = XML_GetErrorCode(parser)
    if code == XML_ERROR_JUNK_AFTER_DOC_ELEMENT {
      return reader.error(
        "there is more after the root element; expected one document a file", line)
    }
    if let last = open.last,
      [XML_ERROR_NO_ELEMENTS, XML_ERROR_UNCLOSED_TOKEN, XML_ERROR_UNCLOSED_CDATA_SECTION]
        .contains(code)
    {
      return reader.error(
        "the XML ends inside <\(last)>", line, advice: "the file was cut short: fetch it again")
    }
    let reason = XML_ErrorString(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
    return reader.error("the XML is not well formed: \(reason)", line)
  }
}
