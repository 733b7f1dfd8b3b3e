import Foundation

/// The line logit P(y = 1) = intercept + slope · x of greatest likelihood, without a penalty.
///
/// Newton's method on two numbers with halved steps; targets may be shares, as Platt's are.
struct LogisticLine: Sendable, Equatable {
  let intercept: Double
  let slope: Double
  let interceptError: Double
  /// 0 where the slope is given.
  let slopeError: Double

  /// Fits both numbers, or, with `fixedSlope`, the intercept alone.
  ///
  /// - Returns: undefined where a class is absent, where all `x` are equal, or where `x` separates the
  ///   classes, so that no finite slope is best.
  /// - Precondition: as many targets as `x`.
  static func fit(_ x: [Double], targets: [Double], fixedSlope: Double? = nil)
    -> Determined<LogisticLine>
  {
    precondition(x.count == targets.count, "\(x.count) values for \(targets.count) targets")
    guard let share = mean(targets), let center = mean(x) else { return .undefined(.noCases) }
    guard share > 0 else { return .undefined(.noPositives) }
    guard share < 1 else { return .undefined(.noNegatives) }
    let deviation = standardDeviation(x) ?? 0
    var point = Point(x: x, targets: targets, center: 0, scale: 1, isFree: false)
    if let fixedSlope {
      point.slope = fixedSlope
    } else {
      let size = x.reduce(0) { max($0, abs($1)) }
      guard deviation > 1e-14 * size, deviation > 0 else { return .undefined(.constantScores) }
      if let reason = separation(x, targets) { return .undefined(reason) }
      point = Point(x: x, targets: targets, center: center, scale: deviation, isFree: true)
      point.intercept = log(share / (1 - share))
    }
    for _ in 0..<200 where !point.step() {}
    return .value(point.line)
  }

  /// Whether one threshold parts all targets of 1 from all of 0, touching at most.
  private static func separation(_ x: [Double], _ targets: [Double]) -> Undefined? {
    var (zero, one) = ((Double.infinity, -Double.infinity), (Double.infinity, -Double.infinity))
    for (value, target) in zip(x, targets) {
      if target < 1 { zero = (min(zero.0, value), max(zero.1, value)) }
      if target > 0 { one = (min(one.0, value), max(one.1, value)) }
    }
    return zero.1 <= one.0 || one.1 <= zero.0 ? .separated : nil
  }
}

/// A point of Newton's method, on values that are centred and scaled.
private struct Point {
  let x: [Double]
  let targets: [Double]
  let center: Double
  let scale: Double
  let isFree: Bool
  var intercept = 0.0
  var slope = 0.0

  init(x: [Double], targets: [Double], center: Double, scale: Double, isFree: Bool) {
    self.x = x.map { ($0 - center) / scale }
    self.targets = targets
    self.center = center
    self.scale = scale
    self.isFree = isFree
  }

  private func loss(_ intercept: Double, _ slope: Double) -> Double {
    zip(x, targets).reduce(0) { sum, item in
      let logit = intercept + slope * item.0
      return sum + softplus(logit) - item.1 * logit
    }
  }

  /// Gradient and Hessian.
  private var derivatives: (g0: Double, g1: Double, h00: Double, h01: Double, h11: Double) {
    var sum = (g0: 0.0, g1: 0.0, h00: 0.0, h01: 0.0, h11: 0.0)
    for (value, target) in zip(x, targets) {
      let probability = sigmoid(intercept + slope * value)
      let weight = probability * (1 - probability)
      sum.g0 += probability - target
      sum.g1 += (probability - target) * value
      sum.h00 += weight
      sum.h01 += weight * value
      sum.h11 += weight * value * value
    }
    return sum
  }

  /// One step; true where nothing is left to gain.
  mutating func step() -> Bool {
    let d = derivatives
    let (down, along): (Double, Double)
    if isFree {
      let determinant = d.h00 * d.h11 - d.h01 * d.h01
      guard determinant > 0 else { return true }
      down = -(d.h11 * d.g0 - d.h01 * d.g1) / determinant
      along = -(d.h00 * d.g1 - d.h01 * d.g0) / determinant
    } else {
      guard d.h00 > 0 else { return true }
      (down, along) = (-d.g0 / d.h00, 0)
    }
    let (start, value) = ((intercept, slope), loss(intercept, slope))
    var length = 1.0
    for _ in 0..<50 {
      intercept = start.0 + length * down
      slope = start.1 + length * along
      // Near the end the loss no longer resolves a step.
      if loss(intercept, slope) <= value + 1e-13 * abs(value) {
        // Steps shrink quadratically: after one of 1e-10 nothing is left.
        return length == 1
          && max(abs(down), abs(along)) <= 1e-10 * (1 + abs(intercept) + abs(slope))
      }
      length /= 2
    }
    (intercept, slope) = start
    return true
  }

  var line: LogisticLine {
    let d = derivatives
    guard isFree else {
      return LogisticLine(
        intercept: intercept, slope: slope, interceptError: (1 / d.h00).squareRoot(), slopeError: 0)
    }
    let determinant = d.h00 * d.h11 - d.h01 * d.h01
    let shift = center / scale
    let variance = (d.h11 + 2 * shift * d.h01 + shift * shift * d.h00) / determinant
    return LogisticLine(
      intercept: intercept - slope * shift, slope: slope / scale,
      interceptError: variance.squareRoot(),
      slopeError: (d.h00 / determinant).squareRoot() / scale)
  }
}
