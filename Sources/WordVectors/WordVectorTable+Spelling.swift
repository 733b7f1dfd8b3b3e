import Basics

extension WordVectorTable {
  /// The word of the table that a misspelt one is most likely meant for, or nil.
  ///
  /// Comparing a word with millions letter by letter would take minutes. First come words that
  /// differ by at most two letters, wherever they stand; only words whose letters, counted without
  /// their order, allow that are compared. Then words that differ more, among the first 20,000: files
  /// hold frequent words first.
  package func nearestSpelling(to word: String) -> String? {
    let wanted = LetterCounts(word)
    let allowed = min(2, max(1, word.utf8.count / 3))
    let similar = words.filter { other in
      abs(other.utf8.count - word.utf8.count) <= 2 * allowed
        && LetterCounts(other).distance(to: wanted) <= 2 * allowed
    }
    return nearestName(to: word, among: similar)
      ?? nearestName(to: word, among: Array(words.prefix(20_000)))
  }
}

/// How often each letter occurs in a word, upper and lower case alike; an anagram has the same.
private struct LetterCounts {
  /// A byte of a character beyond ASCII counts as some letter; that only lets more words through.
  private var counts = SIMD32<Int8>()

  init(_ word: String) {
    for byte in word.utf8 where byte > 0x20 { counts[Int(byte & 31)] &+= 1 }
  }

  /// The sum of differences: one letter replaced makes at most two.
  func distance(to other: LetterCounts) -> Int {
    let difference = counts &- other.counts
    var sum = 0
    for index in 0..<32 { sum += abs(Int(difference[index])) }
    return sum
  }
}
