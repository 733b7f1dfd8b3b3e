import Evaluation
import Foundation
import Testing

@testable import Studies

@Suite("Charts and numbers of the report")
struct ReportChartTests {
  @Test("A curve is the mean and SD of the splits that reached an epoch")
  func curve() {
    func row(_ split: String, _ epoch: Int, _ value: Double?, _ subset: ResultSubset = .validation)
      -> EpochRow
    {
      EpochRow(
        combination: "a", split: split, epoch: epoch, subset: subset, metric: .score(.accuracy),
        value: value)
    }
    let curves = EpochCurve.curves(
      [
        row("s2", 1, 0.75), row("s1", 1, 0.25), row("s1", 2, 0.5), row("s2", 2, nil),
        row("s1", 1, 1, .training),
      ], combination: "a", metric: "accuracy")
    #expect(curves.map(\.label) == ["training", "validation"])
    #expect(
      curves[1].points == [
        .init(epoch: 1, mean: 0.5, deviation: 0.125.squareRoot(), count: 2),
        .init(epoch: 2, mean: 0.5, deviation: nil, count: 1),
      ])
    #expect(curves[1].splitCount == 2)
  }

  @Test("The dot plot has every split, its names, and a baseline far off at the edge")
  func dots() {
    let data = ReportSample.data()
    let plot = DotPlot(data: data, scores: ReportScores(data), selected: "multimodal").html
    // Four rows of ten dots, drawn wide and narrow.
    #expect(plot.components(separatedBy: "<circle").count - 1 == 80)
    #expect(plot.contains("off the scale at 0.5"))
    #expect(plot.contains("multimodal ◆"))
    #expect(plot.contains("aria-label=\"Dot plot of test accuracy, a dot for each split."))
  }

  @Test("Charts of one metric share their vertical scale")
  func sharedScale() {
    let charts = EpochCharts(data: ReportSample.data(), metric: "accuracy", isShare: true).html
    #expect(charts.components(separatedBy: "<svg").count - 1 == 3)
    #expect(charts.components(separatedBy: ">0.8</text>").count - 1 == 3)
    #expect(charts.contains("curve partial"))
    #expect(!charts.contains("NaN") && !charts.contains("nan"))
  }
}
