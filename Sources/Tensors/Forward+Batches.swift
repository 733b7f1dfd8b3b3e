extension Forward {
  /// How many images of a batch go through a network at a time: all, where gradients are wanted.
  package func imagesAtATime(_ shape: [Int]) -> Int {
    guard defers, tape == nil, shape.count == 4 else { return .max }
    // Two images of 224 × 224, or as many pixels of others.
    return max(1, 2 * 224 * 224 / max(1, shape[1] * shape[2]))
  }

  /// How many images may go on together where their maps have become small: behind those, networks have
  /// most of their weights, and what they make of some more images still stays in the cache.
  package func smallMapsAtATime(_ shape: [Int]) -> Int {
    guard shape.count == 4 else { return .max }
    let places = shape[1] * shape[2]
    return places > 256 ? 0 : 4096 / max(1, places)
  }

  /// Some images of a batch, `[batch, …]`, copied.
  package func images(_ range: Range<Int>, of x: Tensor) -> Tensor {
    let output = Tensor(uninitialized: [range.count] + x.shape.dropFirst())
    let width = x.count / max(1, x.shape[0])
    output.floats.update(from: x.floats + range.lowerBound * width, count: output.count)
    return output
  }

  /// Batches behind each other, copied.
  ///
  /// - Precondition: no gradients are wanted, and all shapes but the first extent are equal.
  package func concatenateBatch(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty && parts.allSatisfy { $0.node == nil }, "can't join \(parts.count)")
    let output = Tensor(
      uninitialized: [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst())
    var offset = 0
    for part in parts {
      (output.floats + offset).update(from: part.floats, count: part.count)
      offset += part.count
    }
    return output
  }
}
