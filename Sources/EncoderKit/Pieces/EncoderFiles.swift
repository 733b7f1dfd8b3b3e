import Foundation

/// The files that were published beside an encoder's weights, such as `config.json` and `vocab.txt`.
public struct EncoderFiles: Sendable, Equatable {
  /// Where they were read.
  public let folder: String
  private let contents: [String: Data]

  /// Reads the files of a folder that have these names; those that are not there are left out.
  ///
  /// - Throws: `ZooError` that names a file that can't be read.
  public init(folder: String, names: [String]) throws {
    self.folder = folder
    var contents: [String: Data] = [:]
    for name in names {
      let path = "\(folder)/\(name)"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      contents[name] = try readFile(path)
    }
    self.contents = contents
  }

  /// Files that stand nowhere, by their names.
  package init(texts: [String: String]) {
    folder = "."
    contents = texts.mapValues { Data($0.utf8) }
  }

  /// The names of the files that are there.
  public var names: [String] { contents.keys.sorted() }

  /// The bytes of a file; nil where it is not there.
  public func bytes(_ name: String) -> Data? { contents[name] }

  /// Where a file is, for messages.
  public func place(_ name: String) -> Place { Place(path: "\(folder)/\(name)") }

  /// A file as JSON; nil where it is not there.
  ///
  /// - Throws: `ZooError` with file and line where it is no JSON.
  public func json(_ name: String) throws -> JSONValue? {
    try contents[name].map { try JSONValue.parse($0, path: "\(folder)/\(name)") }
  }

  /// The lines of a text file without their ends; nil where it is not there.
  ///
  /// - Throws: `ZooError` where it is no UTF-8.
  public func lines(_ name: String) throws -> [String]? {
    guard let data = contents[name] else { return nil }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ZooError(.badFormat, "is no UTF-8", at: place(name))
    }
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { line in
        String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
      }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
