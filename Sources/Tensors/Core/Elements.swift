/// The right to an address, which only `withElements` can give.
package struct ElementAccess {
  fileprivate init() {}
}

/// What kernels read and write by its address: tensors, their parts side by side, memory.
package protocol Elements {
  associatedtype Pointer

  /// Makes what is lazy, so that there is an address.
  func materialize()

  /// The address, which holds as long as this value lives.
  func pointer(_ access: ElementAccess) -> Pointer

  /// Keeps the memory until here.
  func keepAlive()
}

extension Elements {
  package func keepAlive() { withExtendedLifetime(self) {} }
}

/// Gives a kernel the addresses of what it reads and writes, and keeps all of it alive until it is done.
///
/// Everything is made first, in the order of the arguments, and only then are addresses taken. They must not
/// be kept.
///
/// ```swift
/// withElements(x, scale, output.writable) { x, scale, output in ez_multiply(x, scale, output, n) }
/// ```
@inline(__always)
package func withElements<each Source: Elements, Result>(
  _ sources: repeat each Source, body: (repeat (each Source).Pointer) throws -> Result
) rethrows -> Result {
  _ = (repeat (each sources).materialize())
  let access = ElementAccess()
  defer { _ = (repeat (each sources).keepAlive()) }
  return try body(repeat (each sources).pointer(access))
}

extension Tensor: Elements {
  package func materialize() { _ = content.materialized() }

  package func pointer(_ access: ElementAccess) -> UnsafePointer<Float> {
    UnsafePointer(content.materialized().pointer(access))
  }

  /// The same to be written to, by the operation that makes it.
  package var writable: WritableTensor { WritableTensor(tensor: self) }
}

/// A tensor that is still being made.
package struct WritableTensor: Elements {
  let tensor: Tensor

  package func materialize() { tensor.materialize() }

  package func pointer(_ access: ElementAccess) -> UnsafeMutablePointer<Float> {
    tensor.content.materialized().pointer(access)
  }
}

extension Storage: Elements {
  package func materialize() {}

  package func pointer(_ access: ElementAccess) -> UnsafeMutablePointer<Float> {
    address(access).assumingMemoryBound(to: Float.self)
  }
}

/// Memory whose elements are of another type than the storage says.
struct ReboundStorage<Element>: Elements {
  let storage: Storage

  func materialize() {}

  func pointer(_ access: ElementAccess) -> UnsafeMutablePointer<Element> {
    storage.address(access).assumingMemoryBound(to: Element.self)
  }
}

extension Storage {
  /// The memory as elements of another type.
  func rebound<Element>(to type: Element.Type) -> ReboundStorage<Element> {
    ReboundStorage(storage: self)
  }
}

extension Optional: Elements where Wrapped: Elements {
  package func materialize() { self?.materialize() }

  package func pointer(_ access: ElementAccess) -> Wrapped.Pointer? {
    self?.pointer(access)
  }
}

extension Array: Elements where Element: Elements {
  package func materialize() { for element in self { element.materialize() } }

  package func pointer(_ access: ElementAccess) -> [Element.Pointer] {
    map { $0.pointer(access) }
  }
}
