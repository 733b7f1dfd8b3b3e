import Testing

@testable import NearDuplicates

@Suite("Texts that are nearly the same")
struct NearTextsTests {
  /// A text of different words, of which some are changed.
  private func text(_ seed: Int, length: Int = 60, changed: [Int] = []) -> [String] {
    (0..<length).map { changed.contains($0) ? "other\($0)" : "word\(seed)x\($0)" }
  }

  @Test("A text with one word changed is linked, with its exact similarity; another is not")
  func links() throws {
    // Of 58 shingles three hold the changed word: 55 of 61 are common.
    let found = try NearTexts([text(1), text(2), text(1, changed: [30]), []])
    #expect(found.links == [TextLink(first: 0, second: 2, similarity: 55.0 / 61)])
    #expect(found.groups == [[0, 2]] && found.distinct == 3)
  }

  @Test("Below a similarity of .8 nothing is linked")
  func threshold() throws {
    // Twice as many changed words: 52 of 64 are .8125; three times: 49 of 67 are .73.
    #expect(try NearTexts([text(1), text(1, changed: [10, 30])]).links.count == 1)
    #expect(try NearTexts([text(1), text(1, changed: [10, 30, 50])]).links.isEmpty)
    #expect(
      try NearTexts([text(1), text(1, changed: [10, 30, 50])], leastSimilarity: 0.7).links.count
        == 1)
  }

  @Test("Equal texts are one group without a link a pair")
  func equal() throws {
    let found = try NearTexts(
      [[String]](repeating: text(1), count: 500) + [text(1, changed: [5]), text(3)])
    #expect(found.groups == [Array(0...500)])
    #expect(found.links.count == 1 && found.distinct == 3 && found.compared == 1)
  }

  @Test(
    "Very many variants of a template are compared with the first 32 of a band, and it is counted")
  func capped() throws {
    let variants = (0..<400).map { text(1, length: 100, changed: []) + ["number\($0)"] }
    let found = try NearTexts(variants)
    #expect(found.groups == [Array(0..<400)])
    // Of 79,800 pairs: a text meets the first 32 of nearly every band, which are nearly the same in all.
    #expect((368 * 32...400 * 2 * 32).contains(found.compared), "\(found.compared)")
    #expect(found.unread > 0)
  }

  @Test("The share of equal bands grows with the similarity as Broder's theorem says")
  func bands() {
    // Of one changed word in 200 the Jaccard similarity is 195/201; a band of four meets with .97⁴ = .886.
    let pairs = (0..<60).map { seed in
      (
        TextSignature(text(seed, length: 200)),
        TextSignature(text(seed, length: 200, changed: [99]))
      )
    }
    let equal = pairs.reduce(0) { sum, pair in
      sum + zip(pair.0.keys, pair.1.keys).count { $0 == $1 }
    }
    #expect(abs(Double(equal) / (60 * 16) - 0.886) < 0.04)
    #expect(pairs[0].0.similarity(to: pairs[0].1) == 195.0 / 201)
  }

  @Test("Short texts are one shingle")
  func short() throws {
    let found = try NearTexts([["no", "change"], ["no", "change"], ["normal"], ["no"]])
    #expect(found.groups == [[0, 1]] && found.links.isEmpty)
  }
}
