import Basics
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

  @Test("The cost plot joins what nothing cheaper reaches and counts what it does not draw")
  func costs() {
    var data = ReportSample.data()
    for (index, cost) in [1.8e9, 310_000, 1.9e9].enumerated() {
      data.combinations[index].multiplyAdds = cost
    }
    let plot = CostPlot(data: data, scores: ReportScores(data))
    let items = plot.items
    #expect(items.map(\.name) == ["text", "image", "multimodal"])
    // The image alone scores below the text, which costs less.
    #expect(items[1].mean < items[0].mean && items[2].mean > items[0].mean)
    #expect(plot.front(items).map(\.name) == ["text", "multimodal"])
    #expect(plot.html.components(separatedBy: "<circle").count - 1 == 2 * 3)
    #expect(plot.html.contains("text \(NumberText.metric(items[0].mean)) at 310\u{a0}k"))
    #expect(plot.html.contains("against the mean test accuracy"))
    #expect(!plot.html.contains("Not drawn"))
    data.combinations[0].multiplyAdds = nil
    #expect(
      CostPlot(data: data, scores: ReportScores(data)).html.contains("Not drawn: 1 combination"))
    data.combinations[1].multiplyAdds = nil
    #expect(CostPlot(data: data, scores: ReportScores(data)).html.isEmpty)
    #expect(CostPlot.text(1.84e9) == "1.8\u{a0}G" && CostPlot.text(63_400_000) == "63\u{a0}M")
  }

  @Test("Charts of one metric share their vertical scale")
  func sharedScale() {
    let charts = EpochCharts(data: ReportSample.data(), metric: "accuracy", isShare: true).html
    #expect(charts.components(separatedBy: "<svg").count - 1 == 3)
    #expect(charts.components(separatedBy: ">0.8</text>").count - 1 == 3)
    #expect(charts.contains("curve partial"))
    #expect(!charts.contains("NaN") && !charts.contains("nan"))
  }

  @Test("Names of dots in one place lie above and below, and none on another")
  func costLabels() {
    let dots = (0..<6).map { (x: 100 + Double($0), y: 40.0, length: 90.0) }
    let labels = CostPlot.labels(dots, right: 400, top: 30, bottom: 300)
    let lines = labels.map(\.y).sorted()
    #expect(lines.first == 33)
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $1 - $0 >= 13.5 })
    #expect(lines.allSatisfy { (30...300).contains($0) })
    // Near the edge a name ends at its dot.
    let edge = CostPlot.labels([(x: 380, y: 100, length: 90)], right: 400, top: 30, bottom: 300)
    #expect(edge[0].isLeft)
    #expect(edge[0].x == 371)
  }
}
