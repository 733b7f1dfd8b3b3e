import CKernels

/// Numbers in double precision.
final class WideStorage: Elements {
  /// The memory, as twice as many numbers of single precision.
  private let floats: Storage
  let count: Int

  init(count: Int) {
    self.count = count
    floats = Storage(count: 2 * count)
  }

  func materialize() {}

  func pointer(_ access: ElementAccess) -> UnsafeMutablePointer<Double> {
    floats.rebound(to: Double.self).pointer(access)
  }

  /// A tensor of these numbers, rounded, that knows them.
  func rounded(_ shape: [Int]) -> Tensor {
    let output = Tensor(shape, from: self) { ez_narrow($1, $0, count) }
    output.content.cache.wide = self
    return output
  }
}
