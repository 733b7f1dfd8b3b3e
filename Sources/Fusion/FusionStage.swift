import EncoderKit

/// From what both encoders give to logits: missing-modality embeddings, the fusion head, decoders.
///
/// With decoders of both sides beside it, a head that makes features gives what those do not say:
///
/// l = dᵢ(x) + dₜ(y) + d(f(x, y))
///
/// and begins at the sum of both sides' logits, since d's last layer is zero at the start
/// (zero-initialised branches: Zhang et al. 2019, "Fixup Initialization",
/// https://arxiv.org/abs/1901.09321). Without them l = d(f(x, y)). A head that makes logits is
/// asked for them alone.
///
/// Keys below the head's scope: `fusion.…` the head's own; `norm1`, `hidden`, `norm2`, `output` the
/// decoder over it; `image.…` and `text.…` the decoders of both sides; `missing.…` the
/// missing-modality embeddings.
package struct FusionStage {
  /// The head's description.
  package let description: FusionHeadDescription
  /// What stands in for a missing side; nil where the model needs both.
  package let missingModalityEmbeddings: MissingModalityEmbeddings?
  private let head: any FusionHead
  private let decoder: DenseDecoder?
  private let parts: (image: DenseDecoder, text: DenseDecoder)?
  private let modalityDropout: Double

  /// Builds the head, its decoders and missing-modality embeddings below a scope.
  ///
  /// - Throws: `ZooError` when options or saved weights do not fit.
  package init(
    _ plan: FusionPlan, shape: FusionShape, decoder: DenseDecoder.Configuration, scope: Scope
  ) throws {
    description = plan.entry.description
    modalityDropout = plan.modalityDropout
    head = try plan.entry.makeNamed(
      options: plan.options.object(), shape: shape, scope: scope("fusion"))
    self.decoder =
      description.result == .logits
      ? nil
      : try DenseDecoder(scope, width: head.width, outputs: shape.outputs, decoder)
    parts = try plan.parts.map { parts in
      (
        try DenseDecoder(
          scope("image"), width: shape.imageWidth, outputs: shape.outputs, parts.image),
        try DenseDecoder(
          scope("text"), width: shape.textWidth, outputs: shape.outputs, parts.text)
      )
    }
    missingModalityEmbeddings =
      plan.learnsMissingModality ? try MissingModalityEmbeddings(scope("missing"), shape) : nil
  }

  /// The logits of a batch, `[cases, outputs]`.
  ///
  /// - Precondition: no case lacks a side unless there are missing-modality embeddings.
  package func callAsFunction(_ batch: EncodedBatch, _ pass: inout Forward) -> Tensor {
    let (image, text) = completed(batch, &pass)
    let logits = parts.map { parts -> (image: Tensor, text: Tensor) in
      // Decoders whose head learns elsewhere than they did stay as they are, statistics included.
      guard description.learnsOn == .validation else {
        return (parts.image(image.features, &pass), parts.text(text.features, &pass))
      }
      var still = pass.inEvaluation(records: true)
      return (parts.image(image.features, &still), parts.text(text.features, &still))
    }
    let fused = head.fuse(
      FusionInput(
        image: image.features, text: text.features, regions: image.regions, words: text.words,
        wordCounts: text.wordCounts, imageLogits: logits?.image, textLogits: logits?.text), &pass)
    requireShapes(
      fused.shape == [batch.count, head.width],
      "features: the fusion head \(description.name) made \(fused.shape); expected "
        + "\([batch.count, head.width]), by its width")
    guard let decoder else { return fused }
    let own = decoder(fused, &pass)
    guard let logits, description.result == .features else { return own }
    return pass.add(pass.add(logits.image, logits.text), own)
  }

  /// Both sides of every case; in training some that are there are passed over.
  private func completed(_ batch: EncodedBatch, _ pass: inout Forward)
    -> (image: ImageSide, text: TextSide)
  {
    let all = (0..<batch.count).map { Optional($0) }
    var imageRows = batch.imageRows ?? all
    var textRows = batch.textRows ?? all
    guard let missingModalityEmbeddings else {
      guard let image = batch.image, let text = batch.text, imageRows == all, textRows == all else {
        preconditionFailure("a case lacks a side, and the model has no missing-modality embedding")
      }
      return (image, text)
    }
    if pass.mode == .training, modalityDropout > 0 {
      for index in imageRows.indices where imageRows[index] != nil && textRows[index] != nil {
        // Two draws a case, whatever comes of the first, so that cases do not move each other's.
        let (loses, losesImage) = (pass.random.uniform(), pass.random.uniform())
        guard loses < modalityDropout else { continue }
        if losesImage < 0.5 { imageRows[index] = nil } else { textRows[index] = nil }
      }
    }
    let image = batch.image.flatMap { imageRows == all ? $0 : nil }
    let text = batch.text.flatMap { textRows == all ? $0 : nil }
    return (
      image ?? missingModalityEmbeddings.completed(batch.image, imageRows, &pass),
      text ?? missingModalityEmbeddings.completed(batch.text, textRows, &pass)
    )
  }

  /// Whether a head that makes features adds its logits to those of both sides' decoders.
  var addsToParts: Bool { parts != nil && decoder != nil }

  /// Sets the parameters so that training begins where both sides alone ended: at the sum of their
  /// logits.
  ///
  /// Without decoders beside it a head that makes features begins as drawn. `image` and `text` are
  /// models of one encoder each.
  package func begin(from image: ParameterStore, _ text: ParameterStore, in store: ParameterStore) {
    for (side, part) in [("image", image), ("text", text)] where parts != nil {
      for parameter in part.parameters where parameter.key.hasPrefix("head.") {
        let own = "head.\(side).\(parameter.key.dropFirst("head.".count))"
        store.parameter(own)?.replace(Tensor(parameter.value.values, shape: parameter.value.shape))
      }
    }
    guard addsToParts else { return }
    for key in ["head.output.weight", "head.output.bias"] {
      guard let parameter = store.parameter(key) else { continue }
      parameter.replace(Tensor(repeating: 0, shape: parameter.value.shape))
    }
  }
}
