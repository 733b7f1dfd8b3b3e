import Basics

/// The words and vectors kept so far, in the order of the file.
struct TableBuilder {
  private let wanted: ByteIndex?
  private let dimension: Int
  private(set) var index: ByteIndex
  private(set) var words: [String] = []
  private(set) var values: [Float] = []
  private(set) var duplicates = 0
  var wordsWithSpaces = 0
  /// Words that are no UTF-8, and the first of them: they are left out.
  private(set) var brokenWords = 0
  private var firstBroken: (word: String, place: Place)?
  /// One row, to be filled before `add`.
  var row: [Float]

  /// - Parameters:
  ///   - wanted: The words to keep, or nil for all.
  ///   - dimension: The numbers of a word.
  ///   - limit: The most words that the file can hold, or nil when it is not known.
  init(wanted: ByteIndex?, dimension: Int, limit: Int?) {
    self.wanted = wanted
    self.dimension = dimension
    row = Array(repeating: 0, count: dimension)
    // Room that is not used is never touched, so it takes no memory; growing by doubling would.
    let expected = min(wanted?.count ?? limit ?? 0, limit ?? 0)
    index = ByteIndex(capacity: wanted == nil ? 0 : expected)
    if wanted != nil || limit != nil {
      words.reserveCapacity(expected)
      values.reserveCapacity(expected * dimension)
    }
  }

  /// Whether the word is asked for and new; a second one is counted.
  @inline(__always)
  mutating func wants(_ token: UnsafeRawBufferPointer) -> Bool {
    if let wanted, wanted.find(token) == nil { return false }
    if index.find(token) != nil {
      duplicates += 1
      return false
    }
    return true
  }

  /// Whether the word is among those asked for; false when all are.
  func isListed(_ token: UnsafeRawBufferPointer) -> Bool { wanted?.find(token) != nil }

  /// Counts a word that is no UTF-8.
  mutating func leaveOut(_ token: UnsafeRawBufferPointer, at place: Place) {
    if firstBroken == nil { firstBroken = (DecimalNumber.excerpt(token), place) }
    brokenWords += 1
  }

  /// Adds a word with the numbers in `row`.
  mutating func add(_ word: String, _ token: UnsafeRawBufferPointer) {
    _ = index.insert(token)
    words.append(word)
    values.append(contentsOf: row)
  }

  /// The table, with what was found on the way.
  ///
  /// - Throws: `ZooError` of code `.badFormat` where more than half of the words are no UTF-8: the file
  ///   is in another encoding, or is read at the wrong places.
  func table(path: String, format: WordVectorFormat, wordsInFile: Int) throws -> WordVectorTable {
    if let firstBroken, 2 * brokenWords > wordsInFile {
      throw ZooError(
        .badFormat,
        "\(brokenWords) of \(wordsInFile) words are no UTF-8, the first is \"\(firstBroken.word)\"",
        at: firstBroken.place,
        advice: format == .word2vecBinary
          ? "The header's dimension is wrong, the file is no word2vec binary, or its words are in another"
            + " encoding: gensim's load_word2vec_format(…, encoding=…) reads and writes it again."
          : "Write the text in UTF-8 to a new file: iconv -f ENCODING -t utf-8 OLD > NEW")
    }
    return WordVectorTable(
      words: words, dimension: dimension, values: values, index: index,
      summary: WordVectorFileSummary(
        path: path, format: format, wordsInFile: wordsInFile, wanted: wanted?.count,
        found: words.count, duplicates: duplicates, wordsWithSpaces: wordsWithSpaces,
        brokenWords: brokenWords))
  }
}
