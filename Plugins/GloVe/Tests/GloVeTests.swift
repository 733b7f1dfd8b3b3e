import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing

/// A GloVe file of three words in four dimensions; "effusion" and "the" are not among them.
private let file = """
  lungs 1 2 3 4
  clear -1 0.5 0 2
  heart 0.25 0.25 0.25 0.25

  """.replacing("\n\n", with: "\n")
private let corpus = [["the", "lungs", "clear"], ["effusion", "lungs"], ["the", "the"]]

private func entry(_ name: String) throws -> any TextEncoderEntry {
  let catalogue = try Catalogue(path: packageFile("registry.json"))
  return try EncoderRegistry(catalogue).textEncoder(name, at: Place())
}

private func prepare(_ name: String, _ options: JSONValue, vectors: String?, seed: UInt64 = 1)
  throws -> TextPreparation
{
  try entry(name).prepare(
    corpus: corpus, options: options.object(), vectors: vectors, random: RandomStream(seed: seed)
  ) { _ in true }
}

private func row(_ word: String, _ prepared: TextPreparation) throws -> [Float] {
  let index = Int(prepared.vocabulary.index(of: word))
  let values = try #require(prepared.vectors)
  return Array(values[index * prepared.dimension..<(index + 1) * prepared.dimension])
}

@Suite("Given word vectors")
struct GloVeTests {
  @Test("Found vectors are the file's, others are drawn, padding is zero, coverage is counted")
  func starts() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/glove.txt"
      try file.write(toFile: path, atomically: true, encoding: .utf8)
      let prepared = try prepare("glove", [:], vectors: path)
      #expect(prepared.dimension == 4)
      #expect(
        prepared.vocabulary.words == ["<pad>", "<unk>", "the", "lungs", "clear", "effusion"])
      #expect(try row("lungs", prepared) == [1, 2, 3, 4])
      #expect(try row("clear", prepared) == [-1, 0.5, 0, 2])
      #expect(try row("<pad>", prepared) == [0, 0, 0, 0])
      #expect(try row("<unk>", prepared) == [0, 1.25, 1.5, 3])
      #expect(try row("the", prepared) != row("effusion", prepared))
      let coverage = try #require(prepared.coverage)
      #expect((coverage.types, coverage.coveredTypes) == (4, 2))
      #expect((coverage.tokens, coverage.coveredTokens) == (7, 3))
      #expect(coverage.missing.map(\.word) == ["the", "effusion"])
      let again = try prepare("glove", [:], vectors: path)
      #expect(again.vectors == prepared.vectors)
      let other = try prepare("glove", [:], vectors: path, seed: 2)
      #expect(try row("the", other) != row("the", prepared))
      #expect(try row("lungs", other) == row("lungs", prepared))
    }
  }

  @Test("Words without a vector are drawn around the mean, with the deviation about it")
  func drawn() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/glove.txt"
      try file.write(toFile: path, atomically: true, encoding: .utf8)
      let prepared = try prepare("glove", [:], vectors: path, seed: 5)
      // Of (1, 2, 3, 4) and (-1, .5, 0, 2); the root mean square would be 2.1.
      let mean: [Double] = [0, 1.25, 1.5, 3]
      let squares: [Double] = [1, 1, 0.5625, 0.5625, 2.25, 2.25, 1, 1]
      let deviation = (squares.reduce(0, +) / 8).squareRoot()
      for word in ["the", "effusion"] {
        var stream = RandomStream(seed: 5).derived(word)
        let expected = mean.map { Float($0 + stream.normal() * deviation) }
        #expect(try row(word, prepared) == expected)
      }
    }
  }

  @Test(
    "A vector of zeros in the file is a vector: neither drawn nor lost", arguments: [true, false])
  func zeros(_ continues: Bool) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/glove.txt"
      try "lungs 0 0 0 0\nclear 1 2 3 4\n".write(toFile: path, atomically: true, encoding: .utf8)
      let options: JSONValue = [
        "minimumCount": 1, "learningRate": 1e-6, "epochs": 1, "subsampling": 0,
        "continueTraining": continues.json,
      ]
      let prepared = try prepare("word2vec", options, vectors: path)
      #expect(try row("lungs", prepared).allSatisfy { abs($0) < 1e-5 })
      #expect(try row("effusion", prepared).contains { abs($0) > 1e-3 })
      if !continues { #expect(try row("lungs", prepared) == [0, 0, 0, 0]) }
      #expect(try row("lungs", prepare("glove", [:], vectors: path)) == [0, 0, 0, 0])
    }
  }

  @Test("Coverage tells how much of the texts the vocabulary leaves out")
  func outside() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/glove.txt"
      try file.write(toFile: path, atomically: true, encoding: .utf8)
      for name in ["glove", "word2vec"] {
        let prepared = try prepare(name, ["minimumCount": 2], vectors: path)
        let coverage = try #require(prepared.coverage)
        #expect((coverage.types, coverage.coveredTypes, coverage.tokens) == (2, 1, 5))
        #expect(coverage.outsideTokens == 2)
        #expect("\(coverage)".contains("cover 1 of the vocabulary's 2 words (50.0 %)"))
        #expect("\(coverage)".contains("not counted: 2 occurrences (28.6 % of all)"))
      }
    }
  }

  @Test("A frozen embedding gets no gradient, a free one does", arguments: [true, false])
  func freezing(_ isFrozen: Bool) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/glove.txt"
      try file.write(toFile: path, atomically: true, encoding: .utf8)
      let options: JSONValue = [
        "filters": 3, "kernels": [1, 2], "freezeEmbedding": isFrozen.json,
      ]
      let prepared = try prepare("glove", options, vectors: path)
      let store = ParameterStore(random: RandomStream(seed: 1))
      let encoder = try entry("glove").make(
        options: options.object(), preparation: prepared, scope: Scope(store))
      let tape = Tape()
      var pass = Forward(
        .training, random: RandomStream(seed: 1), tape: tape, kernels: ReferenceKernels())
      let features = encoder.features(
        corpus.map { prepared.vocabulary.indices(of: $0) }, &pass)
      #expect(features.shape == [3, 6])
      tape.backward(from: features, gradient: Tensor(repeating: 1, shape: features.shape))
      for parameter in store.parameters {
        let expectsGradient = !(isFrozen && parameter.key == "embedding.weight")
        #expect((parameter.node.take() != nil) == expectsGradient, "\(parameter.key)")
      }
    }
  }

  @Test("No file, a file without a word of the texts, and another dimension are refused")
  func refused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/glove.txt"
      try file.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(
        errorText { _ = try prepare("glove", [:], vectors: nil) }
          .contains("\"vectors\": \"glove.6B.300d.txt\""))
      #expect(
        errorText { _ = try prepare("word2vec", ["dimension": 5], vectors: path) }
          .contains("the vectors have dimension 4; \"dimension\" is 5"))
      let other = "\(folder)/other.txt"
      try "poumons 1 2 3\nclairs 1 2 3\n".write(toFile: other, atomically: true, encoding: .utf8)
      for name in ["glove", "word2vec"] {
        #expect(
          errorText { _ = try prepare(name, ["minimumCount": 1], vectors: other) }
            .contains("other.txt"))
      }
    }
  }

  @Test("Word2Vec goes on from given vectors, or keeps them")
  func continues() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/glove.txt"
      try file.write(toFile: path, atomically: true, encoding: .utf8)
      let options: JSONValue = ["minimumCount": 1, "epochs": 3, "subsampling": 0]
      let trained = try prepare("word2vec", options, vectors: path)
      #expect(trained.dimension == 4)
      #expect(try row("lungs", trained) != [1, 2, 3, 4])
      #expect(try prepare("word2vec", options, vectors: path).vectors == trained.vectors)
      let kept = try prepare(
        "word2vec", ["minimumCount": 1, "continueTraining": false], vectors: path)
      #expect(try row("lungs", kept) == [1, 2, 3, 4])
      #expect(try row("clear", kept) == [-1, 0.5, 0, 2])
      #expect(try row("the", kept) != [0, 0, 0, 0])
      #expect(kept.coverage?.coveredTypes == 2)
      let fresh: JSONValue = ["minimumCount": 1, "dimension": 4, "subsampling": 0]
      let without: JSONValue = [
        "minimumCount": 1, "dimension": 4, "subsampling": 0, "continueTraining": false,
      ]
      #expect(
        try prepare("word2vec", without, vectors: nil).vectors
          == prepare("word2vec", fresh, vectors: nil).vectors)
    }
  }
}
