/// A dense array of numbers in row-major order, images channels-last: `[batch, height, width,
/// channels]`.
///
/// A value: its content never changes once an operation has made it. A tensor made while gradients
/// are recorded also knows its place on the tape.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4], shape: [2, 2])
/// x.values  // [1.0, 2.0, 3.0, 4.0]
/// ```
public struct Tensor {
  /// The extent of each axis.
  public let shape: [Int]
  package let storage: Storage
  /// Where gradients with respect to this tensor arrive; nil when none are wanted.
  package var node: GradientNode?
  /// How to make the content again from smaller things, so that the tape need not keep it.
  var recipe: Recipe?

  /// The number of elements.
  public var count: Int { storage.count }
  /// How elements are stored.
  public var elementType: ElementType { storage.elementType }

  /// A tensor over values in row-major order.
  ///
  /// - Precondition: there are as many values as the shape has places.
  public init(_ values: [Float], shape: [Int]) {
    requireShapes(
      values.count == shape.reduce(1, *),
      "tensor: \(values.count) values can't fill the shape \(shape)")
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { floats.update(from: base, count: values.count) }
    }
  }

  /// A tensor of one repeated value.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    floats.update(repeating: value, count: count)
  }

  package init(uninitialized shape: [Int]) {
    requireShapes(
      shape.allSatisfy { $0 >= 0 }, "tensor: a shape can't have negative extents: \(shape)")
    self.init(storage: Storage(count: shape.reduce(1, *)), shape: shape)
  }

  package init(storage: Storage, shape: [Int]) {
    requireShapes(
      storage.count == shape.reduce(1, *),
      "tensor: \(storage.count) values can't fill the shape \(shape)")
    self.storage = storage
    self.shape = shape
  }

  /// All elements in row-major order, copied.
  public var values: [Float] { Array(UnsafeBufferPointer(start: floats, count: count)) }

  /// The elements in place, for kernels.
  package var floats: UnsafeMutablePointer<Float> { storage.floats }

  /// The extent of the last axis: channels of images, width of features.
  public var channels: Int { shape.last ?? 1 }

  /// The number of rows: the product of all extents but the last.
  package var rows: Int { channels == 0 ? 0 : count / channels }

  /// Whether every element is a finite number.
  public var isFinite: Bool { allFinite(floats, count) }

  /// The same content without a place on any tape.
  public var detached: Tensor { Tensor(storage: storage, shape: shape) }
}

/// How to make a tensor's content again.
final class Recipe {
  let make: () -> Tensor
  init(_ make: @escaping () -> Tensor) { self.make = make }
}

/// A tensor as the tape keeps it for the backward pass: itself, or its recipe where it has one.
enum SavedTensor {
  case kept(Tensor)
  case remade(Recipe)

  init(_ tensor: Tensor) {
    if let recipe = tensor.recipe { self = .remade(recipe) } else { self = .kept(tensor.detached) }
  }

  var tensor: Tensor {
    switch self {
    case .kept(let tensor): tensor
    case .remade(let recipe): recipe.make()
    }
  }
}
