import Foundation
import Tensors

/// The signs of tensors, a bit a value.
final class SignRecorder {
  /// Whether each value is above zero: the lowest bit first, each tensor beginning on a byte.
  private(set) var bits = Data()

  /// Adds the signs of one tensor.
  func record(_ x: Tensor) {
    var packed = [UInt8](repeating: 0, count: (x.count + 7) / 8)
    x.withFloats { values in
      for index in values.indices where values[index] > 0 {
        packed[index / 8] |= 1 << UInt8(index % 8)
      }
    }
    bits.append(contentsOf: packed)
  }
}
