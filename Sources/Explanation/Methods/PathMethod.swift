import Training

/// Integrated gradients from a baseline, summed over the channels of each pixel.
package struct PathMethod: ImageAttribution {
  package var integration: IntegratedGradients
  package var baseline: Baseline

  package init(_ integration: IntegratedGradients = .init(), from baseline: Baseline) {
    self.integration = integration
    self.baseline = baseline
  }

  package var name: String { "integrated-gradients-\(baseline.rawValue)" }
  package var title: String { "Integrated gradients, \(baseline.rawValue) baseline" }

  package func attribute(_ score: ModelScore, branch: ImageBranch) throws -> ImageExplanation {
    let path = try integration.attribute(
      score, input: score.input, baseline: baseline.pixels(for: score.input, branch: branch))
    let all = path.values.reduce(0) { $0 + abs($1) }
    let largest = max(abs(path.score), abs(path.baselineScore))
    return ImageExplanation(
      method: name, title: title,
      map: AttributionMap(
        summing: path.values, branch: branch, isFlat: all <= largest * ModelScore.rounding),
      path: PathSummary(path))
  }
}
