import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  /// Of the two passes of a normalisation's gradient: against plain loops in double precision.
  @Suite("Gradients of normalisations, kernel by kernel")
  struct NormalizationGradientTests {
    /// Parts whose channels are in whole groups of 32, in part of one, and both; rows in whole groups and not; at last
    /// one whose gradient is written past the cache, and one that lies otherwise.
    static let cases: [(rows: Int, widths: [Int])] = [
      (70, [32]), (64, [64, 32, 96]), (33, [48, 5, 40]), (1, [32, 32]), (45_000, [48]),
      (55_000, [40]),
    ]

    @Test("Sums and gradients are those of the formula", arguments: cases, [true, false])
    func formula(_ c: (rows: Int, widths: [Int]), relu: Bool) {
      let (rows, total) = (c.rows, c.widths.reduce(0, +))
      let stride = total + 3
      let parts = c.widths.map { randomTensor([rows, $0], "part \($0)") }
      let dy = randomTensor([rows, stride], "dy")
      let factors = ["scale", "shift", "mean", "a", "b", "d"].map { randomValues(total, $0) }
      let (scale, shift, mean) = (factors[0], factors[1], factors[2])
      let (a, b, d) = (factors[3], factors[4], factors[5])
      // Every second part's gradient is added to, and of three parts the last has none.
      let targets = c.widths.enumerated().map { index, width -> Tensor? in
        index == 2 ? nil : randomTensor([rows, width], "target \(index)")
      }
      let before = targets.map { $0?.values }
      var sums = [Double](repeating: .nan, count: total)
      var centred = sums
      withElements(parts, targets.map { $0?.writable }, dy) { values, targets, dy in
        let parts = c.widths.indices.map {
          ez_gradient_part(
            values: values[$0], channels: c.widths[$0], gradient: targets[$0],
            accumulate: Int32($0 % 2))
        }
        ez_affine_gradient_sums(
          parts, parts.count, dy, stride, rows, scale, shift, mean, relu ? 1 : 0, &sums, &centred)
        ez_affine_gradient(
          parts, parts.count, dy, stride, rows, scale, shift, relu ? 1 : 0, a, b, d)
      }

      var offset = 0
      let slopes = dy.values
      for (index, width) in c.widths.enumerated() {
        let (x, found) = (parts[index].values, targets[index]?.values)
        var (sum, centredSum) = (
          [Double](repeating: 0, count: width), [Double](repeating: 0, count: width)
        )
        var wanted = [Float](repeating: 0, count: rows * width)
        for row in 0..<rows {
          for channel in 0..<width {
            let (j, at) = (offset + channel, row * width + channel)
            let isOpen = !relu || x[at] * scale[j] + shift[j] > 0
            let g = isOpen ? Double(slopes[row * stride + j]) : 0
            sum[channel] += g
            centredSum[channel] += g * Double(x[at] - mean[j])
            let old = index % 2 == 1 ? before[index]?[at] ?? 0 : 0
            wanted[at] = Float(
              Double(old) + Double(a[j]) * g + Double(b[j]) * Double(x[at]) + Double(d[j]))
          }
        }
        for channel in 0..<width {
          #expect(abs(sums[offset + channel] - sum[channel]) < 1e-6 * Double(rows) + 1e-5)
          #expect(abs(centred[offset + channel] - centredSum[channel]) < 2e-6 * Double(rows) + 1e-5)
        }
        if let found { #expect(relativeDistance(found, wanted) < 1e-6) }
        offset += width
      }
    }
  }
}
