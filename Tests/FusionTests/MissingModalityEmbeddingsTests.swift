import EncoderKit
import Testing

@testable import Fusion

@Suite("Stand-ins")
struct MissingModalityEmbeddingsTests {
  @Test("A missing text is a single word, with zeros behind it as behind any text's last word")
  func words() throws {
    let missingModalityEmbeddings = try MissingModalityEmbeddings(
      Scope(ParameterStore(random: RandomStream(seed: 1))),
      FusionShape(imageWidth: 1, textWidth: 1, wordWidth: 2))
    missingModalityEmbeddings.set(image: nil, text: [9], regions: nil, words: [7, 8])
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    let side = TextSide(
      features: Tensor([5], shape: [1, 1]),
      words: Tensor([1, 2, 3, 4, 5, 6], shape: [1, 3, 2]), wordCounts: [3])
    let whole = missingModalityEmbeddings.completed(side, [nil, 0], &pass)
    #expect(whole.features.values == [9, 5])
    #expect(whole.words?.shape == [2, 3, 2])
    #expect(whole.words?.values == [7, 8, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6])
    #expect(whole.wordCounts == [1, 3])
  }
}
