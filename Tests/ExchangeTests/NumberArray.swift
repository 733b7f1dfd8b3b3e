/// Numbers under a shape, row-major: what the reference interpreter computes with.
struct NumberArray: Equatable {
  let shape: [Int]
  let values: [Double]

  init(_ shape: [Int], _ values: [Double]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values of shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// An array whose value at each place is computed from its indices.
  init(_ shape: [Int], _ value: ([Int]) -> Double) {
    var values: [Double] = []
    let count = shape.reduce(1, *)
    var indices = [Int](repeating: 0, count: shape.count)
    values.reserveCapacity(count)
    for _ in 0..<count {
      values.append(value(indices))
      for axis in shape.indices.reversed() {
        indices[axis] += 1
        if indices[axis] < shape[axis] { break }
        indices[axis] = 0
      }
    }
    self.init(shape, values)
  }

  subscript(indices: [Int]) -> Double {
    var place = 0
    for (extent, index) in zip(shape, indices) { place = place * extent + index }
    return values[place]
  }

  /// The value at the last indices, where an axis of extent 1 stands for any.
  func broadcast(_ indices: [Int]) -> Double {
    self[zip(shape, indices.suffix(shape.count)).map { $0 == 1 ? 0 : $1 }]
  }

  func map(_ body: (Double) -> Double) -> NumberArray { NumberArray(shape, values.map(body)) }

  func reshaped(_ shape: [Int]) -> NumberArray { NumberArray(shape, values) }
}
