import Basics
import EncoderKit
import Fusion
import Tensors
import Training

/// The same model run over a batch of one and a batch of two cases, with what each pass did.
///
/// What differs between the two depends on the batch; what is equal, though the inputs differ, does
/// not.
struct TracedPasses {
  /// One of the two.
  struct Pass {
    let trace: Trace
    let output: Int
    /// The step of the images; nil for a model without.
    let images: Int?
    let texts: ProbeText?
  }
  let one: Pass
  let two: Pass

  /// Runs a model; `length` is the number of words of its longest text.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where the passes do other things for other
  ///   batches.
  init(_ model: TrainedModel, length: Int, kernels: any Kernels) throws {
    if let views = model.image?.views {
      throw ZooError(
        .unsupported,
        "not built: writing a model that joins several pictures of a case (\"views\")",
        at: views.place, advice: "zoo predict, bundles and the library run it")
    }
    guard model.ownTokenizer == nil else { throw TracedPasses.ownTokenizer }
    try self.init(
      model.classifier,
      images: model.image.map { ($0.preprocessing.size, $0.preprocessing.channels) },
      words: model.vocabulary?.count, length: length, kernels: kernels)
  }

  /// The refusal of a text encoder with a tokenizer of its own.
  static let ownTokenizer = ZooError(
    .unsupported, "not built: writing a text encoder with a tokenizer of its own")

  /// Runs a classifier of images of a size, of texts over a vocabulary of so many words, or of
  /// both.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where the passes do other things for other
  ///   batches.
  init(
    _ classifier: MultimodalClassifier, images: (size: Int, channels: Int)?, words: Int?,
    length: Int, kernels: any Kernels
  ) throws {
    // In evaluation frozen stages do what others do, but run in a pass of their own.
    var classifier = classifier
    classifier.frozenImageStages = 0
    func pass(_ batch: Int) throws -> Pass {
      var random = RandomStream(seed: UInt64(batch))
      let pixels = images.map { size, channels in
        Tensor(
          (0..<batch * size * size * channels).map { _ in Float(random.uniform(-1, 1)) },
          shape: [batch, size, size, channels])
      }
      let texts = words.map { ProbeText(batch: batch, length: length, words: $0) }
      return try TracedPasses.pass(classifier, pixels, texts, kernels)
    }
    one = try pass(1)
    two = try pass(2)
    guard one.trace.steps.count == two.trace.steps.count, one.output == two.output,
      zip(one.trace.steps, two.trace.steps).allSatisfy({
        $0.operation.name == $1.operation.name && $0.inputs == $1.inputs
      })
    else {
      throw ZooError(.unsupported, "the model does other things with two cases than with one")
    }
  }

  private static func pass(
    _ classifier: MultimodalClassifier, _ images: Tensor?, _ texts: ProbeText?,
    _ kernels: any Kernels
  ) throws -> Pass {
    let trace = Trace()
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    pass.trace = trace
    if let images { trace.noteInput(images) }
    let logits = classifier(images: images, texts: texts?.texts, &pass)
    guard let output = trace.step(of: logits) else {
      throw ZooError(.unsupported, "the model's logits come from no known operation")
    }
    return Pass(
      trace: trace, output: output, images: images.flatMap(trace.step(of:)), texts: texts)
  }
}

extension Trace.Operation {
  /// The name in messages.
  var name: String {
    switch self {
    case .input: "input"
    case .constant: "constant"
    case .relu: "relu"
    case .add: "add"
    case .multiply, .scale: "multiply"
    case .concatenate: "concatenate"
    case .reshape: "reshape"
    case .linear: "linear"
    case .convolution: "convolution"
    case .maxPool: "maxPool"
    case .averagePool: "averagePool"
    case .globalAveragePool: "globalAveragePool"
    case .adaptiveAveragePool: "adaptiveAveragePool"
    case .mirror: "mirror"
    case .flattenChannelsFirst: "flattenChannelsFirst"
    case .normalization: "batchNormalization"
    case .embedding: "embedding"
    case .convolutionMaxOverTime: "convolutionMaxOverTime"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .repeated: "rows"
    case .unpacked: "unpacked"
    case .meanOverRows: "meanOverRows"
    case .crossAttention: "crossAttention"
    case .unknown(let name): name
    }
  }
}
