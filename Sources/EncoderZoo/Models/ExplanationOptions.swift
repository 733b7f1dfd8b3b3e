import Basics
import Explanation

/// What is computed for an explanation.
public struct ExplanationOptions: Sendable, Equatable {
  /// The ways to tell which pixels speak for the positive class.
  public enum Method: String, Sendable, CaseIterable {
    /// Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365.
    case integratedGradients = "integrated-gradients"
    /// Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391.
    case gradCAM = "grad-cam"
    /// Smilkov et al. 2017, https://arxiv.org/abs/1706.03825.
    case smoothGrad = "smoothgrad"
    /// Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901.
    case occlusion
  }

  /// What integrated gradients start from.
  public enum Baseline: String, Sendable, CaseIterable {
    /// A black image.
    case black
    /// The mean of the training images, where the model keeps one.
    case mean
    /// The image itself, blurred.
    case blurred
  }

  /// The maps of an image; the first is shown first.
  public var methods: [Method] = [.integratedGradients, .gradCAM]
  /// The baselines of integrated gradients, a map each.
  public var baselines: [Baseline] = [.black, .mean, .blurred]
  /// Nodes of the quadrature to begin with, from 2; they double up to `maximumNodes` while
  /// attributions miss more than 5 % of the logit's change.
  public var nodes = 50
  /// The most nodes.
  public var maximumNodes = 400
  /// Sight sensitivity, 0…1: the share of positive attribution that is left out of circles.
  public var sightSensitivity = ExplanationSettings.defaultSensitivity
  /// Of a model of many findings or classes: which one is explained; nil for what it answers: the most probable
  /// class, or the most probable of the findings that are present, of all where none is.
  public var finding: String?
  /// Another finding or class: what is explained is then why ``finding`` rather than this one.
  public var against: String?

  /// The defaults of `zoo explain`.
  public init() {}

  func settings(_ sampleBits: Int?) throws -> ExplanationSettings {
    guard nodes >= 2, maximumNodes >= nodes, (0...1).contains(sightSensitivity) else {
      throw ZooError(
        .badValue,
        "\(nodes) to \(maximumNodes) nodes and a sight sensitivity of \(sightSensitivity); expected 2 or"
          + " more nodes, at least as many at most, and 0…1")
    }
    var settings = ExplanationSettings()
    settings.methods = methods.compactMap { ExplanationSettings.Method(rawValue: $0.rawValue) }
    settings.baselines = baselines.compactMap { .init(rawValue: $0.rawValue) }
    settings.integration.nodes = nodes
    settings.integration.maximumNodes = maximumNodes
    settings.sensitivity = sightSensitivity
    settings.bits = sampleBits
    return settings
  }
}
