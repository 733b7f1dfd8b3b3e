import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import WeightFiles

extension ZooCommand {
  /// The formats by the names that commands use.
  private static let formats: [(name: String, format: WordVectorFormat)] = [
    ("glove", .gloveText), ("word2vec-text", .word2vecText), ("word2vec-binary", .word2vecBinary),
  ]

  static let format = Option.value(
    "format", default: "word2vec-text", choices: formats.map(\.name), "The format to write.")

  /// Reading less than this needs no progress, in bytes.
  private static let longRead = 200_000_000

  /// The path of a file of vectors, or of a vector set of the registry.
  static func vectorsPath(_ name: String, _ arguments: ParsedArguments) throws -> String {
    try VectorSource(name, registry().catalogue).path(progress: progress(arguments))
  }

  /// Reads a file of vectors, with progress where it is large.
  static func reading<Result>(
    _ path: String, _ arguments: ParsedArguments, _ read: ((Double) -> Bool) throws -> Result
  ) throws -> Result {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    guard let size, size >= longRead else { return try read { _ in !Interruption.isRequested } }
    return try progress(arguments).stage("reading \(path) (%)", read)
  }

  /// The different words of a list, one a line.
  static func wordList(_ path: String) throws -> [String] {
    var seen: Set<[UInt8]> = []
    let words = try readLines(path).filter { !$0.isEmpty && seen.insert(Array($0.utf8)).inserted }
    guard !words.isEmpty else {
      throw ZooError(.badValue, "the list has no words; expected one a line", at: Place(path: path))
    }
    return words
  }

  /// A path that is free.
  ///
  /// - Throws: `ZooError` of code `.conflict` when something is there.
  static func newFile(_ path: String, _ choice: String) throws -> String {
    try OutputPlace.checkFile(path, advice: "choose \(choice)")
    return path
  }

  /// Writes vectors in the format that was asked for, to a path that is still free.
  static func write(
    _ table: WordVectorTable, to path: String, _ arguments: ParsedArguments, skipsBad: Bool = false
  ) throws {
    let name = try arguments.string("format")
    let format = formats.first { $0.name == name }?.format ?? .word2vecText
    var table = table
    if skipsBad {
      let bad = table.words.filter { WordVectors.fault(of: $0, in: format) != nil }
      if !bad.isEmpty {
        let more = bad.count > 20 ? " and \(bad.count - 20) more" : ""
        let shown = bad.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        print("left out, as the format can't hold them: \(shown)\(more)")
        table = table.keeping { WordVectors.fault(of: $0, in: format) == nil }
      }
    }
    try WordVectors.write(table, as: format, to: newFile(path, "another file"))
    print("wrote \(path): \(table.words.count) words of \(table.dimension) numbers")
  }

  /// What `zoo vectors inspect` found, as JSON.
  static func json(
    _ summary: WordVectorFileSummary, _ dimension: Int, _ first: [String]
  ) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("path", summary.path.json),
      ("format", (formats.first { $0.format == summary.format }?.name ?? "").json),
      ("words", summary.wordsInFile.json), ("dimension", dimension.json),
      ("wordsWithSpaces", summary.wordsWithSpaces.json),
      ("brokenWords", summary.brokenWords.json), ("firstWords", first.json),
    ]
    if let wanted = summary.wanted, wanted > 0 {
      members.append(("listed", wanted.json))
      members.append(("found", summary.found.json))
    }
    return JSONValue(.object(members))
  }
}
