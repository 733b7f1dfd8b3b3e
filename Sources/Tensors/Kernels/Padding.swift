/// How many lines and columns of zeros lie around an image before a kernel slides over it.
public struct Padding: Hashable, Sendable {
  /// Lines above.
  package var top: Int
  /// Columns on the left.
  package var left: Int
  /// Lines below.
  package var bottom: Int
  /// Columns on the right.
  package var right: Int
  /// Whether the sides follow from the image, as TensorFlow's `SAME` has it.
  fileprivate let isSame: Bool

  /// As many on every side.
  public static func zeros(_ count: Int) -> Padding { zeros(vertical: count, horizontal: count) }

  /// As many above as below, and as many on the left as on the right.
  public static func zeros(vertical: Int, horizontal: Int) -> Padding {
    Padding(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
  }

  /// So many that an axis of n places gives ⌈n / stride⌉, as TensorFlow's `SAME`: where their number is odd, the one
  /// more lies below and on the right.
  ///
  /// With a stride this is another place than `.zeros(kernel / 2)` begins at, and so another network.
  public static let same = Padding(top: 0, left: 0, bottom: 0, right: 0, isSame: true)

  package init(top: Int, left: Int, bottom: Int, right: Int) {
    self.init(top: top, left: left, bottom: bottom, right: right, isSame: false)
  }

  private init(top: Int, left: Int, bottom: Int, right: Int, isSame: Bool) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
    self.isSame = isSame
  }

  /// Whether all four sides are equal.
  package var isEven: Bool { top == left && top == bottom && top == right && !isSame }

  /// The numbers that images of a shape get under a window.
  func resolved(_ input: [Int], height: Int, width: Int, stride: Int, dilation: Int) -> Padding {
    guard isSame, input.count == 4 else { return self }
    func total(_ extent: Int, _ kernel: Int) -> Int {
      let places = (extent + stride - 1) / stride
      return max(0, (places - 1) * stride + (kernel - 1) * dilation + 1 - extent)
    }
    let (down, across) = (total(input[1], height), total(input[2], width))
    return Padding(
      top: down / 2, left: across / 2, bottom: down - down / 2, right: across - across / 2)
  }
}
