import Basics
import Evaluation
import Pages

/// The scores at a threshold that the validation subsets chose.
extension ReportPage {
  private static let columns: [ScoreMetric] = [
    .accuracy, .balancedAccuracy, .sensitivity, .specificity, .f1,
  ]

  /// Whether thresholds were fitted.
  private var hasThresholds: Bool {
    data.results.contains { $0.subset == .fitted(.test) }
  }

  /// A folded table of scores at the fitted threshold, beside those at 0.5, and of several labels one of
  /// theirs; empty without them.
  var thresholdSection: String {
    guard hasThresholds else { return "" }
    guard data.task == .binary else { return labelThresholdSection }
    let names = data.combinations.map(\.name) + data.baselines.map(\.name)
    let subset = FittedThresholdSubset.test.rawValue
    let rows = names.compactMap { name -> String? in
      let thresholds = scores.values(name, of: .threshold, subset: subset)
      guard let range = thresholdRange(thresholds.values) else { return nil }
      let cells = Self.columns.map { metric in
        let plain = scores.summary(name, metric, subset: "test")?.mean
        let fitted = scores.summary(name, metric, subset: subset)?.mean
        return "<td>\(NumberText.metric(fitted))"
          + "<span class=\"sd\">at 0.5: \(NumberText.metric(plain))</span></td>"
      }
      return
        "<tr><th scope=\"row\">\(ReportTables.shortName(name))</th><td class=\"apart\">\(range)</td>"
        + "\(cells.joined())</tr>\n"
    }
    let heads = Self.columns.map {
      "<th scope=\"col\">\($0.title.prefix(1).uppercased())\($0.title.dropFirst())</th>"
    }
    let table = """
      <table>
      <caption><span>Test scores, means over \(counted(data.splits.count, "split")), where a case is \
      called positive from the threshold on that its split’s validation subset chose; below, at \
      0.5. The threshold is a probability, the least and the largest over the splits.</span></caption>
      <thead><tr><th scope="col">Combination</th><th scope="col" class="apart">Threshold</th>\
      \(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return fold(
      "At a threshold fitted on validation",
      PageParts.box("Scores at the fitted threshold", table))
  }

  /// The least and the largest threshold; nil of none.
  func thresholdRange(_ thresholds: some Collection<Double>) -> String? {
    guard let least = thresholds.min(), let most = thresholds.max() else { return nil }
    return least == most ? short(least) : "\(short(least))–\(short(most))"
  }

  private func short(_ value: Double) -> String {
    let text = NumberText.metric(value)
    return text.hasSuffix("0") ? String(text.dropLast()) : text
  }
}
