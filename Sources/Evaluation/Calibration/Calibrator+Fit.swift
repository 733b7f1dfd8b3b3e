import Foundation

extension Calibrator {
  /// The temperature of greatest likelihood for binary logits.
  ///
  /// - Returns: undefined where there are no cases, where no logit differs from 0, where the log loss
  ///   falls as long as the temperature does (all answers right), or where no temperature above 0 is best
  ///   (the logits say the contrary of the labels).
  /// - Precondition: as many labels as logits.
  package static func fitTemperature(labels: [Bool], logits: [Double]) -> Determined<Calibrator> {
    precondition(labels.count == logits.count, "\(labels.count) labels, \(logits.count) logits")
    // Of two classes with the logits 0 and x.
    return fitTemperature(
      labels: labels.map { $0 ? 1 : 0 }, logits: logits.flatMap { [0, $0] }, classCount: 2)
  }

  /// The temperature of greatest likelihood for logits `[cases, classes]`, row after row.
  ///
  /// With a = 1 / T the log loss is convex; its derivative Σ (E[z] − z_y), E over softmax(a z), rises in a,
  /// so that its zero is found by bisection.
  ///
  /// - Returns: undefined as for binary logits.
  /// - Precondition: a row for each label, labels within `0..<classCount`.
  package static func fitTemperature(labels: [Int], logits: [Double], classCount: Int)
    -> Determined<Calibrator>
  {
    precondition(
      logits.count == labels.count * classCount,
      "\(logits.count) logits for \(labels.count) cases of \(classCount) classes")
    guard !labels.isEmpty else { return .undefined(.noCases) }
    let rows = labels.indices.map { Array(logits[$0 * classCount..<($0 + 1) * classCount]) }
    guard rows.contains(where: { $0.contains { $0 != rows[0][0] } || Set($0).count > 1 }) else {
      return .undefined(.constantScores)
    }
    let isRight = zip(labels, rows).allSatisfy { $1[$0] == $1.max() }
    func derivative(_ inverse: Double) -> Double {
      zip(labels, rows).reduce(0) { sum, item in
        let powers = softmax(item.1.map { $0 * inverse })
        return sum + zip(powers, item.1).reduce(0) { $0 + $1.0 * ($1.1 - item.1[item.0]) }
      }
    }
    guard derivative(0) < 0 else { return .undefined(.reversed) }
    guard !isRight else { return .undefined(.separated) }
    var (low, high) = (0.0, 1.0)
    while derivative(high) < 0, high < 1e12 {
      low = high
      high *= 2
    }
    guard high < 1e12 else { return .undefined(.separated) }
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if derivative(middle) < 0 { low = middle } else { high = middle }
    }
    return .value(.temperature(1 / high))
  }

  /// Platt's line, fitted to the targets (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2), which keep it finite where the
  /// classes are separated.
  ///
  /// - Returns: undefined where a class is absent or all logits are equal; `reversed` where the slope is not
  ///   above 0, as the map would turn the order of cases round.
  /// - Precondition: as many labels as logits.
  package static func fitPlatt(labels: [Bool], logits: [Double]) -> Determined<Calibrator> {
    let positives = labels.count { $0 }
    let negatives = labels.count - positives
    if let reason = absence(positives: positives, negatives: negatives) {
      return .undefined(reason)
    }
    let (high, low) = (
      Double(positives + 1) / Double(positives + 2), 1 / Double(negatives + 2)
    )
    switch LogisticLine.fit(logits, targets: labels.map { $0 ? high : low }) {
    case .undefined(let reason): return .undefined(reason)
    case .value(let line):
      guard line.slope > 0 else { return .undefined(.reversed) }
      return .value(.platt(slope: line.slope, intercept: line.intercept))
    }
  }

  /// The isotonic line of least squares over logits.
  ///
  /// - Returns: undefined where a class is absent.
  /// - Precondition: as many labels as logits.
  package static func fitIsotonic(labels: [Bool], logits: [Double]) -> Determined<Calibrator> {
    IsotonicLine.fit(logits, labels: labels).map(Calibrator.isotonic)
  }
}
