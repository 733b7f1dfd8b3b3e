/// A text whose words can be told apart, to find out how a traced pass reads texts.
struct ProbeText {
  /// How an encoder lays the words of a text into rows.
  struct Reading: Equatable {
    /// The most words that are read; nil where all of the probe were.
    let limit: Int?
    /// Rows of zeros behind each text.
    let gap: Int
    /// Whether shorter texts are filled up to the longest.
    var isFilled = false
  }

  /// The texts of a batch: the first is the longest, the others are one word.
  let texts: [[Int32]]
  /// The piece that fills shorter texts up, where the encoder has a tokenizer of its own.
  let ownPadding: Int32?

  /// A batch of so many texts for a table of `words` rows.
  init(batch: Int, length: Int, words: Int, ownPadding: Int32? = nil) {
    self.ownPadding = ownPadding
    let padding = ownPadding ?? 0
    texts = (0..<batch).map { text in
      (0..<(text == 0 ? length : 1)).map {
        let word = Int32(($0 * (2 * text + 1)) % max(1, words - 1))
        return word < padding ? word : word + 1
      }
    }
  }

  private var padding: Int32 { ownPadding ?? 0 }

  /// How a look-up of these indices, and one of `others` in another batch, read the texts; nil where they are no plain
  /// reading: the words in order, as many as are read, then rows of zeros, or what fills up to the longest.
  func reading(_ indices: [Int32], padding given: Int32?, _ other: ProbeText, _ others: [Int32])
    -> Reading?
  {
    let text = texts[0]
    let used = zip(text, indices).prefix { $0 == $1 }.count
    guard used > 0, given == nil || given == padding else { return nil }
    let limit = used < text.count ? used : nil
    let packed = Reading(limit: limit, gap: indices.count - used)
    if indices == rows(packed), others == other.rows(packed), packed.gap == 0 || given != nil {
      return packed
    }
    let filled = Reading(limit: limit, gap: 0, isFilled: true)
    return indices == self.filled(filled) && others == other.filled(filled) ? filled : nil
  }

  /// The rows of all texts, as word indices.
  private func rows(_ reading: Reading) -> [Int32] {
    read(reading).flatMap { $0 + [Int32](repeating: padding, count: reading.gap) }
  }

  /// The rows of all texts, each filled up to the longest.
  private func filled(_ reading: Reading) -> [Int32] {
    let longest = longest(reading)
    return read(reading).flatMap {
      $0 + [Int32](repeating: padding, count: longest - $0.count)
    }
  }

  /// What is read of each text.
  private func read(_ reading: Reading) -> [ArraySlice<Int32>] {
    texts.map { $0.prefix(reading.limit ?? .max) }
  }

  /// The number of words that are read of each text.
  func lengths(_ reading: Reading) -> [Int32] { read(reading).map { Int32($0.count) } }

  /// The number of words that are read of the longest text.
  func longest(_ reading: Reading) -> Int { read(reading).map(\.count).max() ?? 0 }

  /// Of rows that are filled up, those that hold a text's own words.
  func wordRows(_ reading: Reading) -> [Int32] {
    let longest = longest(reading)
    return read(reading).enumerated().flatMap { text, words in
      words.indices.map { Int32(text * longest + $0) }
    }
  }
}
