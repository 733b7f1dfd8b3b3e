import EncoderKit
import Foundation

extension TextPreparation {
  /// The share of the training subset's words that a vocabulary may leave out without a word.
  private static let usualShare = 0.1

  /// What an encoder that is never given a word is built over.
  static let withoutWords = TextPreparation(
    vocabulary: Vocabulary(counts: [:]), dimension: 1, vectors: nil)

  /// A note where the vocabulary leaves out much of the texts it was fitted to, or given vectors
  /// cover little of it; nil elsewhere.
  func note(of name: String, split: String) -> String? {
    let counts = vocabulary.counts
    let (left, all) = (counts.count > 1 ? counts[1] : 0, counts.reduce(0, +))
    func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
    if all > 0, Double(left) > Self.usualShare * Double(all) {
      return
        "\(name): the vocabulary of \(counts.count - 2) words leaves out \(percent(Double(left) / Double(all)))"
        + " of the words of the training subset (split \(split)); they share one vector. \"vocabularySize\" and"
        + " \"minimumCount\" in the options of the text encoder set what it holds."
    }
    if let coverage, coverage.tokenShare < 1 - Self.usualShare {
      return
        "\(name): the given word vectors cover \(percent(coverage.tokenShare)) of the words of the training"
        + " subset that are in the vocabulary (split \(split))."
    }
    return nil
  }
}
