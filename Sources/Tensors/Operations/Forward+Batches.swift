extension Forward {
  /// How many images of a batch go through a network at a time: all, where gradients are wanted.
  package func imagesAtATime(_ shape: [Int]) -> Int {
    guard isLazy, tape == nil, shape.count == 4 else { return .max }
    // Two images of 224 × 224, or as many pixels of others.
    return max(1, 2 * 224 * 224 / max(1, shape[1] * shape[2]))
  }

  /// How many images may go on together where their maps have become small: behind those, networks have
  /// most of their weights, and what they make of some more images still stays in the cache.
  package func smallMapsAtATime(_ shape: [Int]) -> Int {
    guard shape.count == 4 else { return .max }
    let places = shape[1] * shape[2]
    return places > 1024 ? 0 : 6272 / max(1, places)
  }

  /// Some images of a batch, `[batch, …]`, in its memory.
  package func images(_ range: Range<Int>, of x: Tensor) -> Tensor {
    if range.count == x.shape[0] { return x }
    let width = x.count / max(1, x.shape[0])
    return Tensor(
      storage: Storage(
        range.lowerBound * width..<range.upperBound * width, of: x.content.materialized()),
      shape: [range.count] + x.shape.dropFirst())
  }
}

/// Batches that are joined one behind the other.
package struct JoinedBatch {
  /// How many images have come.
  package private(set) var count = 0
  private let most: Int
  private var joined: Tensor?

  /// Room for so many images.
  package init(atMost most: Int) { self.most = most }

  /// Joins a batch; what is still to be made of it is made here, where it can be in its place.
  ///
  /// One that fills the room alone stays what it is.
  ///
  /// - Precondition: there is room, all shapes but the first extent are equal, and no gradients of what is
  ///   joined are wanted.
  package mutating func append(_ part: Tensor) {
    requireShapes(
      !part.shape.isEmpty && count + part.shape[0] <= most
        && (joined.map { $0.shape.dropFirst() == part.shape.dropFirst() } ?? true),
      "batch: \(part.shape) behind \(count) of \(joined?.shape ?? [most])")
    if part.shape[0] == most {
      (joined, count) = (part, most)
      return
    }
    precondition(part.node == nil, "a batch whose gradients are wanted can't be joined")
    let whole = joined ?? Tensor(uninitialized: [most] + part.shape.dropFirst())
    let start = count * (part.count / max(1, part.shape[0]))
    let place = Storage(start..<start + part.count, of: whole.content.materialized())
    part.content.setDestination(place)
    let made = part.content.materialized()
    if made !== place {
      withElements(made, place) { $1.update(from: $0, count: part.count) }
    }
    count += part.shape[0]
    joined = whole
  }

  /// All images that have come; then none.
  package mutating func take(_ pass: Forward) -> Tensor? {
    defer { (joined, count) = (nil, 0) }
    return joined.map { pass.images(0..<count, of: $0) }
  }
}
