/// Which of many pictures are unlike the others, and how.
///
/// The reference is the median of the standardised small copies of up to 500 pictures, evenly spaced. A picture
/// that resembles its negative or a turned copy of it more than itself is taken for inverted or turned; that needs
/// pictures of one kind, so that where the median resemblance is below 0.3 nothing of it is said.
package struct PictureReview: Sendable {
  /// Below this median correlation pictures are too different for a reference.
  static let leastLikeness = 0.3

  /// The median correlation with the reference, −1 to 1; nil for fewer than 8 pictures.
  package let likeness: Double?
  /// Positions of pictures by what is odd about them.
  package private(set) var blank: [Int] = []
  package private(set) var inverted: [Int] = []
  /// With the degrees they are turned by, clockwise.
  package private(set) var rotated: [(index: Int, degrees: Int)] = []
  package private(set) var odd: [Int] = []
  package private(set) var cut: [Int] = []
  package private(set) var dark: [Int] = []
  package private(set) var bright: [Int] = []
  /// Pictures with colours among grey ones, or grey ones among coloured; empty where both are common.
  package private(set) var otherColour: [Int] = []

  /// Reviews sketches; nil where a case has no picture.
  package init(_ sketches: [PictureSketch?]) {
    let there = sketches.enumerated().compactMap { index, sketch in sketch.map { (index, $0) } }
    var usable: [(index: Int, sketch: PictureSketch)] = []
    for (index, sketch) in there {
      if sketch.deviation < 2 / 255.0 {
        blank.append(index)
      } else {
        usable.append((index, sketch))
      }
    }
    for isColour in [true, false] {
      let few = usable.filter { $0.sketch.hasColour == isColour }
      if !few.isEmpty, few.count * 10 <= usable.count { otherColour += few.map(\.index) }
    }
    let margins = usable.map(\.sketch.margin).sorted()
    let usual = margins.isEmpty ? 0 : margins[margins.count / 2]
    let (narrow, wide) = (
      usable.filter { $0.sketch.margin <= max(0.3, usual + 0.25) },
      usable.filter { $0.sketch.margin > max(0.3, usual + 0.25) }
    )
    cut = wide.map(\.index)
    (dark, bright) = PictureReview.brightness(narrow)
    guard usable.count >= 8 else {
      likeness = nil
      return
    }
    let standard = usable.map { standardised($0.sketch.small.map(Float.init)) }
    let reference = PictureReview.reference(standard)
    let upright = standard.map { correlation($0, reference) }
    let sorted = upright.sorted()
    let median = sorted[sorted.count / 2]
    likeness = median
    guard median >= PictureReview.leastLikeness else { return }
    let spread = sorted.map { abs($0 - median) }.sorted()[sorted.count / 2]
    for (place, item) in usable.enumerated() where !cut.contains(item.index) {
      let turns = PictureReview.turned(reference).map { correlation(standard[place], $0) }
      let best = turns.max() ?? -1
      let own = upright[place]
      if -own > max(PictureReview.leastLikeness, best) {
        inverted.append(item.index)
      } else if best > max(0.75 * median, own + 0.25) {
        rotated.append((item.index, 90 * ((turns.firstIndex(of: best) ?? 0) + 1)))
      } else if own < min(0.2, median - 6 * max(spread, 0.02)) {
        odd.append(item.index)
      }
    }
  }

  /// Pictures whose mean lies more than 4.5 robust deviations from the median, and at least 0.15.
  private static func brightness(_ usable: [(index: Int, sketch: PictureSketch)])
    -> (dark: [Int], bright: [Int])
  {
    guard usable.count >= 8 else { return ([], []) }
    let means = usable.map(\.sketch.mean).sorted()
    let median = means[means.count / 2]
    let spread = 1.4826 * means.map { abs($0 - median) }.sorted()[means.count / 2]
    let far = max(0.15, 4.5 * spread)
    return (
      usable.filter { $0.sketch.mean < median - far }.map(\.index),
      usable.filter { $0.sketch.mean > median + far }.map(\.index)
    )
  }

  /// The median of each pixel over up to 500 pictures.
  private static func reference(_ pictures: [[Float]]) -> [Float] {
    let step = max(1, pictures.count / 500)
    let chosen = stride(from: 0, to: pictures.count, by: step).map { pictures[$0] }
    let median = (0..<PictureSketch.side * PictureSketch.side).map { pixel in
      chosen.map { $0[pixel] }.sorted()[chosen.count / 2]
    }
    return standardised(median)
  }

  /// The picture turned by 90, 180 and 270 degrees clockwise.
  private static func turned(_ picture: [Float]) -> [[Float]] {
    let side = PictureSketch.side
    var results: [[Float]] = []
    var current = picture
    for _ in 0..<3 {
      var next = current
      for y in 0..<side {
        for x in 0..<side { next[x * side + side - 1 - y] = current[y * side + x] }
      }
      results.append(next)
      current = next
    }
    return results
  }
}

/// Values less their mean, of length 1; zeros where all are alike.
private func standardised(_ values: [Float]) -> [Float] {
  let mean = values.reduce(0, +) / Float(values.count)
  let centred = values.map { $0 - mean }
  let length = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return length > 0 ? centred.map { $0 / length } : centred
}

/// The correlation of two standardised pictures.
private func correlation(_ first: [Float], _ second: [Float]) -> Double {
  var sum: Float = 0
  for index in first.indices { sum += first[index] * second[index] }
  return Double(sum)
}
