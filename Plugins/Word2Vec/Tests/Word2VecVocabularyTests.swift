import EncoderKit
import Foundation
import TestSupport
import Testing

@testable import Word2VecPlugin

@Suite("Word2Vec: vocabulary, subsampling, negatives")
struct Word2VecVocabularyTests {
  let documents = [["lung", "clear", "lung"], ["heart", "clear"], ["zebra", "heart", "lung"]]

  @Test("Words stand in descending count, then in lexicographic order, after the two special ones")
  func order() {
    let vocabulary = Vocabulary(counting: documents)
    #expect(vocabulary.words == ["<pad>", "<unk>", "lung", "clear", "heart", "zebra"])
    #expect(vocabulary.counts == [0, 0, 3, 2, 2, 1])
    #expect(vocabulary.count == 6)
    #expect(vocabulary.indices(of: ["heart", "nodule", "lung"]) == [4, 1, 2])
  }

  @Test(
    "Rare words and those beyond the size count as unknown",
    arguments: [
      (2, nil, ["lung", "clear", "heart"], 1), (1, 2, ["lung", "clear"], 3), (3, 5, ["lung"], 5),
      (9, nil, [], 8), (1, 0, [], 8),
    ] as [(Int, Int?, [String], Int)])
  func limits(minimum: Int, maximum: Int?, words: [String], unknown: Int) {
    let vocabulary = Vocabulary(
      counting: documents, minimumCount: minimum, maximumSize: maximum)
    #expect(Array(vocabulary.words.dropFirst(2)) == words)
    #expect(vocabulary.counts[1] == unknown)
  }

  @Test("A token spelt like padding or unknown is not a word")
  func specialSpelling() {
    let vocabulary = Vocabulary(counting: [["<unk>", "a", "<pad>", "<unk>"]])
    #expect(vocabulary.words == ["<pad>", "<unk>", "a"])
    #expect(vocabulary.counts == [0, 3, 1])
    #expect(vocabulary.index(of: "<unk>") == 1)
  }

  @Test(
    "A token stays with probability sqrt(t / f) + t / f, at most 1",
    arguments: [
      // t / f = 0.25: 0.5 + 0.25; 0.01: 0.1 + 0.01; 0.5: 0.7071 + 0.5 is more than 1.
      (4000, 1_000_000, 1e-3, 0.75), (100_000, 1_000_000, 1e-3, 0.11), (2, 1000, 1e-3, 1),
      (500, 1000, 0, 1), (0, 1000, 1e-3, 1),
    ])
  func subsampling(count: Int, total: Int, threshold: Double, expected: Double) {
    let found = keepProbability(count: count, total: total, threshold: threshold)
    #expect(abs(found - expected) < 1e-12)
    let share = (Double(keepThreshold(found)) + 1) / 0x1p32
    #expect(abs(share - expected) < 1e-9)
  }

  @Test("Negatives follow count to the power 0.75", arguments: [3, 40, 1000])
  func noise(words: Int) {
    let counts = [0, 0] + (1...words).map { 10_000 / $0 + 1 }
    let table = NoiseTable(counts: counts, exponent: 0.75)
    let draws = 400_000
    var found = [Int](repeating: 0, count: counts.count)
    for word in WordKernels.drawNoise(table, key: 7, count: draws) { found[Int(word)] += 1 }
    let weights = counts.map { $0 > 0 ? pow(Double($0), 0.75) : 0 }
    let sum = weights.reduce(0, +)
    var chiSquare = 0.0
    for word in 2..<counts.count {
      let expected = Double(draws) * weights[word] / sum
      chiSquare += (Double(found[word]) - expected) * (Double(found[word]) - expected) / expected
    }
    #expect(found[0] == 0 && found[1] == 0)
    // Mean words - 1, standard deviation sqrt(2 (words - 1)): five deviations above the mean.
    let freedom = Double(words - 1)
    #expect(chiSquare < freedom + 5 * (2 * freedom).squareRoot() + 5)
  }

  @Test("A word of weight 0 is never drawn")
  func zeroWeight() {
    let table = NoiseTable(counts: [0, 9, 0, 5, 0], exponent: 0.75)
    #expect(Set(WordKernels.drawNoise(table, key: 1, count: 10_000)) == [3])
  }

  @Test("Long documents are cut into pieces, pieces gathered into blocks")
  func pieces() throws {
    let long = [Int32](repeating: 2, count: 10_001)
    let corpus = try TrainingCorpus([[2], [], long, [3, 2]], vocabularySize: 4, blockSize: 10_001)
    #expect(corpus.starts == [0, 1, 10_001, 10_002, 10_004])
    #expect(corpus.blocks == [0..<2, 2..<4])
    #expect(corpus.tokens.count == 10_004)
  }

  @Test("An index outside the vocabulary is named with its document")
  func badIndex() {
    #expect(throws: (any Error).self) {
      try TrainingCorpus([[2], [2, 4]], vocabularySize: 4, blockSize: 100)
    }
    let text = errorText {
      _ = try TrainingCorpus([[2], [2, 4]], vocabularySize: 4, blockSize: 9)
    }
    #expect(text.contains("document 1 holds the index 4; expected 0 to 3"))
  }
}
