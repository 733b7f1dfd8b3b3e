import Basics

/// The words that have vectors, the commonest first.
///
/// Index 0 is padding and index 1 stands for every word that is not in the vocabulary; the words
/// themselves follow from index 2, in descending order of count and, where counts are equal, in
/// lexicographic order, so that equal texts give equal vocabularies.
public struct Vocabulary: Sendable, Equatable {
  /// The spelling of index 0.
  public static let padding = "<pad>"
  /// The spelling of index 1.
  public static let unknown = "<unk>"

  /// All words by index; the first two are `padding` and `unknown`.
  public let words: [String]
  /// How often each word occurred; 0 for padding, for unknown the tokens of the words left out.
  public let counts: [Int]
  private let indices: [String: Int32]

  /// Counts the words of tokenised documents.
  ///
  /// - Parameters:
  ///   - documents: the tokens of each document.
  ///   - minimumCount: words that occur less often are left out.
  ///   - maximumSize: the most words to keep, padding and unknown not counted; nil for all.
  public init(
    counting documents: some Sequence<[String]>, minimumCount: Int = 1, maximumSize: Int? = nil
  ) {
    var counts: [String: Int] = [:]
    for document in documents {
      for token in document { counts[token, default: 0] += 1 }
    }
    self.init(counts: counts, minimumCount: minimumCount, maximumSize: maximumSize)
  }

  /// A vocabulary of words already counted.
  ///
  /// - Parameters:
  ///   - counts: how often each word occurs; words of count 0 are left out.
  ///   - minimumCount: words that occur less often are left out.
  ///   - maximumSize: the most words to keep, padding and unknown not counted; nil for all.
  public init(counts: [String: Int], minimumCount: Int = 1, maximumSize: Int? = nil) {
    let special = [Vocabulary.padding, Vocabulary.unknown]
    let kept =
      counts
      .filter { $0.value >= max(1, minimumCount) && !special.contains($0.key) }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      .prefix(max(0, maximumSize ?? .max))
    let all = counts.values.reduce(0) { $0 + max(0, $1) }
    let unknown = all - kept.reduce(0) { $0 + $1.value }
    words = special + kept.map(\.key)
    self.counts = [0, unknown] + kept.map(\.value)
    indices = Dictionary(
      uniqueKeysWithValues: words.enumerated().map { ($1, Int32($0)) })
  }

  /// A vocabulary read from a file: words by index, padding and unknown first.
  ///
  /// - Throws: `ZooError` of code `.badFormat` when the first two words are others or a word
  ///   repeats.
  package init(words: [String], path: String) throws {
    guard words.count >= 2, words[0] == Vocabulary.padding, words[1] == Vocabulary.unknown else {
      throw ZooError(
        .badFormat,
        "expected \(Vocabulary.padding) and \(Vocabulary.unknown) as the first two words",
        at: Place(path: path))
    }
    guard Set(words).count == words.count else {
      throw ZooError(.badFormat, "a word stands twice in the vocabulary", at: Place(path: path))
    }
    self.words = words
    counts = [Int](repeating: 0, count: words.count)
    indices = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, Int32($0)) })
  }

  /// The number of indices: words, padding and unknown.
  public var count: Int { words.count }

  /// The index of a word; that of unknown where the vocabulary doesn't hold it.
  public func index(of word: String) -> Int32 { indices[word] ?? 1 }

  /// The indices of the tokens of a document.
  public func indices(of tokens: some Sequence<String>) -> [Int32] { tokens.map(index(of:)) }
}
