/// Numbers row by row, `[height, width]`: a grey picture, or what is computed of it.
struct GreyPlane: Sendable {
  let width: Int
  let height: Int
  var values: [Float]

  init(width: Int, height: Int, values: [Float]) {
    precondition(values.count == width * height, "\(values.count) values for [\(height), \(width)]")
    (self.width, self.height, self.values) = (width, height, values)
  }

  /// The weights of a Gaussian from its centre outwards, up to three deviations; they sum to 1 over both sides.
  private static func weights(_ deviation: Float) -> [Float] {
    let reach = max(1, Int((3 * deviation).rounded(.up)))
    var half = (0...reach).map { exponential(-Float($0 * $0) / (2 * deviation * deviation)) }
    let sum = half[0] + 2 * half.dropFirst().reduce(0, +)
    for index in half.indices { half[index] /= sum }
    return half
  }

  /// The plane smoothed by a Gaussian of a standard deviation in pixels; borders are continued.
  func blurred(_ deviation: Float) -> GreyPlane {
    let weights = GreyPlane.weights(deviation)
    // Rows first, into columns, twice: the second pass brings the rows back.
    return transposedBlur(weights).transposedBlur(weights)
  }

  /// Every row smoothed and written as a column.
  private func transposedBlur(_ weights: [Float]) -> GreyPlane {
    let reach = weights.count - 1
    let (width, height) = (width, height)
    var result = [Float](repeating: 0, count: width * height)
    var padded = [Float](repeating: 0, count: width + 2 * reach)
    var sums = [Float](repeating: 0, count: width)
    values.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        padded.withUnsafeMutableBufferPointer { row in
          sums.withUnsafeMutableBufferPointer { sum in
            for y in 0..<height {
              let start = y * width
              for x in 0..<reach {
                row[x] = source[start]
                row[reach + width + x] = source[start + width - 1]
              }
              for x in 0..<width {
                row[reach + x] = source[start + x]
                sum[x] = weights[0] * source[start + x]
              }
              for tap in 1...reach {
                let left = UnsafeBufferPointer(rebasing: row[(reach - tap)...])
                let right = UnsafeBufferPointer(rebasing: row[(reach + tap)...])
                let weight = weights[tap]
                for x in 0..<width { sum[x] += weight * (left[x] + right[x]) }
              }
              for x in 0..<width { target[x * height + y] = sum[x] }
            }
          }
        }
      }
    }
    return GreyPlane(width: height, height: width, values: result)
  }

  /// Every second row and column, from the first.
  var halved: GreyPlane {
    let (newWidth, newHeight) = ((width + 1) / 2, (height + 1) / 2)
    var result: [Float] = []
    result.reserveCapacity(newWidth * newHeight)
    for y in 0..<newHeight {
      for x in 0..<newWidth { result.append(values[2 * y * width + 2 * x]) }
    }
    return GreyPlane(width: newWidth, height: newHeight, values: result)
  }

  /// This plane less another of its size.
  func subtracting(_ other: GreyPlane) -> GreyPlane {
    GreyPlane(
      width: width, height: height, values: zip(values, other.values).map { $0 - $1 })
  }

  /// The value between four pixels by their distances; places beyond the border take the border's.
  func sample(_ x: Float, _ y: Float) -> Float {
    let x = min(max(x, 0), Float(width - 1))
    let y = min(max(y, 0), Float(height - 1))
    let (column, row) = (min(Int(x), max(0, width - 2)), min(Int(y), max(0, height - 2)))
    let (right, below) = (width > 1 ? 1 : 0, height > 1 ? width : 0)
    let (dx, dy) = (x - Float(column), y - Float(row))
    let place = row * width + column
    return values.withUnsafeBufferPointer { values in
      let top = values[place] + dx * (values[place + right] - values[place])
      let bottom =
        values[place + below] + dx * (values[place + below + right] - values[place + below])
      return top + dy * (bottom - top)
    }
  }

  /// Each pixel less the mean around it, divided by the standard deviation around it: what is left under changes of
  /// brightness and, nearly, of contrast and gamma.
  ///
  /// The square of a hundredth of white is added to the variance, so that noise in a flat place stays small; where the
  /// deviation is near that, contrast does count.
  func contrastNormalised(_ deviation: Float) -> GreyPlane {
    let detail = subtracting(blurred(deviation))
    let variance = GreyPlane(
      width: width, height: height, values: detail.values.map { $0 * $0 }
    ).blurred(deviation)
    return GreyPlane(
      width: width, height: height,
      values: zip(detail.values, variance.values).map { $0 / ($1 + 1e-4).squareRoot() })
  }
}

/// e to a power of 0 or less, by arithmetic alone, so that it is the same on every machine.
func exponential(_ power: Float) -> Float {
  var (term, sum): (Double, Double) = (1, 1)
  let part = Double(power) / 64
  for index in 1...12 {
    term *= part / Double(index)
    sum += term
  }
  for _ in 0..<6 { sum *= sum }
  return Float(sum)
}
