import EncoderKit
import Fusion
import Training

/// The layers of a model that its images go through, from the output backwards.
package struct LayerCascade: Sendable {
  /// Parameters that are randomised together.
  package struct Layer: Sendable, Equatable {
    /// As a table calls it, such as `head` or `denseblock4`.
    package let name: String
    /// The keys of its parameters in the model.
    package let keys: [String]
  }

  /// How finely a model is divided.
  package enum Grain: String, Sendable, CaseIterable {
    /// The head, then the encoder's stages.
    case stages
    /// Every module that has parameters of its own.
    case layers
  }

  /// The last first.
  package let layers: [Layer]

  /// The layers of a model that reads images.
  package init(of model: TrainedModel, grain: Grain) {
    let keys = model.classifier.store.parameters.map(\.key)
    let head = keys.filter { $0.hasPrefix("head.") }
    let encoder = keys.filter { $0.hasPrefix("image.") }
    switch grain {
    case .stages:
      let image = model.classifier.image
      let stages = (image as? ImageEnsemble)?.memberStages ?? image?.stages ?? []
      layers =
        [Layer(name: "head", keys: head + encoder.filter { $0.hasPrefix("image.views.") })]
        + stages.reversed().compactMap { stage in
          let own = encoder.filter { stage.owns(LayerCascade.encoderKey($0)) }
          return own.isEmpty ? nil : Layer(name: stage.name, keys: own)
        }
    case .layers:
      var names: [String] = []
      var groups: [String: [String]] = [:]
      for key in encoder + head {
        let module = key.split(separator: ".").dropLast().joined(separator: ".")
        if groups[module] == nil { names.append(module) }
        groups[module, default: []].append(key)
      }
      layers = names.reversed().map { Layer(name: $0, keys: groups[$0] ?? []) }
    }
  }

  /// A key as the encoder knows it: without `image.` and the number of a member or a view.
  private static func encoderKey(_ key: String) -> String {
    var parts = key.split(separator: ".").dropFirst()
    for prefix in ["member", "view"] {
      if let first = parts.first, first.hasPrefix(prefix), Int(first.dropFirst(prefix.count)) != nil
      {
        parts = parts.dropFirst()
      }
    }
    return parts.joined(separator: ".")
  }
}
