import EncoderKit
import EncoderZoo
import TestSupport
import Testing

/// A DenseNet small enough to be differentiated by finite differences.
private func smallEncoder() throws -> ImageFeatureExtractor {
  try Zoo().imageEncoder(
    "densenet121", size: 32,
    options: ["growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3])
}

private func images(_ count: Int, seed: UInt64 = 1) -> Tensor {
  var random = RandomStream(seed: seed)
  return Tensor(
    (0..<count * 32 * 32).map { _ in Float(random.uniform()) }, shape: [count, 32, 32, 1])
}

@Suite struct FeatureTests {
  @Test func `The built-in registry lists what the file does, and every entry is linked`() throws {
    let zoo = try Zoo()
    let file = try Zoo(.init(registryPath: packageFile("registry.json")))
    for modality in EncoderDescription.Modality.allCases {
      let names = try zoo.encoders(reading: modality).map(\.name)
      #expect(try names == file.encoders(reading: modality).map(\.name) && !names.isEmpty)
    }
    #expect(try zoo.fusionHeads().map(\.name) == file.fusionHeads().map(\.name))
  }

  @Test func `Features have the encoder's width, one row an image, and are the same each time`()
    throws
  {
    let (encoder, batch) = (try smallEncoder(), images(3))
    let features = encoder.features(of: batch)
    #expect(features.shape == [3, encoder.featureWidth])
    #expect(features.values == encoder.features(of: batch).values)
    #expect(encoder.stageOutputs(of: batch).last?.values.count == features.values.count)
    #expect(encoder.stages.count == encoder.stageOutputs(of: batch).count)
    // A second one of the same seed is the same encoder, of another seed another.
    #expect(try smallEncoder().features(of: batch).values == features.values)
  }

  @Test func `Gradients with respect to pixels are those of finite differences`() throws {
    let (encoder, batch) = (try smallEncoder(), images(1))
    let weights = (0..<encoder.featureWidth).map { Float($0 % 5) - 2 }
    func loss(_ images: Tensor) -> Double {
      zip(encoder.features(of: images).values, weights).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    let gradients = encoder.gradients(of: batch) { Tensor(weights, shape: $0.shape) }
    let input = try #require(gradients.input)
    #expect(input.shape == batch.shape)
    // The pixel with the largest gradient, and its neighbours.
    let values = input.values
    let peak = try #require(values.indices.max { abs(values[$0]) < abs(values[$1]) })
    for index in [peak, max(0, peak - 1), min(values.count - 1, peak + 1)] {
      let step: Float = 1e-2
      func moved(_ by: Float) -> Tensor {
        var pixels = batch.values
        pixels[index] += by
        return Tensor(pixels, shape: batch.shape)
      }
      let measured = (loss(moved(step)) - loss(moved(-step))) / Double(2 * step)
      // ReLUs bend within the step; the sum over features of magnitude 1 rounds at 1e-6 of it.
      #expect(abs(measured - Double(values[index])) < 0.05 * abs(Double(values[peak])) + 1e-4)
    }
  }

  @Test func `Every weight of the encoder gets a gradient, in training mode too`() throws {
    let encoder = try smallEncoder()
    for mode in [Forward.Mode.evaluation, .training] {
      let gradients = encoder.gradients(of: images(2), mode: mode) {
        Tensor(repeating: 1, shape: $0.shape)
      }
      let wanted = encoder.parameters.parameters.filter(\.isTrainable)
      #expect(!wanted.isEmpty)
      for parameter in wanted {
        let gradient = try #require(gradients.parameters[parameter.key], "\(parameter.key)")
        #expect(gradient.values.count == parameter.value.values.count && gradient.isFinite)
      }
    }
  }

  @Test func `A text encoder is fitted to texts, and its features depend on known words alone`()
    throws
  {
    let texts = (0..<20).map { $0 % 2 == 0 ? "no effusion is seen" : "a large effusion is seen" }
    let encoder = try Zoo().textEncoder(
      "word2vec", fittedTo: texts, options: ["dimension": 8, "epochs": 2, "filters": 4])
    #expect(encoder.wordIndices(of: "Effusion, zebra")[1] == 1)
    #expect(encoder.vocabulary.count > 2)
    let features = encoder.features(of: ["no effusion", "large effusion"])
    #expect(features.shape == [2, encoder.featureWidth])
    let gradients = encoder.gradients(of: ["no effusion"]) {
      Tensor(repeating: 1, shape: $0.shape)
    }
    #expect(gradients.input == nil && gradients.parameters["text.embedding.weight"] != nil)
  }

  @Test func `An unknown encoder is refused with the nearest name`() {
    let text = errorText { _ = try Zoo().imageEncoder("densnet121") }
    #expect(text.contains("densenet121"), "\(text)")
    #expect(errorText { _ = try Zoo(.init(kernels: "none")) }.contains("none"))
  }
}
