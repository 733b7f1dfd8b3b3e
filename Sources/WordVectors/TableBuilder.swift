/// The words and vectors kept so far, in the order of the file.
struct TableBuilder {
  private let wanted: ByteIndex?
  private let dimension: Int
  private(set) var index: ByteIndex
  private(set) var words: [String] = []
  private(set) var values: [Float] = []
  private(set) var duplicates = 0
  var wordsWithSpaces = 0
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

  /// Adds a word with the numbers in `row`.
  mutating func add(_ word: String, _ token: UnsafeRawBufferPointer) {
    _ = index.insert(token)
    words.append(word)
    values.append(contentsOf: row)
  }

  /// The table, with what was found on the way.
  func table(path: String, format: WordVectorFormat, wordsInFile: Int) -> WordVectorTable {
    WordVectorTable(
      words: words, dimension: dimension, values: values, index: index,
      summary: WordVectorFileSummary(
        path: path, format: format, wordsInFile: wordsInFile, wanted: wanted?.count,
        found: words.count, duplicates: duplicates, wordsWithSpaces: wordsWithSpaces))
  }
}
