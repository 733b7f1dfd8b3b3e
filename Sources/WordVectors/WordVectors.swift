import Basics
import Foundation

/// Files of word vectors: GloVe's text, word2vec's text and word2vec's binary.
///
/// Everything is read in pieces of 256 KiB, so that memory is bounded by the words that are kept,
/// not by the file. Words are compared byte by byte: `é` written as one scalar and as two are two
/// words, as they are in the files.
///
/// ```swift
/// let table = try WordVectors.read(path: "glove.6B.300d.txt", keeping: vocabulary)
/// print(table.coverage(of: counts))
/// ```
public enum WordVectors {
  /// The longest vector that is read or written.
  public static let maximumDimension = 65_536

  /// The most bytes that a line of a text file may have.
  public static let maximumLineBytes = 1 << 20

  /// The most bytes that a word of a binary file may have.
  public static let maximumWordBytes = 4096

  /// Reads a file of any of the formats, found by its content.
  ///
  /// - Parameters:
  ///   - path: A regular file, which is opened twice.
  ///   - dimension: The numbers a word must have; nil takes what the file has.
  ///   - wanted: The words to keep; nil keeps all, and memory is then bounded by the file.
  ///   - progress: Is told the share that is read, 0…1, and answers whether to go on.
  /// - Returns: The vectors found, in the order of the file.
  /// - Throws: `ZooError` that names path, line and remedy; `Interrupted` when `progress` says no.
  public static func read(
    path: String, dimension: Int? = nil, keeping wanted: (any Collection<String>)? = nil,
    progress: (Double) -> Bool = { _ in true }
  ) throws -> WordVectorTable {
    let table: WordVectorTable
    switch try WordVectorFormat.detect(path: path) {
    case .gloveText:
      return try readGloVe(
        path: path, dimension: dimension, keeping: wanted, progress: progress)
    case .word2vecText:
      table = try readWord2VecText(path: path, keeping: wanted, progress: progress)
    case .word2vecBinary:
      table = try readWord2VecBinary(path: path, keeping: wanted, progress: progress)
    }
    if let dimension, dimension != table.dimension {
      throw ZooError(
        .badValue,
        "the file has vectors of \(table.dimension) numbers; expected \(dimension)",
        at: Place(path: path), advice: "Ask for dimension \(table.dimension) or use another file.")
    }
    return table
  }
}

/// Calls `progress` and looks for Ctrl-C once for so many bytes.
struct ReadingPace {
  private static let interval = 16 << 20
  private var next = ReadingPace.interval

  /// - Throws: `Interrupted`.
  mutating func check(_ stream: ByteStream, _ progress: (Double) -> Bool) throws {
    guard stream.offset >= next else { return }
    next = stream.offset + Self.interval
    try Interruption.check()
    if !progress(stream.shareRead) { throw Interrupted() }
  }
}
