import Basics
import Evaluation

/// The task's metric on validation over the epochs, a line for each weight set that the same encoder started from.
struct TransferCharts {
  let data: ReportData
  private let chart: EpochChart
  /// How many lines the style sheet tells apart.
  private static let styleCount = 6

  init(_ data: ReportData) {
    self.data = data
    chart = EpochChart(
      metric: data.task.epochMetric.rawValue, isShare: true, width: 680, height: 320, right: 190)
  }

  /// A figure for each encoder that starts from two or more weight sets; empty where none does.
  var html: String {
    var families: [String] = []
    var members: [String: [ReportCombination]] = [:]
    for combination in data.combinations where combination.textEncoder == nil {
      guard let family = combination.family else { continue }
      if members[family] == nil { families.append(family) }
      members[family, default: []].append(combination)
    }
    return families.map { family in
      let alike = members[family] ?? []
      guard Set(alike.map(\.weights)).count > 1 else { return "" }
      return figure(family, alike)
    }.joined()
  }

  private func figure(_ family: String, _ combinations: [ReportCombination]) -> String {
    let curves = combinations.enumerated().compactMap { index, combination -> EpochCurve? in
      EpochCurve.curves(data.epochs, combination: combination.name, metric: chart.metric)
        .first { $0.label == "validation" }
        .map {
          EpochCurve(
            label: name(combination, family), style: "weights-\(index % Self.styleCount + 1)",
            points: $0.points)
        }
    }
    guard !curves.isEmpty else { return "" }
    return """
      <figure class="plot">
      \(chart.drawing("\(family) by weights", curves, range: chart.range(curves)))
      <figcaption>\(htmlEscaped(family)): validation \(data.task.epochMetric.title) by epoch, a line for each \
      set of starting weights.</figcaption>
      </figure>

      """
  }

  /// What the list of weights called it: the combination's name without the family's.
  private func name(_ combination: ReportCombination, _ family: String) -> String {
    let own = combination.name
    return own.hasPrefix("\(family) ") ? String(own.dropFirst(family.count + 1)) : own
  }
}
