import Foundation

/// A place of a picture, and a 64-bit perceptual hash of what is around it.
///
/// The hash has the signs of the 64 lowest coefficients of the discrete cosine transform of a 16 × 16 patch (Zauner,
/// [Implementation and Benchmarking of Perceptual Image Hash
/// Functions](https://www.phash.org/docs/pubs/thesis_zauner.pdf), 2010, section 3.2), without the median: the picture
/// was normalised around each pixel. Unlike a hash of the whole picture it stays under crops, since the patch moves
/// along with its place and scale.
struct LocalHash: Sendable, Equatable {
  /// Lowest coefficients first, by the sum of both frequencies; the mean comes last.
  let bits: UInt64
  /// Six of the first ``keyBits`` bits, five bits each, whose coefficients are nearest to zero: those that noise turns.
  let weak: UInt32
  /// Pixels of the 128-pixel picture from the left border, in 256ths; y and the deviation `scale` alike.
  private let column: UInt16
  private let row: UInt16
  private let size: UInt16

  /// How many ``numbers`` a hash has.
  static let numberCount = 5

  /// All of it, to send.
  var numbers: [UInt64] { [bits, UInt64(weak), UInt64(column), UInt64(row), UInt64(size)] }

  /// The hash of such numbers.
  init(numbers: ArraySlice<UInt64>) {
    let numbers = Array(numbers)
    (bits, weak) = (numbers[0], UInt32(numbers[1]))
    (column, row, size) = (UInt16(numbers[2]), UInt16(numbers[3]), UInt16(numbers[4]))
  }

  /// The bits that a place is looked up by.
  static let keyBits = 24
  static let weakBits = 6
  /// Pixels a side of the patch.
  static let patch = 16
  /// Half the patch's side by the scale of its place.
  static let reach: Float = 8

  /// The vertical and horizontal frequency of each bit.
  static let frequencies: [(vertical: Int, horizontal: Int)] = {
    let all = (1..<64).map { (vertical: $0 / 8, horizontal: $0 % 8) }
    return all.sorted { one, other in
      let (a, b) = (one, other)
      return (a.vertical + a.horizontal, max(a.vertical, a.horizontal), a.vertical)
        < (b.vertical + b.horizontal, max(b.vertical, b.horizontal), b.vertical)
    } + [(0, 0)]
  }()

  /// The bits whose coefficient changes its sign when the picture is mirrored: those of odd horizontal frequency.
  static let mirrored: UInt64 = frequencies.enumerated().reduce(0) { bits, item in
    bits | (item.element.horizontal % 2 == 1 ? 1 << UInt64(item.offset) : 0)
  }

  var x: Float { Float(column) / 256 }
  var y: Float { Float(row) / 256 }
  /// The standard deviation of the smoothing at which the place stands out, in pixels.
  var scale: Float { Float(size) / 256 }
  /// What the place is looked up by.
  var key: UInt32 { LocalHash.key(bits) }

  static func key(_ bits: UInt64) -> UInt32 { UInt32(bits & (1 << UInt64(keyBits) - 1)) }

  /// The keys to look for: the hash's own, those with one weak bit turned, and with two.
  static func probes(_ bits: UInt64, weak: UInt32) -> [UInt32] {
    let own = key(bits)
    let turns = (0..<weakBits).map { UInt32(1) << (weak >> UInt32(5 * $0) & 31) }
    var keys = [own]
    for (index, turn) in turns.enumerated() {
      keys.append(own ^ turn)
      for other in turns[..<index] { keys.append(own ^ turn ^ other) }
    }
    return keys
  }

  /// Hashes the patch around a place of one level of a scale space.
  ///
  /// `x`, `y` and `scale` are of the level, whose pixels are `step` of the whole picture's.
  init(_ level: GreyPlane, x: Float, y: Float, scale: Float, step: Float) {
    let coefficients = LocalHash.coefficients(level, x: x, y: y, reach: LocalHash.reach * scale)
    var bits: UInt64 = 0
    for (index, value) in coefficients.enumerated() where value > 0 { bits |= 1 << UInt64(index) }
    let nearest = (0..<LocalHash.keyBits).sorted {
      (abs(coefficients[$0]), $0) < (abs(coefficients[$1]), $1)
    }
    var weak: UInt32 = 0
    for (place, bit) in nearest.prefix(LocalHash.weakBits).enumerated() {
      weak |= UInt32(bit) << UInt32(5 * place)
    }
    (self.bits, self.weak) = (bits, weak)
    func fixed(_ value: Float) -> UInt16 { UInt16(min(65535, max(0, value * 256 + 0.5))) }
    // Pixels are counted from the picture's border here, from the first pixel's centre in a level.
    (column, row, size) = (fixed(x * step + 0.5), fixed(y * step + 0.5), fixed(scale * step))
  }

  /// The cosines of the transform: 8 frequencies of 16 places.
  private static let cosines: [Float] = (0..<8).flatMap { (frequency: Int) -> [Float] in
    (0..<patch).map { (place: Int) -> Float in
      let angle = Double(frequency * (2 * place + 1))
      return cosine(angle / Double(2 * patch))
    }
  }

  /// The coefficients in the order of ``frequencies``.
  private static func coefficients(_ level: GreyPlane, x: Float, y: Float, reach: Float) -> [Float]
  {
    var rows = [Float](repeating: 0, count: patch * 8)
    var values = [Float](repeating: 0, count: patch)
    let offsets = (0..<patch).map { ((Float($0) + 0.5) / Float(patch) * 2 - 1) * reach }
    for row in 0..<patch {
      for column in 0..<patch {
        values[column] = level.sample(x + offsets[column], y + offsets[row])
      }
      for frequency in 0..<8 {
        var sum: Float = 0
        for column in 0..<patch { sum += values[column] * cosines[frequency * patch + column] }
        rows[row * 8 + frequency] = sum
      }
    }
    return frequencies.map { vertical, horizontal in
      var sum: Float = 0
      for row in 0..<patch { sum += rows[row * 8 + horizontal] * cosines[vertical * patch + row] }
      return sum
    }
  }
}

/// The cosine of a multiple of π.
private func cosine(_ halfTurns: Double) -> Float { Float(cos(halfTurns * .pi)) }
