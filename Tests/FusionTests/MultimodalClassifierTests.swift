import EncoderKit
import Testing

@testable import Fusion

/// Two features: the first column's mean and the last column's, so that left and right differ.
private struct Sides: ImageEncoder {
  let featureWidth = 2
  let stages = [EncoderStage("sides")]

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    let (batch, height, width) = (x.shape[0], x.shape[1], x.shape[2])
    let values = x.values
    return Tensor(
      (0..<batch).flatMap { image in
        [0, width - 1].map { column in
          (0..<height).reduce(0) { $0 + values[(image * height + $1) * width + column] }
            / Float(height)
        }
      }, shape: [batch, 2])
  }
}

@Suite("Classifier")
struct MultimodalClassifierTests {
  @Test("The mirror average evens the sides out in evaluation, and leaves training alone")
  func mirror() throws {
    var classifier = try MultimodalClassifier(
      image: Sides(), text: nil, outputs: 1,
      decoder: .init(hidden: 0, dropout: 0, featureDropout: 0),
      store: ParameterStore(random: RandomStream(seed: 1)))
    let images = Tensor([1, 7, 3, 5, 9, 7], shape: [1, 2, 3, 1])
    func features(_ mode: Forward.Mode) -> [Float] {
      var pass = Forward(
        mode, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      return classifier.imageSide(images, &pass)?.features.values ?? []
    }
    #expect(features(.evaluation) == [3, 5])
    classifier.averagesFlip = true
    #expect(features(.evaluation) == [4, 4])
    #expect(features(.training) == [3, 5])
  }
}
