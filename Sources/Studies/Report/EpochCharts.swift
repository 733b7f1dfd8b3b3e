import Basics
import Evaluation

/// Small charts of a metric over the epochs, one for each combination, on a common scale.
struct EpochCharts {
  let data: ReportData
  let chart: EpochChart

  init(data: ReportData, metric: String, isShare: Bool) {
    self.data = data
    chart = EpochChart(metric: metric, isShare: isShare)
  }

  /// The charts, or an empty text where no epoch has the metric.
  var html: String {
    let panels = data.combinations.map { combination in
      (
        name: combination.name,
        curves: EpochCurve.curves(data.epochs, combination: combination.name, metric: chart.metric)
      )
    }.filter { !$0.curves.isEmpty }
    let range = chart.range(panels.flatMap(\.curves))
    return panels.map { panel in
      """
      <figure class="panel">
      <figcaption>\(htmlEscaped(panel.name))</figcaption>
      \(chart.drawing(panel.name, panel.curves, range: range))</figure>

      """
    }.joined()
  }
}
