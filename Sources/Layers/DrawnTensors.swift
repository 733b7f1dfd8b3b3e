import Tensors

/// Parameters that were drawn from the same streams for one model after another, so that each is drawn once.
///
/// It belongs to one thread.
package final class DrawnTensors {
  private let limit: Int
  private var bytes = 0
  private var kept: [String: Tensor] = [:]

  /// Room for `limit` bytes; what comes later is drawn again.
  package init(limit: Int = 128 << 20) { self.limit = limit }

  /// A copy of what was drawn for a key; nil where nothing of that shape was.
  func values(_ key: String, _ shape: [Int]) -> Tensor? {
    guard let tensor = kept[key], tensor.shape == shape else { return nil }
    return Tensor(tensor.values, shape: shape)
  }

  /// Keeps a copy, since models train what they are given.
  func keep(_ key: String, _ tensor: Tensor) {
    let size = tensor.count * MemoryLayout<Float>.size
    guard bytes + size <= limit else { return }
    bytes += size
    kept[key] = Tensor(tensor.values, shape: tensor.shape)
  }
}
