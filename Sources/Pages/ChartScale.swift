import Foundation

/// A linear axis: values of `domain` at coordinates from `start` to `end`, ticks at round numbers.
package struct ChartScale {
  package let domain: ClosedRange<Double>
  package let start: Double
  package let end: Double
  package let ticks: [Double]
  private let tickDigits: Int

  /// An axis over a range; where the range has no width, one is made around it.
  ///
  /// - Parameters:
  ///   - range: the values to show.
  ///   - start: the coordinate of the lowest value.
  ///   - end: the coordinate of the highest value.
  ///   - count: about how many ticks there shall be.
  ///   - minimumStep: the smallest distance of ticks; 1 where values are whole.
  package init(
    _ range: ClosedRange<Double>, start: Double, end: Double, tickCount count: Int,
    minimumStep: Double = 0
  ) {
    let width = range.upperBound - range.lowerBound
    let isFlat = width <= 1e-9 * max(1, abs(range.lowerBound))
    let margin = max(minimumStep / 2, 0.005 * max(1, abs(range.lowerBound)))
    domain = isFlat ? (range.lowerBound - margin)...(range.upperBound + margin) : range
    self.start = start
    self.end = end
    let span = domain.upperBound - domain.lowerBound
    let rough = max(span / Double(max(count, 1)), minimumStep)
    let power = pow(10, floor(log10(rough)))
    let leading = rough / power
    let step = (leading < 1.5 ? 1 : leading < 3.5 ? 2 : leading < 7.5 ? 5 : 10) * power
    let first = Int((domain.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((domain.upperBound / step + 1e-9).rounded(.down))
    ticks = first <= last ? (first...last).map { Double($0) * step } : []
    tickDigits = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
  }

  /// The coordinate of a value.
  package func callAsFunction(_ value: Double) -> Double {
    let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    return start + share * (end - start)
  }

  /// The tick's number with as many decimals as the steps need.
  package func label(_ tick: Double) -> String {
    let text = String(format: "%.\(tickDigits)f", tick)
    let isZero = !text.contains { ("1"..."9").contains($0) }
    return text.hasPrefix("-") ? (isZero ? "" : "−") + text.dropFirst() : text
  }
}
