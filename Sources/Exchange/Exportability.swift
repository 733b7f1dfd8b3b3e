import Basics
import EncoderKit
import Fusion
import Registry
import Tensors
import Training

/// Whether a model that is still to be trained could be written as an ONNX file.
///
/// A model of the same encoders and head, with drawn weights and a made-up vocabulary, runs over a case or
/// two, and the writer goes through what it did without keeping anything.
package struct Exportability {
  private let registry: EncoderRegistry
  private let kernels: any Kernels
  private var refused: Set<String> = []

  package init(registry: EncoderRegistry, kernels: any Kernels) {
    self.registry = registry
    self.kernels = kernels
  }

  /// A sentence where `zoo export --onnx` would refuse a combination's models; nil where it would not, and for
  /// a combination with an encoder that was told of before.
  package mutating func note(
    _ name: String, image: ImageBranch?, text: TextBranch?, head: HeadBranch
  ) -> String? {
    let parts = [image?.name, text?.name].compactMap { $0 }
    guard refused.isDisjoint(with: parts),
      let reason = Exportability.refusal({
        try TracedPasses(try made(image, text, head), length: 300, kernels: kernels)
      })
    else { return nil }
    if parts.count == 1 { refused.insert(parts[0]) }
    return
      "\(name)\(parts.count == 1 ? ", and what it is joined with," : "") can't be written as ONNX: \(reason);"
      + " zoo export --onnx will refuse it, all else works"
  }

  /// What of a pass can't be written; what else is wrong with a model is told where it is trained.
  static func refusal(_ passes: () throws -> TracedPasses) -> String? {
    do {
      var writer = GraphWriter(try passes())
      writer.graph.isDry = true
      try writer.run()
      return nil
    } catch let error as ZooError where error.code == .unsupported {
      return error.message
    } catch { return nil }
  }

  private func made(_ image: ImageBranch?, _ text: TextBranch?, _ head: HeadBranch) throws
    -> TrainedModel
  {
    var (image, text) = (image, text)
    image?.members = 1
    text?.members = 1
    let words = Dictionary(uniqueKeysWithValues: (0..<500).map { ("word\($0)", 500 - $0) })
    let preparation = text.map { _ in
      TextPreparation(vocabulary: Vocabulary(counts: words), dimension: 8, vectors: nil)
    }
    var part = head.decoder
    part.hidden /= 2
    let fusion =
      image != nil && text != nil ? try head.fusion(of: part, part, registry: registry) : nil
    return try TrainedModel(
      image: image, text: text, preparation: preparation, decoder: fusion?.decoder ?? part,
      fusion: fusion?.settings, labels: ["negative", "positive"], registry: registry,
      store: ParameterStore(random: RandomStream(seed: 0)))
  }
}
