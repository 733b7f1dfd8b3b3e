import Basics

/// Words and their vectors, in one block of floats.
///
/// Two words are the same if their UTF-8 bytes are; canonically equivalent spellings are different
/// words, as they are in the files.
public struct WordVectorTable: Sendable {
  /// The words, in the order of the rows; none occurs twice.
  public let words: [String]
  /// The numbers of each vector, 1 or more.
  public let dimension: Int
  /// The vectors, row-major: `[words, dimension]`; all are finite.
  public let values: [Float]
  /// What was found in the file; nil for a table that does not come from one.
  public let summary: WordVectorFileSummary?
  private let index: ByteIndex

  /// A table of vectors made elsewhere.
  ///
  /// - Parameters:
  ///   - words: Different words.
  ///   - dimension: The numbers of each vector, 1 to `WordVectors.maximumDimension`.
  ///   - values: `[words, dimension]`, row-major, finite.
  /// - Throws: `ZooError` of code `.badValue` or `.notFinite` that names the first fault.
  public init(words: [String], dimension: Int, values: [Float]) throws {
    guard (1...WordVectors.maximumDimension).contains(dimension) else {
      throw ZooError(
        .badValue, "dimension is \(dimension); expected 1 to \(WordVectors.maximumDimension)")
    }
    let (expected, overflow) = words.count.multipliedReportingOverflow(by: dimension)
    guard !overflow, values.count == expected else {
      throw ZooError(
        .badValue,
        "\(values.count) numbers for \(words.count) words of dimension \(dimension); expected "
          + "[\(words.count), \(dimension)]")
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw ZooError(
        .notFinite,
        "number \(bad % dimension + 1) of \"\(words[bad / dimension])\" is \(values[bad]); "
          + "expected a finite one")
    }
    var index = ByteIndex(capacity: words.count)
    for var word in words {
      guard word.withUTF8({ index.insert(UnsafeRawBufferPointer($0)).isNew }) else {
        throw ZooError(.badValue, "the word \"\(word)\" occurs twice; expected different words")
      }
    }
    self.init(words: words, dimension: dimension, values: values, index: index, summary: nil)
  }

  init(
    words: [String], dimension: Int, values: [Float], index: ByteIndex,
    summary: WordVectorFileSummary?
  ) {
    self.words = words
    self.dimension = dimension
    self.values = values
    self.index = index
    self.summary = summary
  }

  /// The rows of some words, in their order; where the table comes from is forgotten.
  public func keeping(_ isKept: (String) -> Bool) -> WordVectorTable {
    let rows = words.indices.filter { isKept(words[$0]) }
    let kept = rows.map { words[$0] }
    return WordVectorTable(
      words: kept, dimension: dimension, values: rows.flatMap { vector(row: $0) },
      index: ByteIndex(kept), summary: nil)
  }

  /// The row of a word, or nil.
  public func row(of word: String) -> Int? {
    var word = word
    return word.withUTF8 { index.find(UnsafeRawBufferPointer($0)) }
  }

  /// The vector of a word, or nil.
  public func vector(of word: String) -> ArraySlice<Float>? { row(of: word).map(vector(row:)) }

  /// The vector in a row.
  ///
  /// - Precondition: `row` is one of `words.indices`.
  public func vector(row: Int) -> ArraySlice<Float> {
    precondition(words.indices.contains(row), "row \(row) of \(words.count)")
    return values[row * dimension..<(row + 1) * dimension]
  }
}

extension WordVectorTable: Equatable {
  /// Whether words (byte by byte), dimension and numbers are equal, wherever the tables come from.
  public static func == (left: WordVectorTable, right: WordVectorTable) -> Bool {
    left.dimension == right.dimension && left.values == right.values
      && left.words.elementsEqual(right.words) { $0.utf8.elementsEqual($1.utf8) }
  }
}
