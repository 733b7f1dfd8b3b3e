extension NativeKernels {
  /// Threads among which work is divided; a fixed number where a choice must not depend on them.
  private static var threads: Double {
    Double(Compute.isReproducible ? Compute.reproducibleThreads : Compute.threads)
  }

  /// A shape is tried by what it costs: products, transforms, weights read from memory.
  ///
  /// Nanoseconds on one core of the machine the loops were measured on; only their ratio matters.
  func prefersWinograd(_ shape: [Int], to out: Int) -> Bool {
    Self.prefersWinograd(shape, to: out, threads: Self.threads, overProducts: 52, weightBytes: 4)
  }

  /// The same where the definition multiplies in bf16 by vectors, twice as many at a time.
  ///
  /// The two round otherwise, a thousandth apart, so that an image's result shall not depend on how many others
  /// are in its batch, nor on the number of threads: the choice is that of sixteen images on four threads.
  static func prefersWinogradToBFloat16(_ shape: [Int], to out: Int) -> Bool {
    prefersWinograd(
      [16] + shape.dropFirst(), to: out, threads: Double(Compute.reproducibleThreads),
      overProducts: 90, weightBytes: 2)
  }

  /// Whether it takes less time than the definition, of whose products so many are done in a nanosecond.
  private static func prefersWinograd(
    _ shape: [Int], to out: Int, threads: Double, overProducts rate: Double, weightBytes: Double
  ) -> Bool {
    let from = shape[3]
    guard from.isMultiple(of: 16), out.isMultiple(of: 16) else { return false }
    let tiles = Double(shape[0] * ((shape[1] + 3) / 4) * ((shape[2] + 3) / 4))
    let positions = Double(shape[0] * shape[1] * shape[2])
    let product = Double(from * out)
    // Six for a tile of four places or three, four for one of two or one.
    func points(_ side: Int) -> Int { 6 * ((side + 1) / 4) + (1...2 ~= side % 4 ? 4 : 0) }
    let products = Double(shape[0] * points(shape[1]) * points(shape[2])) * product
    let direct = positions * 9 * product / rate / threads + weightBytes * 9 * product / 40
    let transforms = tiles * Double(from + out) / 16 * 70 / threads
    return products / 55 / threads + transforms + 144 * product / 40 < direct
  }

  /// The same for a convolution with stride 2: 25 products for a tile's 36, at odd ends fewer.
  func prefersPhases(_ from: [Int], _ to: [Int]) -> Bool {
    guard from[3].isMultiple(of: 16), to[3].isMultiple(of: 16) else { return false }
    let (product, threads) = (Double(from[3] * to[3]), Self.threads)
    let terms = Double(to[0] * (5 * to[1] + to[1] % 2) * (5 * to[2] + to[2] % 2)) / 4
    let tiles = Double(to[0] * ((to[1] + 1) / 2) * ((to[2] + 1) / 2))
    let direct = Double(to[0] * to[1] * to[2]) * 9 * product / 52 / threads + 36 * product / 40
    let transforms = tiles * Double(from[3] + to[3]) / 16 * 40 / threads
    return terms * product / 55 / threads + transforms + 100 * product / 40 < direct
  }
}
