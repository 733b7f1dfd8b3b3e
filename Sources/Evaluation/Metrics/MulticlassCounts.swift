/// The confusion matrix of a classifier of several classes.
package struct MulticlassCounts: Sendable, Equatable {
  package let classCount: Int
  /// `[true class, answered class]`, row after row.
  package let counts: [Int]

  /// Counts answers.
  ///
  /// - Precondition: as many labels as answers, each within `0..<classCount`.
  package init(labels: [Int], answers: [Int], classCount: Int) {
    precondition(
      labels.count == answers.count, "\(labels.count) labels for \(answers.count) answers")
    var counts = [Int](repeating: 0, count: classCount * classCount)
    for (label, answer) in zip(labels, answers) {
      precondition(
        0..<classCount ~= label && 0..<classCount ~= answer,
        "label \(label) and answer \(answer) of \(classCount) classes")
      counts[label * classCount + answer] += 1
    }
    self.classCount = classCount
    self.counts = counts
  }

  /// The cases of one class that were given one answer.
  package subscript(label: Int, answer: Int) -> Int { counts[label * classCount + answer] }

  package var total: Int { counts.reduce(0, +) }
  /// The cases of each class.
  package var support: [Int] {
    (0..<classCount).map { label in (0..<classCount).reduce(0) { $0 + self[label, $1] } }
  }
  /// How often each class was answered.
  package var answered: [Int] {
    (0..<classCount).map { answer in (0..<classCount).reduce(0) { $0 + self[$1, answer] } }
  }

  /// One class against the rest.
  package func against(_ label: Int) -> ConfusionCounts {
    let (support, answered) = (support[label], answered[label])
    let right = self[label, label]
    return ConfusionCounts(
      truePositives: right, falsePositives: answered - right,
      trueNegatives: total - support - answered + right, falseNegatives: support - right)
  }

  /// The share of cases answered rightly.
  package var accuracy: Determined<Double> {
    let right = (0..<classCount).reduce(0) { $0 + self[$1, $1] }
    return Determined(total == 0 ? nil : Double(right) / Double(total), else: .noCases)
  }

  /// The mean sensitivity over the classes that occur; undefined where fewer than two do.
  ///
  /// Within 0…1 (Brodersen and others 2010, https://doi.org/10.1109/ICPR.2010.764).
  package var balancedAccuracy: Determined<Double> {
    overOccurring { against($0).sensitivity }
  }

  /// The mean F1 over the classes that occur; undefined where fewer than two do.
  ///
  /// Within 0…1 (Opitz & Burst 2019, https://arxiv.org/abs/1911.03347). A class without a case has no F1; false
  /// answers of it lower the sensitivity of the true classes, but no precision.
  package var macroF1: Determined<Double> { overOccurring { against($0).f1 } }

  /// The mean F1, each class weighing as many as its cases.
  package var weightedF1: Determined<Double> {
    if let reason = lack { return .undefined(reason) }
    let sum = support.enumerated().reduce(0.0) { sum, item in
      sum + Double(item.element) * (against(item.offset).f1 ?? 0)
    }
    return .value(sum / Double(total))
  }

  /// Cohen's kappa, 1 − Σ w·n / Σ w·e.
  ///
  /// n are the counts, e those expected of independent answers with the same margins, w is 1 off the
  /// diagonal, or (i − j)² with quadratic weights, for classes in an order. Within −1…1 (Cohen 1960,
  /// https://doi.org/10.1177/001316446002000104; Cohen 1968, https://doi.org/10.1037/h0026256).
  ///
  /// - Returns: undefined where labels and answers are all of one and the same class.
  package func kappa(quadratic: Bool = false) -> Determined<Double> {
    guard total > 0 else { return .undefined(.noCases) }
    let (support, answered) = (support, answered)
    // Whole numbers as far as they go: equal sums cancel exactly.
    var (found, expected) = (0, 0.0)
    for label in 0..<classCount {
      for answer in 0..<classCount where label != answer {
        let weight = quadratic ? (label - answer) * (label - answer) : 1
        found += weight * self[label, answer]
        expected += Double(weight) * Double(support[label]) * Double(answered[answer])
      }
    }
    guard expected > 0 else { return .undefined(.constantAnswers) }
    return .value(1 - Double(found) * Double(total) / expected)
  }

  private var lack: Undefined? {
    total == 0 ? .noCases : support.count { $0 > 0 } < 2 ? .oneClass : nil
  }

  private func overOccurring(_ value: (Int) -> Double?) -> Determined<Double> {
    if let reason = lack { return .undefined(reason) }
    let values = support.indices.filter { support[$0] > 0 }.compactMap(value)
    return Determined(mean(values), else: .noCases)
  }
}
