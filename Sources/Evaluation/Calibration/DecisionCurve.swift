/// The net benefit of acting on a classifier's answers, against acting on all cases or on none (Vickers &
/// Elkin 2006, https://doi.org/10.1177/0272989X06295361).
///
///     net benefit(t) = TP/n − FP/n · t / (1 − t)
///
/// At the threshold t a false alarm is taken to cost t / (1 − t) of what a true one gains. At most the
/// prevalence; that of no action is 0.
package struct DecisionCurve: Sendable, Equatable {
  /// One threshold.
  package struct Point: Sendable, Equatable {
    package let threshold: Double
    /// Acting where the probability is at least the threshold.
    package let model: Double
    /// Acting on all.
    package let all: Double
  }

  /// In the order of the thresholds that were asked for.
  package let points: [Point]
  package let prevalence: Double

  /// The curve at thresholds 0.01 … 0.99, or those given, each at least 0 and below 1.
  ///
  /// - Returns: undefined without cases.
  /// - Precondition: as many labels as probabilities.
  package static func of(
    labels: [Bool], probabilities: [Double], thresholds: [Double]? = nil
  ) -> Determined<DecisionCurve> {
    precondition(
      labels.count == probabilities.count,
      "\(labels.count) labels for \(probabilities.count) probabilities")
    guard !labels.isEmpty else { return .undefined(.noCases) }
    let thresholds = thresholds ?? (1...99).map { Double($0) / 100 }
    precondition(thresholds.allSatisfy { $0 >= 0 && $0 < 1 }, "thresholds \(thresholds)")
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    let sorted = order.map { probabilities[$0] }
    var positivesFrom = [0]
    for index in order.reversed() {
      positivesFrom.append(positivesFrom[positivesFrom.count - 1] + (labels[index] ? 1 : 0))
    }
    let count = Double(labels.count)
    let positives = positivesFrom[labels.count]
    let points = thresholds.map { threshold -> Point in
      let acted = labels.count - ReliabilityBins.place(of: threshold, sorted)
      let right = positivesFrom[acted]
      let odds = threshold / (1 - threshold)
      return Point(
        threshold: threshold,
        model: Double(right) / count - Double(acted - right) / count * odds,
        all: Double(positives) / count - Double(labels.count - positives) / count * odds)
    }
    return .value(DecisionCurve(points: points, prevalence: Double(positives) / count))
  }
}
