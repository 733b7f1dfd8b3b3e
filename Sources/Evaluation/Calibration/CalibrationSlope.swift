import Foundation

/// Cox's recalibration of probabilities: logit P(y = 1) = intercept + slope · logit p (Cox 1958,
/// https://doi.org/10.1093/biomet/45.3-4.562; Van Calster and others 2019,
/// https://doi.org/10.1186/s12916-019-1466-7).
///
/// A slope below 1 says that probabilities are too extreme. The intercept in the large, found with the
/// slope held at 1, is above 0 where probabilities are too low on the whole. Intervals are Wald's.
package struct CalibrationSlope: Sendable, Equatable {
  package let slope: Double
  package let slopeInterval: Interval
  /// The intercept beside that slope.
  package let intercept: Double
  package let interceptInterval: Interval
  /// The intercept with slope 1.
  package let inTheLarge: Double
  package let inTheLargeInterval: Interval

  /// The recalibration of logits.
  ///
  /// - Returns: undefined where a class is absent, where all logits are equal or where they separate the
  ///   classes.
  /// - Precondition: as many labels as logits.
  package static func of(labels: [Bool], logits: [Double]) -> Determined<CalibrationSlope> {
    let targets: [Double] = labels.map { $0 ? 1 : 0 }
    let free: LogisticLine
    switch LogisticLine.fit(logits, targets: targets) {
    case .value(let line): free = line
    case .undefined(let reason): return .undefined(reason)
    }
    return LogisticLine.fit(logits, targets: targets, fixedSlope: 1).map { large in
      func interval(_ center: Double, _ error: Double) -> Interval {
        Interval(center: center, halfWidth: normalQuantile975 * error)
      }
      return CalibrationSlope(
        slope: free.slope, slopeInterval: interval(free.slope, free.slopeError),
        intercept: free.intercept,
        interceptInterval: interval(free.intercept, free.interceptError),
        inTheLarge: large.intercept,
        inTheLargeInterval: interval(large.intercept, large.interceptError))
    }
  }
}
