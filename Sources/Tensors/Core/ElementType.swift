/// How an element of a tensor is stored.
public enum ElementType: Sendable, Hashable {
  /// IEEE 754 single precision.
  case float32

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32: 4
    }
  }
}
