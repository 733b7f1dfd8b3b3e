import Basics

/// Two texts that are nearly the same word for word.
package struct TextLink: Sendable, Equatable {
  /// Positions of the texts, the first below the second.
  package let first: Int
  package let second: Int
  /// The three-word sequences that both have, as a share of those that either has, 0 to 1.
  package let similarity: Double
}

/// The near-duplicates among many texts, by MinHash over sequences of three words and the exact Jaccard similarity of
/// those that meet in one of 16 bands.
///
/// Texts of a similarity of .8 meet with a probability of .9998, of .7 with .99. Time and links grow linearly: texts
/// of equal words count once, and of those that meet in a band a text is compared with the first 32.
package struct NearTexts: Sendable, Equatable {
  /// From this similarity two texts are linked.
  package static let leastSimilarity = 0.8
  /// Texts of one band that another is compared with at most.
  static let mostEntries = 32

  /// Pairs of texts of different words, by position, ascending; of texts of equal words the first stands for all.
  package let links: [TextLink]
  /// Positions of texts that links or equal words connect, two or more each, in the order of their first.
  package let groups: [[Int]]
  /// Texts of different words.
  package let distinct: Int
  /// Pairs that were compared.
  package let compared: Int
  /// Texts that were passed over in a band, since 32 earlier ones stand there.
  package let unread: Int

  /// Finds the near-duplicates among texts as words; a text without any has none.
  ///
  /// - Throws: `Interrupted`.
  package init(_ texts: [[String]], leastSimilarity: Double = leastSimilarity) throws {
    var first: [[String]: Int] = [:]
    var (equal, distinct): ([(Int, Int)], [Int]) = ([], [])
    for (index, text) in texts.enumerated() where !text.isEmpty {
      if let earlier = first[text] {
        equal.append((earlier, index))
      } else {
        first[text] = index
        distinct.append(index)
      }
    }
    var signatures: [Int: TextSignature] = [:]
    var bands = [[UInt64: [Int]]](repeating: [:], count: TextSignature.bands)
    var (links, compared, unread): ([TextLink], Int, Int) = ([], 0, 0)
    for index in distinct {
      try Interruption.check()
      let signature = TextSignature(texts[index])
      signatures[index] = signature
      var met: Set<Int> = []
      for (band, key) in signature.keys.enumerated() {
        let earlier = bands[band][key] ?? []
        met.formUnion(earlier)
        if earlier.count < NearTexts.mostEntries {
          bands[band][key, default: []].append(index)
        } else {
          unread += 1
        }
      }
      compared += met.count
      for other in met.sorted() {
        guard let similarity = signatures[other].map(signature.similarity),
          similarity >= leastSimilarity
        else { continue }
        links.append(TextLink(first: other, second: index, similarity: similarity))
      }
    }
    self.links = links.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
    (self.distinct, self.compared, self.unread) = (distinct.count, compared, unread)
    groups = connectedGroups(
      of: texts.count, equal + links.map { ($0.first, $0.second) })
  }
}
