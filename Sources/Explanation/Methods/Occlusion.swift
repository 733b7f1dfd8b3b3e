import Basics
import Training

/// How far the logit falls when a part of the image is covered.
///
/// Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901. A square of the baseline slides over the image; a pixel's score is the mean fall of the logit over
/// the squares that covered it.
package struct Occlusion: ImageAttribution {
  /// The square's side as a share of the image's.
  package var share = 0.125
  /// The baseline that shows through.
  package var baseline = Baseline.blurred
  /// Occluded copies that run at once.
  package var batch = 8

  package init() {}

  package var name: String { "occlusion" }
  package var title: String { "Occlusion" }

  package func attribute(_ score: ModelScore, branch: ImageBranch) throws -> ImageExplanation {
    let (size, channels, image) = (
      branch.preprocessing.size, branch.preprocessing.channels, score.input
    )
    let cover = try baseline.pixels(for: image, branch: branch)
    let side = max(1, Int((Double(size) * share).rounded()))
    let step = max(1, side / 2)
    let starts = Array(stride(from: 0, to: max(1, size - side), by: step)) + [size - side]
    let squares = starts.flatMap { y in starts.map { x in (x: x, y: y) } }
    let plain = score.scores(image)[0]
    var sums = [Double](repeating: 0, count: size * size)
    var covered = sums
    var (farthest, largest) = (0.0, abs(plain))
    for start in stride(from: 0, to: squares.count, by: max(1, batch)) {
      try Interruption.check()
      let part = squares[start..<min(squares.count, start + max(1, batch))]
      let copies = part.flatMap { square -> [Float] in
        var copy = image
        for y in square.y..<square.y + side {
          let row = (y * size + square.x) * channels
          copy.replaceSubrange(
            row..<row + side * channels, with: cover[row..<row + side * channels])
        }
        return copy
      }
      for (square, value) in zip(part, score.scores(copies)) {
        farthest = max(farthest, abs(plain - value))
        largest = max(largest, abs(value))
        for y in square.y..<square.y + side {
          for x in square.x..<square.x + side {
            sums[y * size + x] += plain - value
            covered[y * size + x] += 1
          }
        }
      }
    }
    return ImageExplanation(
      method: name, title: title,
      map: AttributionMap(
        height: size, width: size, values: zip(sums, covered).map { Float($0 / max(1, $1)) },
        isFlat: farthest <= largest * ModelScore.rounding))
  }
}
