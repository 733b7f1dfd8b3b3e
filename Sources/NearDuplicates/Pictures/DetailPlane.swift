/// A small contrast-normalised picture in bytes, `[height, width]`.
///
/// Pixel `k` lies at `2 k + 0.5` of the picture that it was halved from.
struct DetailPlane: Sendable, Equatable {
  private static let unit: Float = 24

  let width: Int
  let height: Int
  let values: [Int8]

  /// A plane of values that another had.
  init(width: Int, height: Int, values: [Int8]) {
    (self.width, self.height, self.values) = (width, height, values)
  }

  init(_ plane: GreyPlane) {
    (width, height) = (plane.width, plane.height)
    values = plane.values.map { Int8(max(-127, min(127, ($0 * DetailPlane.unit).rounded()))) }
  }

  /// The plane in single precision.
  var plane: GreyPlane {
    GreyPlane(width: width, height: height, values: values.map { Float($0) / DetailPlane.unit })
  }
}
