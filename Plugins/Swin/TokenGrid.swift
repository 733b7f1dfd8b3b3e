import EncoderKit

/// How the tokens of a square map are cut into windows, and joined again.
///
/// A map that windows do not fill is filled up with zeros below and on the right, then moved up and left by the shift, as
/// torchvision does it.
struct TokenGrid {
  /// Rows and columns of tokens.
  let side: Int
  /// Rows and columns of a window.
  let window: Int
  /// How far the windows are moved, in rows and columns.
  let shift: Int
  /// Of each place in the windows, one behind the other, its token; −1 for what fills up.
  let cut: [Int32]
  /// Of each token its place in the windows.
  let joined: [Int32]
  /// −100 between places of a window that come from different sides of the map: `[windows, places, places]`; nil where
  /// there is no shift.
  let masks: Tensor?

  init(side: Int, window: Int, shift: Int) {
    let windows = (side + window - 1) / window
    let whole = windows * window
    // One window sees everything.
    let shift = whole > window ? shift : 0
    (self.side, self.window, self.shift) = (side, window, shift)
    var (cut, regions, joined) = ([Int32](), [Int](), [Int32](repeating: 0, count: side * side))
    // Rows at the end were moved there from the beginning: they border on others than before.
    func region(_ place: Int) -> Int {
      place < whole - window ? 0 : place < whole - shift ? 1 : 2
    }
    for place in 0..<whole * whole {
      let (number, inside) = (place / (window * window), place % (window * window))
      let row = number / windows * window + inside / window
      let column = number % windows * window + inside % window
      let (y, x) = ((row + shift) % whole, (column + shift) % whole)
      let isToken = y < side && x < side
      cut.append(isToken ? Int32(y * side + x) : -1)
      if isToken { joined[y * side + x] = Int32(place) }
      regions.append(region(row) * 3 + region(column))
    }
    (self.cut, self.joined) = (cut, joined)
    guard shift > 0 else {
      masks = nil
      return
    }
    let places = window * window
    var values: [Float] = []
    values.reserveCapacity(windows * windows * places * places)
    for number in 0..<windows * windows {
      let own = regions[number * places..<(number + 1) * places]
      for i in own { for j in own { values.append(i == j ? 0 : -100) } }
    }
    masks = Tensor(values, shape: [windows * windows, places, places])
  }

  /// Of each pair of places in a window the row of the table of biases, by how far they lie apart: `[places · places]`.
  static func distances(window: Int) -> [Int32] {
    let places = 0..<window * window
    return places.flatMap { i in
      places.map { j in
        let rows = i / window - j / window + window - 1
        return Int32(rows * (2 * window - 1) + i % window - j % window + window - 1)
      }
    }
  }

  /// Of each token of a map of half the side the four it is joined from.
  ///
  /// Above and below on the left, then on the right; an odd side is filled up with zeros.
  static func merged(side: Int) -> [Int32] {
    let half = (side + 1) / 2
    return (0..<half * half).flatMap { place in
      [(0, 0), (1, 0), (0, 1), (1, 1)].map { row, column in
        let (y, x) = (place / half * 2 + row, place % half * 2 + column)
        return y < side && x < side ? Int32(y * side + x) : -1
      }
    }
  }
}
