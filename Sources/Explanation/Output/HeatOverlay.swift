import Images

/// A picture with an attribution map and circles drawn over it, in its own pixels.
///
/// Orange speaks for the positive class, blue against it: colours of Okabe and Ito
/// (https://jfly.uni-koeln.de/color/) that people with any colour vision tell apart.
struct HeatOverlay {
  private static let positive: [Double] = [230, 159, 0]
  private static let negative: [Double] = [86, 180, 233]
  private static let ring: [Double] = [240, 228, 66]
  /// How much of the picture the strongest score hides.
  private static let opacity = 0.75

  private var pixels: [Double]
  private let width: Int
  private let height: Int

  /// Draws over a picture.
  init(_ picture: PixelImage, map: AttributionMap, geometry: ImageGeometry, circles: [Circle]) {
    width = picture.width
    height = picture.height
    pixels = picture.eightBit.converted(channels: 3).pixels.map(Double.init)
    let scale = map.displayScale
    if scale > 0, !map.isFlat {
      for y in 0..<height {
        for x in 0..<width {
          let place = geometry.seen(x: Double(x) + 0.5, y: Double(y) + 0.5)
          let (column, row) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
          guard column >= 0, row >= 0, column < map.width, row < map.height else { continue }
          let value = map.values[row * map.width + column] / scale
          blend(
            x, y, value > 0 ? HeatOverlay.positive : HeatOverlay.negative,
            HeatOverlay.opacity * Double(min(1, abs(value))))
        }
      }
    }
    for circle in circles { draw(circle) }
  }

  /// The drawn picture.
  var image: PixelImage {
    PixelImage(
      width: width, height: height, channels: 3,
      pixels: pixels.map { UInt8(max(0, min(255, $0.rounded()))) })
  }

  private mutating func blend(_ x: Int, _ y: Int, _ colour: [Double], _ share: Double) {
    let start = (y * width + x) * 3
    for c in 0..<3 { pixels[start + c] += share * (colour[c] - pixels[start + c]) }
  }

  /// A ring with a dark rim, so that it is seen on any ground.
  private mutating func draw(_ circle: Circle) {
    let line = max(1.5, Double(max(width, height)) / 250)
    let reach = circle.radius + 2 * line
    let rows = max(0, Int(circle.y - reach))..<max(0, min(height, Int(circle.y + reach) + 1))
    let columns = max(0, Int(circle.x - reach))..<max(0, min(width, Int(circle.x + reach) + 1))
    for y in rows {
      for x in columns {
        let (dx, dy) = (Double(x) + 0.5 - circle.x, Double(y) + 0.5 - circle.y)
        let distance = abs((dx * dx + dy * dy).squareRoot() - circle.radius)
        blend(x, y, [0, 0, 0], 0.7 * max(0, min(1, line + 0.5 - distance)))
        blend(x, y, HeatOverlay.ring, max(0, min(1, line / 2 + 0.5 - distance)))
      }
    }
  }
}

extension AttributionMap {
  /// The magnitude that is drawn at full strength: that of the 0.995 quantile, so that a few outliers
  /// do not make the rest invisible; the largest where that is 0.
  var displayScale: Float {
    let sorted = values.map { abs($0) }.sorted()
    let quantile = sorted[Int(Double(sorted.count - 1) * 0.995)]
    return quantile > 0 ? quantile : sorted[sorted.count - 1]
  }
}

extension PixelImage {
  /// The picture, brought to a longer side of at most `side` pixels.
  func fitted(side: Int) -> PixelImage {
    let longer = max(width, height)
    guard longer > side else { return self }
    func scaled(_ length: Int) -> Int { max(1, length * side / longer) }
    return resized(width: scaled(width), height: scaled(height))
  }
}
