/// A named tensor that belongs to a model: a weight that training changes, or a statistic.
///
/// The key is the published name (`features.conv0.weight`), the same as in files.
public final class Parameter {
  /// What a parameter is for.
  public enum Kind: Sendable {
    /// Changed by an optimiser, with weight decay.
    case weight
    /// Changed by an optimiser, without weight decay: biases, scale and shift of normalisation.
    case offset
    /// Kept up by its layer, such as a running mean.
    case statistic
  }

  /// The name in files.
  public let key: String
  /// What it is for.
  public let kind: Kind
  /// The current content.
  public private(set) var value: Tensor
  /// Whether optimisers may change it.
  ///
  /// False when frozen; statistics never are changed by them.
  public var isTrainable: Bool
  package let node = GradientNode()

  package init(key: String, kind: Kind, value: Tensor) {
    self.key = key
    self.kind = kind
    self.value = value
    isTrainable = kind != .statistic
  }

  /// Replaces the content.
  ///
  /// - Precondition: the shape stays.
  package func replace(_ tensor: Tensor) {
    requireShapes(
      tensor.shape == value.shape,
      "parameter: \(key) has shape \(value.shape); can't become \(tensor.shape)")
    value = tensor.detached
  }

  /// Changes the content in place, and drops what was derived from it.
  package func update(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withElements(value.writable) { body($0) }
    value.content.contentChanged()
  }
}
