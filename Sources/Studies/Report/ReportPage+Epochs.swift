import Evaluation
import Pages

/// The section of learning curves.
extension ReportPage {
  /// Whether anything is known of the epochs.
  var hasEpochs: Bool { !data.epochs.isEmpty }

  /// The task's metric per epoch, then the losses that there are; empty without epochs.
  var epochSection: String {
    guard hasEpochs else { return "" }
    let metric = data.task.epochMetric
    let panels = [
      (metric.rawValue, "\(metric.columnHead) by epoch", true),
      ("log-loss", "Log loss by epoch", false), ("loss", "Loss by epoch", false),
    ].map { metric, title, isShare in
      let charts = EpochCharts(data: data, metric: metric, isShare: isShare).html
      guard !charts.isEmpty else { return "" }
      let panels = "<div class=\"panels\">\n\(charts)</div>\n"
      return data.combinations.count > Self.openCharts
        ? fold("\(title) (\(data.combinations.count) charts)", panels)
        : "<h3>\(title)</h3>\n\(panels)"
    }.joined()
    guard !panels.isEmpty else { return "" }
    let transfer = TransferCharts(data).html
    let transferPart =
      transfer.isEmpty
      ? ""
      : "<h3>Transfer: the same encoder from other weights</h3>\n\(transfer)"
    return """
      <section id="epochs" aria-labelledby="epochs-head">
      <h2 id="epochs-head">Learning curves</h2>
      <p>Lines are means over the splits, bands mean ± SD. A line goes on paler where training had \
      ended early in some of the splits. Charts of one metric share their vertical scale.</p>
      \(transferPart)<ul class="legend">
      <li>\(key("series-a"))validation</li>
      <li>\(key("series-b"))training</li>
      </ul>
      \(panels)</section>

      """
  }

  /// More charts than these are folded.
  private static let openCharts = 4

  private func key(_ style: String) -> String {
    var drawing = SVGDrawing(width: 34, height: 14)
    drawing.rectangle(0, 1, width: 34, height: 12, style: "band \(style)")
    drawing.line(2, 7, 32, 7, style: "curve \(style)")
    return drawing.html(label: nil)
  }
}
