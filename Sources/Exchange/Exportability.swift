import Basics
import EncoderKit
import Fusion
import Registry
import Tensors
import Training

/// Whether a model that is still to be trained could be written as an ONNX file.
///
/// A model of the same encoders and head, with random weights and a made-up vocabulary, runs over a
/// case or two, and the writer goes through what it did without keeping anything. Each encoder is
/// tried alone, and a head with one pair of encoders, or with each that gives it regions or words:
/// of the others it sees the features alone.
package struct Exportability {
  private let registry: EncoderRegistry
  private let kernels: any Kernels
  private var refused: Set<String> = []
  /// The heads that were tried, each with the encoders whose regions or words it reads.
  private(set) var tried: Set<[String]> = []

  package init(registry: EncoderRegistry, kernels: any Kernels) {
    self.registry = registry
    self.kernels = kernels
  }

  /// A sentence where `zoo export --onnx` would refuse a combination's models; nil where it would
  /// not, and where what it refuses was told of before.
  package mutating func note(
    _ name: String, image: ImageBranch?, text: TextBranch?, head: HeadBranch
  ) -> String? {
    let parts = [image?.name, text?.name].compactMap { $0 }
    if let given = [image?.features, text?.features].compactMap({ $0 }).first {
      guard refused.insert(given).inserted else { return nil }
      return
        "\(name): a model over vectors that were computed elsewhere can't be written as ONNX, and asked about no"
        + " new cases"
    }
    let isPair = parts.count == 2
    let readParts = isPair ? partsRead(by: head, image, text) : parts
    // A head that reads the features alone is the same over any pair.
    let trials = readParts.isEmpty ? [[head.name]] : readParts.map { [head.name, $0] }
    guard refused.isDisjoint(with: parts), !isPair || !tried.isSuperset(of: trials) else {
      return nil
    }
    let reason = Exportability.refusal {
      let model = try made(image, text, head)
      // A transformer's time grows with the length; without a limit it may do other things with long texts.
      let isShort = model.ownTokenizer != nil && model.maximumPieces != nil
      let isLong = model.ownTokenizer != nil && model.maximumPieces == nil
      return try TracedPasses(
        model, length: isShort ? 30 : isLong ? 1201 : 300, kernels: kernels)
    }
    if isPair, reason == nil || readParts.isEmpty { tried.formUnion(trials) }
    guard let reason else { return nil }
    if !isPair { refused.formUnion(parts) }
    let subject =
      isPair
      ? (readParts.isEmpty ? "what the head \(head.name) joins" : name)
      : "\(name), and what it is joined with,"
    return
      "\(subject) can't be written as ONNX: \(reason); zoo export will refuse it, all else works"
  }

  /// The names of the encoders whose regions or words a head reads.
  private func partsRead(by head: HeadBranch, _ image: ImageBranch?, _ text: TextBranch?)
    -> [String]
  {
    guard let entry = try? registry.fusionHead(head.head, at: head.place) else { return [] }
    let reads = entry.description.reads
    return [
      reads.contains(.regions) ? image?.name : nil, reads.contains(.words) ? text?.name : nil,
    ]
    .compactMap { $0 }
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
    let preparation = try text.map {
      try $0.ownPreparation(registry)
        ?? TextPreparation(vocabulary: Vocabulary(counts: words), dimension: 8, vectors: nil)
    }
    let part = head.partDecoder
    let fusion =
      image != nil && text != nil ? try head.fusion(of: part, part, registry: registry) : nil
    return try TrainedModel(
      image: image, text: text, preparation: preparation, decoder: fusion?.decoder ?? part,
      fusion: fusion?.settings, labels: ["negative", "positive"], registry: registry,
      store: .trial())
  }
}
