import Tensors

/// A text whose words can be told apart, to find out how a traced pass reads texts.
struct ProbeText {
  /// How an encoder lays the words of a text into rows.
  struct Reading: Equatable {
    /// The most words that are read; nil where all of the probe were.
    let limit: Int?
    /// Rows of zeros behind each text.
    let gap: Int
  }

  /// The texts of a batch: the first is the longest.
  let texts: [[Int32]]

  /// A batch of so many texts for a table of `words` rows, padding (0) and unknown (1) first.
  init(batch: Int, length: Int, words: Int) {
    texts = (0..<batch).map { text in
      (0..<max(1, length / (1 + text))).map { Int32(1 + ($0 * (2 * text + 1)) % max(1, words - 1)) }
    }
  }

  /// How a look-up of these indices reads the only text; nil where it is no plain reading: the
  /// words in order, as many as are read, then rows of zeros.
  func reading(_ indices: [Int32], padding: Int32?) -> Reading? {
    let text = texts[0]
    let used = zip(text, indices).prefix { $0 == $1 }.count
    let gap = indices.count - used
    let found = Reading(limit: used < text.count ? used : nil, gap: gap)
    guard used > 0, gap == 0 || padding == 0, indices == rows(found) else { return nil }
    return found
  }

  /// The rows of all texts, as word indices.
  func rows(_ reading: Reading) -> [Int32] {
    texts.flatMap {
      $0.prefix(reading.limit ?? .max) + [Int32](repeating: 0, count: reading.gap)
    }
  }

  /// The number of words that are read of each text.
  func lengths(_ reading: Reading) -> [Int32] {
    texts.map { Int32(min($0.count, reading.limit ?? .max)) }
  }
}
