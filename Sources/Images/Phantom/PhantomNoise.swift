import Basics

/// Smooth random values: a lattice of random numbers with smooth interpolation between.
struct PhantomNoise {
  private let cells: Int
  private let lattice: [Float]

  /// A lattice of as many cells along the image as `cells` says.
  init(cells: Int, random: inout RandomStream) {
    self.cells = cells
    lattice = (0..<(cells + 2) * (cells + 2)).map { _ in Float(random.uniform(-1, 1)) }
  }

  /// The value −1…1 at a point given in fractions of the image, 0…1.
  func callAsFunction(_ x: Float, _ y: Float) -> Float {
    let (u, v) = (max(0, min(1, x)) * Float(cells), max(0, min(1, y)) * Float(cells))
    let (column, row) = (Int(u), Int(v))
    let (fx, fy) = (u - Float(column), v - Float(row))
    let (wx, wy) = (fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy))
    let start = row * (cells + 2) + column
    return lattice.withUnsafeBufferPointer { lattice in
      let above = lattice[start] + wx * (lattice[start + 1] - lattice[start])
      let next = start + cells + 2
      let below = lattice[next] + wx * (lattice[next + 1] - lattice[next])
      return above + wy * (below - above)
    }
  }

  /// The values of all pixels of an image, at `column / size` and `(row + 0.5) / size`.
  func plane(size: Int) -> [Float] {
    let step = Float(cells) / Float(size)
    var line = [Float](repeating: 0, count: cells + 2)
    return [Float](unsafeUninitializedCapacity: size * size) { plane, count in
      for row in 0..<size {
        let v = (Float(row) + 0.5) * step
        let cell = Int(v)
        let fy = v - Float(cell)
        let wy = fy * fy * (3 - 2 * fy)
        let start = cell * (cells + 2)
        for i in 0..<(cells + 2) {
          line[i] = lattice[start + i] + wy * (lattice[start + cells + 2 + i] - lattice[start + i])
        }
        line.withUnsafeBufferPointer { line in
          for column in 0..<size {
            let u = Float(column) * step
            let left = Int(u)
            let fx = u - Float(left)
            let wx = fx * fx * (3 - 2 * fx)
            plane[row * size + column] = line[left] + wx * (line[left + 1] - line[left])
          }
        }
      }
      count = size * size
    }
  }

  /// Two draws from nearly a normal distribution of standard deviation 1, by whole numbers: sums of
  /// four bytes of one random number.
  static func grains(_ random: inout RandomStream) -> (Float, Float) {
    let bits = random.next()
    let pairs = (bits & 0x00ff_00ff_00ff_00ff) + (bits >> 8 & 0x00ff_00ff_00ff_00ff)
    let first = Int(pairs & 0xffff) + Int(pairs >> 16 & 0xffff)
    let second = Int(pairs >> 32 & 0xffff) + Int(pairs >> 48)
    // Four uniform numbers of 0...255 have the mean 510 and the deviation 147.8.
    return (Float(first - 510) / 147.8, Float(second - 510) / 147.8)
  }
}
