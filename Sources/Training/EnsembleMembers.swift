import EncoderKit
import Fusion

/// What the members of an ensemble answer, each by itself, of the features that the whole made.
///
/// The joined decoder is the members' decoders side by side, its last weights divided by their number; cut out again,
/// with each member's own last bias, they give the logits of which the ensemble's is the mean.
package struct EnsembleMembers {
  private let decoders: [DenseDecoder]
  /// The width of one member's features.
  private let width: Int

  /// The members of a model; nil where it is none that was trained as an ensemble, or of a version that did not keep
  /// what each answers.
  ///
  /// - Throws: `ZooError` for weights that do not fit.
  package init?(_ model: TrainedModel) throws {
    let count = model.memberCount
    guard count > 1, model.memberBiases.count == count else { return nil }
    let store = model.classifier.store
    let whole =
      (model.classifier.image?.featureWidth ?? 0) + (model.classifier.text?.featureWidth ?? 0)
    let (width, hidden) = (whole / count, model.decoder.hidden / count)
    self.width = width
    var configuration = model.decoder
    configuration.hidden = hidden
    decoders = try model.memberBiases.enumerated().map { number, biases in
      let saved = EnsembleMembers.decoder(
        of: number, count, biases, width: width, hidden: hidden, in: store)
      return try DenseDecoder(
        Scope(ParameterStore(saved: saved, origin: nil))("head"), width: width,
        outputs: biases.count, configuration)
    }
  }

  /// The logits of each member, `[members][cases · outputs]`, of features `[cases, members · width]`.
  package func logits(_ features: Tensor, _ pass: inout Forward) -> [[Float]] {
    let (values, whole) = (features.values, features.channels)
    let cases = values.count / whole
    return decoders.enumerated().map { number, decoder in
      let own = (0..<cases).flatMap { row -> ArraySlice<Float> in
        let start = row * whole + number * width
        return values[start..<(start + width)]
      }
      return decoder(Tensor(own, shape: [cases, width]), &pass).values
    }
  }

  /// The tensors of one member's decoder, cut out of the joined one.
  private static func decoder(
    of number: Int, _ count: Int, _ biases: [Float], width: Int, hidden: Int,
    in store: ParameterStore
  ) -> [String: Tensor] {
    func values(_ key: String) -> [Float] { store.parameter(key)?.value.values ?? [] }
    /// The columns of one member in a matrix of as many rows as asked for.
    func block(_ key: String, _ rows: Range<Int>, columns: Int) -> [Float] {
      let all = values(key)
      return rows.flatMap { row -> ArraySlice<Float> in
        let start = row * columns * count + number * columns
        return all[start..<(start + columns)]
      }
    }
    let inner = hidden > 0 ? hidden : width
    var tensors: [String: Tensor] = [
      "head.output.bias": Tensor(biases, shape: [biases.count]),
      "head.output.weight": Tensor(
        block("head.output.weight", 0..<biases.count, columns: inner).map { $0 * Float(count) },
        shape: [biases.count, inner]),
    ]
    guard hidden > 0 else { return tensors }
    for name in ["weight", "bias", "running_mean", "running_var"] {
      for (norm, size) in [("norm1", width), ("norm2", hidden)] {
        let key = "head.\(norm).\(name)"
        tensors[key] = Tensor(
          Array(values(key)[(number * size)..<((number + 1) * size)]), shape: [size])
      }
    }
    tensors["head.hidden.weight"] = Tensor(
      block("head.hidden.weight", (number * hidden)..<((number + 1) * hidden), columns: width),
      shape: [hidden, width])
    tensors["head.hidden.bias"] = Tensor(
      Array(values("head.hidden.bias")[(number * hidden)..<((number + 1) * hidden)]),
      shape: [hidden])
    return tensors
  }
}

extension TrainedModel {
  /// The logits of a raw batch, `[batch, outputs]`, and of each member of an ensemble, `[members][batch · outputs]`;
  /// none of any other model.
  package func logits(_ batch: RawBatch, members: EnsembleMembers?, _ forward: inout Forward) -> (
    whole: Tensor, members: [[Float]]
  ) {
    let encoded = encoded(batch, &forward)
    let whole = classifier.logits(encoded, &forward)
    return (whole, members?.logits(classifier.features(encoded, &forward), &forward) ?? [])
  }

  /// How many models that were trained apart this one is the mean of; 1 for any other.
  ///
  /// Members that feed one head together answer nothing by themselves.
  package var memberCount: Int {
    switch (image, text) {
    case (let image?, nil): image.members
    case (nil, let text?): text.members
    default: 1
    }
  }
}
