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
    let own = model.ownTokenizer
    if let own, own.end.last.map({ $0 == own.padding }) ?? true {
      throw ZooError(
        .unsupported,
        "not built: writing a text encoder whose tokenizer puts no piece behind every text")
    }
    try self.init(
      model.classifier,
      images: model.image.map { ($0.preprocessing.size, $0.preprocessing.channels) },
      words: own?.vocabulary.count ?? model.vocabulary?.count, ownPadding: own?.padding,
      length: length, kernels: kernels)
  }

  /// Runs a classifier of images of a size, of texts over a vocabulary of so many words, or of
  /// both; `ownPadding` is the piece that fills texts up, of an encoder's own tokenizer.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where the passes do other things for other
  ///   batches.
  init(
    _ classifier: MultimodalClassifier, images: (size: Int, channels: Int)?, words: Int?,
    ownPadding: Int32? = nil, length: Int, kernels: any Kernels
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
      // Of other lengths, so that what depends on them differs.
      let texts = words.map {
        ProbeText(
          batch: batch, length: batch == 1 ? length : max(2, length * 2 / 3), words: $0,
          ownPadding: ownPadding)
      }
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

  /// How a step reads the texts; nil where it is no look-up of their words in order.
  func reading(_ index: Int) -> ProbeText.Reading? {
    guard case .embedding(_, let indices, let padding) = one.trace.steps[index].operation,
      case .embedding(_, let others, padding) = two.trace.steps[index].operation,
      let texts = one.texts, let second = two.texts
    else { return nil }
    return texts.reading(indices, padding: padding, second, others)
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
    case .attention: "attention"
    case .parameter(let parameter): parameter.key
    case .activation(let function): function.rawValue
    case .layerNormalization: "layerNormalization"
    case .responseNormalization: "responseNormalization"
    case .gate: "gate"
    case .scaleChannels: "scaleChannels"
    case .broadcast: "broadcast"
    case .slice: "slice"
    case .gatherRows: "gatherRows"
    case .takePlaces: "takePlaces"
    case .unknown(let name): name
    }
  }
}
