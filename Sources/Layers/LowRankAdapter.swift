import Basics
import Tensors

/// How an encoder is adapted by products of narrow matrices while its own weights stay.
///
/// Hu et al. 2021, "LoRA", https://arxiv.org/abs/2106.09685.
package struct LowRankSettings: Sendable, Equatable {
  /// The width of the narrow matrices, 1…256.
  package var rank: Int
  /// What is learnt is multiplied by `alpha` / `rank`.
  package var alpha: Float
  /// The layers that are adapted, by the end of their keys, such as `qkv` or `mlp.fc1`.
  package var targets: [String]
  /// The share of a layer's inputs that its adapter is not given in training, 0..<1.
  package var dropout: Float

  package init(rank: Int, alpha: Float, targets: [String], dropout: Float) {
    self.rank = rank
    self.alpha = alpha
    self.targets = targets
    self.dropout = dropout
  }

  /// Whether a layer of that key is adapted.
  func adapts(_ key: String) -> Bool { targets.contains { LowRankSettings.fits(key, $0) } }

  /// The layers that a target names, of those of some keys.
  package static func layers(of target: String, among keys: [String]) -> [String] {
    keys.filter { fits($0, target) }
  }

  private static func fits(_ key: String, _ target: String) -> Bool {
    key == target || key.hasSuffix(".\(target)")
  }
}

/// What is added to a linear layer whose own weights stay: y + α / r · (x · Aᵀ) · Bᵀ.
///
/// Keys: `lora_A.weight` `[rank, in]`, random at the start, and `lora_B.weight` `[out, rank]`, zero at the start, so
/// that an adapted encoder starts as the one it adapts.
struct LowRankAdapter {
  private let down: Parameter
  private let up: Parameter
  private let settings: LowRankSettings

  /// The names of the matrices below the layer's key.
  static let names = (down: "lora_A.weight", up: "lora_B.weight")

  init(_ scope: Scope, from input: Int, to output: Int, _ settings: LowRankSettings) throws {
    guard settings.rank < min(input, output) else {
      throw ZooError(
        .badValue,
        "an adapter of rank \(settings.rank) for \(scope.path), a layer of \(input) to \(output)",
        advice: "choose a \"rank\" below \(min(input, output))")
    }
    down = try scope.parameter(
      LowRankAdapter.names.down, shape: [settings.rank, input], initializer: .uniformFanIn)
    up = try scope.parameter(
      LowRankAdapter.names.up, shape: [output, settings.rank], initializer: .constant(0))
    self.settings = settings
  }

  /// The layer's output `[…, out]` with what is learnt for its input `[…, in]`.
  func callAsFunction(_ x: Tensor, addedTo y: Tensor, _ pass: inout Forward) -> Tensor {
    let narrow = pass.linear(pass.dropout(x, rate: settings.dropout), down)
    let scaled = pass.multiply(narrow, settings.alpha / Float(settings.rank))
    return pass.add(y, pass.linear(scaled, up))
  }
}

extension ParameterStore {
  /// Whether a parameter is an adapter's.
  package static func isAdapter(_ key: String) -> Bool {
    key.hasSuffix(".\(LowRankAdapter.names.down)") || key.hasSuffix(".\(LowRankAdapter.names.up)")
  }

  /// The number of values that adapters hold.
  package var adapterCount: Int {
    parameters.filter { ParameterStore.isAdapter($0.key) }.reduce(0) { $0 + $1.value.count }
  }

  /// Of all below a prefix only adapters learn from now on.
  package func trainAdaptersAlone(below prefix: String) {
    for parameter in parameters
    where parameter.key.hasPrefix("\(prefix).") && parameter.kind != .statistic {
      parameter.isTrainable = ParameterStore.isAdapter(parameter.key)
    }
  }

  /// The weights of an adapted layer as one matrix, W + α / r · B · A, in the parameter's layout; nil where the
  /// parameter has no adapter.
  package func merged(_ key: String, _ settings: LowRankSettings) -> [Float]? {
    guard let layer = LowRankAdapter.layer(ofWeight: key),
      let down = parameter("\(layer).\(LowRankAdapter.names.down)")?.value,
      let up = parameter("\(layer).\(LowRankAdapter.names.up)")?.value,
      let own = parameter(key)?.value
    else { return nil }
    let (rank, input, output) = (down.shape[0], down.shape[1], up.shape[0])
    let (a, b) = (down.values, up.values)
    var sum = own.values
    let scale = settings.alpha / Float(settings.rank)
    for row in 0..<output {
      for k in 0..<rank {
        let factor = scale * b[row * rank + k]
        guard factor != 0 else { continue }
        for column in 0..<input { sum[row * input + column] += factor * a[k * input + column] }
      }
    }
    return sum
  }
}

extension LowRankAdapter {
  /// The layer that a matrix of weights belongs to: `….qkv` of `….qkv.weight` and `….in_proj` of `….in_proj_weight`.
  static func layer(ofWeight key: String) -> String? {
    for ending in [".weight", "_weight"] where key.hasSuffix(ending) {
      return String(key.dropLast(ending.count))
    }
    return nil
  }
}
