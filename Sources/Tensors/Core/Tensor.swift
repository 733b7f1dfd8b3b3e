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
  package private(set) var content: TensorContent
  /// Where gradients with respect to this tensor arrive; nil when none are wanted.
  package var node: GradientNode?
  /// How to make the content again from smaller things, so that the tape need not keep it.
  var recipe: Recipe?

  /// The number of elements.
  public var count: Int { content.count }
  /// How elements are stored.
  public var elementType: ElementType { content.elementType }

  /// A tensor over values in row-major order.
  ///
  /// - Precondition: there are as many values as the shape has places.
  public init(_ values: [Float], shape: [Int]) {
    requireShapes(
      values.count == shape.reduce(1, *),
      "tensor: \(values.count) values can't fill the shape \(shape)")
    self.init(uninitialized: shape)
    withElements(writable) { $0.update(from: values, count: values.count) }
  }

  /// A tensor of one repeated value.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    withElements(writable) { $0.update(repeating: value, count: count) }
  }

  package init(uninitialized shape: [Int]) {
    requireShapes(
      shape.allSatisfy { $0 >= 0 }, "tensor: a shape can't have negative extents: \(shape)")
    self.init(storage: Storage(count: shape.reduce(1, *)), shape: shape)
  }

  package init(storage: Storage, shape: [Int]) {
    self.init(content: TensorContent(storage), shape: shape)
  }

  init(content: TensorContent, shape: [Int]) {
    requireShapes(
      content.count == shape.reduce(1, *),
      "tensor: \(content.count) values can't fill the shape \(shape)")
    self.content = content
    self.shape = shape
  }

  /// A tensor that a kernel makes of others: `fill` gets where to write, and what it reads.
  ///
  /// What is read is made before there is memory for the result.
  init<each Source: Elements>(
    _ shape: [Int], from sources: repeat each Source,
    fill: (UnsafeMutablePointer<Float>, repeat (each Source).Pointer) -> Void
  ) {
    _ = (repeat (each sources).materialize())
    self.init(uninitialized: shape)
    withElements(writable, repeat each sources, body: fill)
  }

  /// The convolution that is to make the content, taken out of it, so that what reads it can make both at once; nil
  /// where somebody else holds the content, and finds it as it was.
  mutating func takeConvolution() -> LazyConvolution? {
    TensorContent.takeConvolution(&content)
  }

  /// All elements in row-major order, copied.
  public var values: [Float] { withFloats { Array($0) } }

  /// Reads all elements in row-major order in place.
  ///
  /// The buffer must not be used after `body` has returned.
  ///
  /// ```swift
  /// Tensor([1, 2, 3, 4], shape: [2, 2]).withFloats { $0.max() }  // 4.0
  /// ```
  public func withFloats<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withElements(self) { try body(UnsafeBufferPointer(start: $0, count: count)) }
  }

  /// The extent of the last axis: channels of images, width of features.
  public var channels: Int { shape.last ?? 1 }

  /// The number of rows: the product of all extents but the last.
  package var rows: Int { channels == 0 ? 0 : count / channels }

  /// Whether every element is a finite number.
  public var isFinite: Bool { withElements(self) { allFinite($0, count) } }

  /// A copy of the elements in memory of its own.
  package func copied() -> Storage { content.materialized().copied() }

  /// The same content without a place on any tape.
  public var detached: Tensor { Tensor(content: content, shape: shape) }
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
