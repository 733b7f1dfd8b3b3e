import EncoderKit
import TestSupport
import Testing

@testable import Word2VecPlugin

/// Documents of two topics of eight words each, and the vocabulary that gives their indices.
private func topicCorpus(documents: Int, seed: UInt64 = 3) -> ([[Int32]], Vocabulary) {
  var stream = RandomStream(seed: seed)
  let texts = (0..<documents).map { number in
    (0..<20).map { _ in "\(number % 2 == 0 ? "a" : "b")\(stream.below(8))" } + ["the"]
  }
  let vocabulary = Vocabulary(counting: texts)
  return (texts.map { vocabulary.indices(of: $0) }, vocabulary)
}

private func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
  func dot(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Float {
    zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
  }
  return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}

@Suite("Word2Vec: training")
struct Word2VecTrainingTests {
  @Test(
    "One seed gives the same vectors to the bit whatever the thread count",
    arguments: Word2VecOptions.Model.allCases, [20, 300])
  func deterministic(model: Word2VecOptions.Model, dimension: Int) throws {
    let (corpus, vocabulary) = topicCorpus(documents: 1000)
    var options = Word2VecOptions(model: model, dimension: dimension, epochs: 2, seed: 5)
    let vectors = try [1, 2, 3, 7].map {
      try trainWordVectors(corpus: corpus, vocabulary: vocabulary, options: options, threads: $0)
    }
    for other in vectors.dropFirst() { #expect(other == vectors[0]) }
    options.seed = 6
    let otherSeed = try trainWordVectors(
      corpus: corpus, vocabulary: vocabulary, options: options, threads: 1)
    #expect(otherSeed != vectors[0])
    #expect(otherSeed.count == vocabulary.count * dimension)
  }

  @Test(
    "Words of one topic are nearer to each other than to those of the other",
    arguments: Word2VecOptions.Model.allCases, [false, true])
  func topics(model: Word2VecOptions.Model, racing: Bool) throws {
    let (corpus, vocabulary) = topicCorpus(documents: 400)
    let dimension = 24
    let options = Word2VecOptions(
      model: model, dimension: dimension, epochs: 20, subsampling: 0, racing: racing)
    let vectors = try trainWordVectors(
      corpus: corpus, vocabulary: vocabulary, options: options, threads: 2)
    func row(_ word: String) -> ArraySlice<Float> {
      let index = Int(vocabulary.index(of: word))
      return vectors[index * dimension..<(index + 1) * dimension]
    }
    var within: Float = 1
    var between: Float = -1
    for i in 0..<8 {
      for j in 0..<8 {
        if i != j {
          within = min(within, cosine(row("a\(i)"), row("a\(j)")))
          within = min(within, cosine(row("b\(i)"), row("b\(j)")))
        }
        between = max(between, cosine(row("a\(i)"), row("b\(j)")))
      }
    }
    #expect(within > between + 0.2, "least within \(within), most between \(between)")
  }

  @Test("Padding is zero, unknown the mean of the rarest tenth")
  func specialRows() throws {
    let texts = [(0..<20).map { "w\($0)" }, (0..<18).map { "w\($0)" }]
    let vocabulary = Vocabulary(counting: texts)
    let corpus = texts.map { vocabulary.indices(of: $0) }
    let vectors = try trainWordVectors(
      corpus: corpus, vocabulary: vocabulary, options: Word2VecOptions(dimension: 5), threads: 1)
    #expect(vectors[0..<5].allSatisfy { $0 == 0 })
    for column in 0..<5 {
      let mean = (vectors[20 * 5 + column] + vectors[21 * 5 + column]) / 2
      #expect(abs(vectors[5 + column] - mean) < 1e-7)
    }
  }

  @Test("Training goes on from given vectors; what is not given is drawn")
  func initialVectors() throws {
    let (corpus, vocabulary) = topicCorpus(documents: 10)
    var options = Word2VecOptions(dimension: 6, epochs: 1, learningRate: 1e-9)
    options.minimumLearningRate = 0
    var initial = (0..<vocabulary.count * 6).map { Float($0 % 11) - 4.5 }
    for column in 0..<12 { initial[3 * 6 + column] = 0 }
    let given = GivenVectors(values: initial, isGiven: (0..<vocabulary.count).map { $0 != 3 })
    let vectors = try trainWordVectors(
      corpus: corpus, vocabulary: vocabulary, options: options, threads: 1, startingFrom: given)
    for index in 2..<vocabulary.count where index != 3 {
      for i in index * 6..<(index + 1) * 6 { #expect(abs(vectors[i] - initial[i]) < 1e-5) }
    }
    #expect(vectors[18..<24].allSatisfy { $0 != 0 && abs($0) < 1 / 6 })
  }

  @Test("Progress rises to 1, and refusing it ends the training")
  func progress() throws {
    let (corpus, vocabulary) = topicCorpus(documents: 1000)
    let options = Word2VecOptions(dimension: 16, epochs: 2)
    var seen: [Double] = []
    _ = try trainWordVectors(
      corpus: corpus, vocabulary: vocabulary, options: options, threads: 2
    ) {
      seen.append($0)
      return true
    }
    // 21,000 tokens are two blocks an epoch.
    #expect(seen.count == 4)
    #expect(seen == seen.sorted() && seen.last == 1)
    seen = []
    _ = try trainWordVectors(
      corpus: corpus, vocabulary: vocabulary, options: options, threads: 2
    ) {
      seen.append($0)
      return false
    }
    #expect(seen.count == 1)
  }

  @Test(
    "Options out of range are named",
    arguments: [
      (Word2VecOptions(dimension: 0), "dimension: 0 is out of range; expected 1 to 65536"),
      (Word2VecOptions(window: 0), "window: 0"), (Word2VecOptions(negatives: -1), "negatives: -1"),
      (Word2VecOptions(epochs: -1), "epochs: -1"), (Word2VecOptions(subsampling: 2), "subsampling"),
      (Word2VecOptions(learningRate: .nan), "learningRate: nan"),
      (Word2VecOptions(learningRate: 1e-5), "minimumLearningRate: 0.0001"),
    ])
  func badOptions(options: Word2VecOptions, message: String) {
    let (corpus, vocabulary) = topicCorpus(documents: 2)
    let text = errorText {
      _ = try trainWordVectors(
        corpus: corpus, vocabulary: vocabulary, options: options, threads: 1)
    }
    #expect(text.contains(message))
  }

  @Test("An empty corpus, a wrong number of initial values and infinite ones are refused")
  func refusals() {
    let (corpus, vocabulary) = topicCorpus(documents: 2)
    let options = Word2VecOptions(dimension: 4)
    func text(_ corpus: [[Int32]], _ vocabulary: Vocabulary, _ initial: [Float]?) -> String {
      errorText {
        _ = try trainWordVectors(
          corpus: corpus, vocabulary: vocabulary, options: options, threads: 1,
          startingFrom: initial.map {
            GivenVectors(values: $0, isGiven: Array(repeating: true, count: vocabulary.count))
          })
      }
    }
    #expect(
      text([[], []], vocabulary, nil).contains(
        "nothing to train on: \(vocabulary.count - 2) words, 0 tokens"))
    #expect(text([[1]], Vocabulary(counts: [:]), nil).contains("0 words, 1 tokens"))
    #expect(
      text(corpus, vocabulary, [1, 2]).contains(
        "hold 2 numbers for \(vocabulary.count) words; expected \(vocabulary.count) × 4"))
    let infinite = [Float](repeating: .infinity, count: vocabulary.count * 4)
    #expect(text(corpus, vocabulary, infinite).contains("not finite"))
  }
}
