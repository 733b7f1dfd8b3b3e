import Foundation

/// The share of a corpus that word vectors cover, by types (different words) and tokens (words as
/// they run).
public struct WordCoverage: Sendable, Equatable {
  /// A word without a vector, and how often it occurs.
  public struct MissingWord: Sendable, Equatable {
    /// The word.
    public let word: String
    /// Its occurrences in the corpus.
    public let count: Int

    /// A word and its occurrences.
    public init(word: String, count: Int) {
      self.word = word
      self.count = count
    }
  }

  /// The different words of the corpus.
  public let types: Int
  /// Those among them that have a vector.
  public let coveredTypes: Int
  /// The words of the corpus as they run.
  public let tokens: Int
  /// Those among them that have a vector.
  public let coveredTokens: Int
  /// The running words of the corpus that were not looked up, because a vocabulary left them out; nil
  /// where all of the corpus was.
  public let outsideTokens: Int?
  /// The most frequent words without a vector, most frequent first, equally frequent ones by bytes.
  public let missing: [MissingWord]
  /// The words of the file that are no UTF-8 and were left out.
  public internal(set) var brokenWords = 0

  /// Counts what is covered.
  ///
  /// - Parameters:
  ///   - counts: How often each word of the corpus occurs; words that occur 0 times are left out.
  ///   - limit: The most missing words to list.
  ///   - outsideTokens: Where `counts` are of a vocabulary alone: the running words of the corpus that
  ///     it left out. Nil says that `counts` are of the whole corpus.
  ///   - isFound: Whether a word has a vector.
  public init(
    counts: [String: Int], listing limit: Int = 20, outsideTokens: Int? = nil,
    isFound: (String) -> Bool
  ) {
    self.outsideTokens = outsideTokens
    var coveredTypes = 0
    var coveredTokens = 0
    var missing: [MissingWord] = []
    for (word, count) in counts where count > 0 {
      if isFound(word) {
        coveredTypes += 1
        coveredTokens += count
      } else {
        missing.append(MissingWord(word: word, count: count))
      }
    }
    missing.sort {
      $0.count == $1.count
        ? $0.word.utf8.lexicographicallyPrecedes($1.word.utf8) : $0.count > $1.count
    }
    types = coveredTypes + missing.count
    tokens = coveredTokens + missing.reduce(0) { $0 + $1.count }
    self.coveredTypes = coveredTypes
    self.coveredTokens = coveredTokens
    self.missing = Array(missing.prefix(max(0, limit)))
  }

  /// The share of the different words that have a vector, 0…1; 0 for an empty corpus.
  public var typeShare: Double { types == 0 ? 0 : Double(coveredTypes) / Double(types) }

  /// The share of the running words that have a vector, 0…1; 0 for an empty corpus.
  public var tokenShare: Double { tokens == 0 ? 0 : Double(coveredTokens) / Double(tokens) }
}

extension WordCoverage: CustomStringConvertible {
  /// Two to four lines for people, which say what was counted: a corpus, or a vocabulary and how much
  /// of the corpus it left out.
  ///
  /// ```
  /// word vectors cover 3 of 5 words (60.0 %)
  /// and 90 of 100 of their occurrences (90.0 %)
  /// most frequent without a vector: cardiomegally (7), xxxx (3)
  /// ```
  public var description: String {
    let words = outsideTokens == nil ? "\(types) words" : "the vocabulary's \(types) words"
    var text = "word vectors cover \(coveredTypes) of \(words) (\(percent(typeShare)))\n"
    text += "and \(coveredTokens) of \(tokens) of their occurrences (\(percent(tokenShare)))"
    if let outside = outsideTokens, outside > 0 {
      let share = percent(Double(outside) / Double(tokens + outside))
      text +=
        "\nnot counted: \(outside) occurrences (\(share) of all) of words that the vocabulary "
      text += "leaves out; all of them share one vector"
    }
    if brokenWords > 0 {
      text += "\n\(brokenWords) words of the file are no UTF-8 and were left out"
    }
    guard !missing.isEmpty else { return text }
    let listed = missing.map { "\($0.word) (\($0.count))" }.joined(separator: ", ")
    text += "\nmost frequent without a vector: \(listed)"
    let unlisted = types - coveredTypes - missing.count
    return unlisted > 0 ? text + " and \(unlisted) more" : text
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

extension WordVectorTable {
  /// The share of a corpus that has vectors in this table, with the most frequent missing words.
  ///
  /// - Parameters:
  ///   - counts: How often each word of the corpus occurs.
  ///   - limit: The most missing words to list.
  ///   - outsideTokens: The running words that a vocabulary left out of `counts`; nil where it is
  ///     the whole corpus.
  /// - Returns: Counts, shares and the missing words.
  public func coverage(
    of counts: [String: Int], listing limit: Int = 20, outsideTokens: Int? = nil
  ) -> WordCoverage {
    var coverage = WordCoverage(counts: counts, listing: limit, outsideTokens: outsideTokens) {
      row(of: $0) != nil
    }
    coverage.brokenWords = summary?.brokenWords ?? 0
    return coverage
  }
}
