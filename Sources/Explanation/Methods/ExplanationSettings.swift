import Training

/// What is computed for an explanation.
package struct ExplanationSettings: Sendable, Equatable {
  /// The methods for images, by their names on the command line.
  package enum Method: String, Sendable, CaseIterable {
    case integratedGradients = "integrated-gradients"
    case gradCAM = "grad-cam"
    case smoothGrad = "smoothgrad"
    case occlusion
  }

  /// The methods for images, the first of which is shown first.
  package var methods: [Method] = [.integratedGradients, .gradCAM]
  /// The baselines of integrated gradients; the first also serves the joint attribution.
  package var baselines: [Baseline] = [.black, .mean, .blurred]
  package var integration = IntegratedGradients()
  /// Whether forward passes compute in double precision: maps several times nearer to the exact
  /// ones, in more time.
  package var usesDoublePrecision = false
  /// The bits of pictures of 16-bit samples, in place of what the model says.
  package var bits: Int?
  /// The sight sensitivity, 0…1.
  package var sensitivity = ExplanationSettings.defaultSensitivity
  package var rule = ClusteringRule.ward
  /// Whether a baseline that was not asked for by name may be left out where the model has none.
  package var skipsMissingMean = true

  /// The sensitivity where none is given.
  package static let defaultSensitivity = 0.7

  package init() {}

  /// The methods for a model's images, in order.
  func imageMethods(for branch: ImageBranch) -> [any ImageAttribution] {
    methods.flatMap { method -> [any ImageAttribution] in
      switch method {
      case .integratedGradients:
        return usedBaselines(for: branch).map { PathMethod(integration, from: $0) }
      case .gradCAM: return [GradCAM()]
      case .smoothGrad:
        var smooth = SmoothGrad()
        smooth.batch = integration.batch
        return [smooth]
      case .occlusion:
        var occlusion = Occlusion()
        occlusion.batch = integration.batch
        return [occlusion]
      }
    }
  }

  /// The baselines that the model has.
  func usedBaselines(for branch: ImageBranch) -> [Baseline] {
    let used = baselines.filter {
      $0 != .mean || branch.pixels.normalization != nil || !skipsMissingMean
    }
    return used.isEmpty ? [.black] : used
  }
}
