import Foundation
import TestSupport

/// Files that gensim 4.4 wrote; `Resources/make_fixtures.py` makes them.
enum Fixtures {
  /// `KeyedVectors.save_word2vec_format`: 40 words of 7 numbers.
  static let text = path("gensim.txt")
  /// The same with `binary=True`.
  static let binary = path("gensim.bin")

  /// A word, its numbers bit by bit, and its nearest words as gensim has them.
  struct Row {
    let word: String
    let bits: [UInt32]
    let near: [(word: String, cosine: Float)]
  }

  /// What gensim holds.
  static func rows() throws -> [Row] {
    let text = try String(contentsOfFile: path("gensim.tsv"), encoding: .utf8)
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t")
      let near = fields.dropFirst(2).map { field in
        let parts = field.split(separator: "=")
        return (word: String(parts[0]), cosine: Float(parts[1]) ?? .nan)
      }
      return Row(
        word: String(fields[0]),
        bits: fields[1].split(separator: " ").compactMap { UInt32($0, radix: 16) }, near: near)
    }
  }

  private static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Resources/\(name)").path
  }
}

/// The bytes of a binary file: a header, then word, space, floats and what stands behind them.
func binaryFile(
  _ header: String, _ entries: [(word: String, values: [Float])], newline: Bool = false
) -> Data {
  var data = Data("\(header)\n".utf8)
  for entry in entries {
    data += Data("\(entry.word) ".utf8)
    for value in entry.values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    if newline { data.append(0x0a) }
  }
  return data
}

/// Writes a file to a fresh folder and hands its path to `body`.
func withFile<Result>(
  _ data: Data, named name: String = "vectors.txt", _ body: (String) throws -> Result
) throws -> Result {
  try withTemporaryFolder { folder in
    let path = "\(folder)/\(name)"
    try data.write(to: URL(fileURLWithPath: path))
    return try body(path)
  }
}

/// Writes a text to a fresh folder and hands its path to `body`.
func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
  try withFile(Data(text.utf8), body)
}
