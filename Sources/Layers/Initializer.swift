import Basics
import Tensors

/// How a parameter starts when it is not loaded.
///
/// The fan-in of a weight `[out, …, in]` is the product of all extents but the first.
public enum Initializer {
  /// One value everywhere.
  case constant(Float)
  /// Normal with variance 2 / fan-in: He et al. 2015, https://arxiv.org/abs/1502.01852.
  case kaimingNormal
  /// Normal with variance 2 / (out · kernel area): the same by fan-out, as torchvision's ResNet.
  case kaimingNormalFanOut
  /// Normal with a standard deviation.
  case normal(Float)
  /// Uniform within ±1 / √fan-in: what PyTorch's linear and convolution layers start from.
  case uniformFanIn
  /// Uniform within ±bound.
  case uniform(Float)
  /// Given values in row-major order.
  case values([Float])

  /// The tensor; with a number of draws, those over and over again.
  func tensor(_ shape: [Int], random: RandomStream, draws: Int? = nil) -> Tensor {
    var random = random
    let count = shape.reduce(1, *)
    let fanIn = Double(shape.dropFirst().reduce(1, *))
    func drawn(_ draw: () -> Double) -> Tensor {
      let own = (0..<min(count, draws ?? count)).map { _ in Float(draw()) }
      guard own.count < count else { return Tensor(own, shape: shape) }
      return Tensor((0..<count).map { own[$0 % own.count] }, shape: shape)
    }
    func normal(_ deviation: Double) -> Tensor { drawn { random.normal() * deviation } }
    switch self {
    case .constant(let value): return Tensor(repeating: value, shape: shape)
    case .kaimingNormal:
      return normal((2 / fanIn).squareRoot())
    case .kaimingNormalFanOut:
      let area = shape.dropFirst().dropLast().reduce(1, *)
      return normal((2 / Double(shape[0] * area)).squareRoot())
    case .normal(let deviation): return normal(Double(deviation))
    case .uniformFanIn:
      let bound = 1 / fanIn.squareRoot()
      return drawn { random.uniform(-bound, bound) }
    case .uniform(let bound):
      let limit = Double(bound)
      return drawn { random.uniform(-limit, limit) }
    case .values(let values): return Tensor(values, shape: shape)
    }
  }
}
