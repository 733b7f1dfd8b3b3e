/// What an uncertain answer (−1) becomes.
///
/// Irvin and others 2019, "CheXpert", https://arxiv.org/abs/1901.07031.
package enum UncertainPolicy: String, Sendable, CaseIterable {
  /// Left out of the loss and of the scores.
  case masked
  case positive
  case negative
}
