import Training

/// What image and text add to the logit together, on one path from both baselines.
package struct JointExplanation: Sendable, Equatable {
  /// The sum over all pixels, in logits.
  package let image: Double
  /// The sum over all words, in logits.
  package let text: Double
  package let path: PathSummary

  /// The image's share of the decision: |image| / (|image| + |text|).
  ///
  /// It is nil where neither adds anything, and where the integral did not settle: other nodes would
  /// then give another share.
  package var imageShare: Double? {
    let total = abs(image) + abs(text)
    return path.isComplete && total > 0 ? abs(image) / total : nil
  }

  /// Attributes the logit to both; the text's baseline are zero vectors.
  ///
  /// - Parameters:
  ///   - score: the logit as a function of image and text.
  ///   - imageBaseline: the normalised image that stands for nothing to see.
  ///   - reading: the text as the model reads it.
  ///   - integration: how the path is integrated.
  /// - Throws: `ZooError` of code `.notFinite`; `Interrupted`.
  init(
    _ score: ModelScore, imageBaseline: [Float], _ reading: TextReading,
    integration: IntegratedGradients
  ) throws {
    let path = try integration.attribute(
      score, input: score.input,
      baseline: imageBaseline + score.textBaseline(reading))
    image = path.values.prefix(score.imageCount).reduce(0, +)
    text = path.values.dropFirst(score.imageCount).reduce(0, +)
    self.path = PathSummary(path)
  }
}
