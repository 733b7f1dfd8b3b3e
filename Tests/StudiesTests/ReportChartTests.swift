import Evaluation
import Foundation
import Testing

@testable import Studies

@Suite("Charts and numbers of the report")
struct ReportChartTests {
  struct ScaleCase: Sendable {
    let range: ClosedRange<Double>
    let count: Int
    let minimumStep: Double
    let labels: [String]
  }

  @Test(
    "Ticks stand at round numbers",
    arguments: [
      ScaleCase(
        range: 0...1, count: 5, minimumStep: 0, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      ScaleCase(range: 0.81...0.97, count: 4, minimumStep: 0, labels: ["0.85", "0.90", "0.95"]),
      ScaleCase(range: 1...3, count: 6, minimumStep: 1, labels: ["1", "2", "3"]),
      ScaleCase(range: 1...50, count: 6, minimumStep: 1, labels: ["10", "20", "30", "40", "50"]),
      ScaleCase(range: -0.1...0.1, count: 2, minimumStep: 0, labels: ["−0.1", "0.0", "0.1"]),
      ScaleCase(range: 4...4, count: 6, minimumStep: 1, labels: ["4"]),
    ])
  func ticks(example: ScaleCase) {
    let scale = ChartScale(
      example.range, start: 0, end: 100, tickCount: example.count,
      minimumStep: example.minimumStep)
    #expect(scale.ticks.map(scale.label) == example.labels)
  }

  @Test("A scale maps the ends of its range to its coordinates, upside down too")
  func mapping() {
    let scale = ChartScale(2...4, start: 200, end: 0, tickCount: 4)
    #expect(scale(2) == 200)
    #expect(scale(3) == 100)
    #expect(scale(4) == 0)
  }

  @Test("A range without width still has a scale", arguments: [0, 0.5, 1, 1e6])
  func flat(value: Double) {
    let scale = ChartScale(value...value, start: 0, end: 100, tickCount: 5)
    #expect(abs(scale(value) - 50) < 1e-6)
  }

  @Test("A curve is the mean and SD of the splits that reached an epoch")
  func curve() {
    func row(_ split: String, _ epoch: Int, _ value: Double?, _ part: ResultPart = .validation)
      -> EpochRow
    {
      EpochRow(
        combination: "a", split: split, epoch: epoch, part: part, metric: .binary(.accuracy),
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

  @Test(
    "Numbers have a true minus, no sign at zero and separated thousands",
    arguments: [
      (ReportNumbers.metric(0.9144), "0.914"), (ReportNumbers.metric(nil), "–"),
      (ReportNumbers.signed(-0.0301), "−0.030"), (ReportNumbers.signed(0.02), "+0.020"),
      (ReportNumbers.signed(-0.0001), "0.000"),
      (ReportNumbers.signed(-12.004, digits: 2), "−12.00"),
      (ReportNumbers.probability(0.0004), "<\u{a0}0.001"),
      (ReportNumbers.probability(0.9999), ">\u{a0}0.999"), (ReportNumbers.probability(1), "1.000"),
      (ReportNumbers.count(7_978_856), "7,978,856"), (ReportNumbers.count(999), "999"),
      (ReportNumbers.duration(4.21), "4.2 s"), (ReportNumbers.duration(59.7), "1 min 0 s"),
      (ReportNumbers.duration(512), "8 min 32 s"), (ReportNumbers.duration(3_912), "1 h 5 min"),
      (ReportNumbers.coordinate(12.345), "12.35"), (ReportNumbers.coordinate(-0.5), "-0.5"),
      (ReportNumbers.coordinate(3.004), "3"), (ReportNumbers.coordinate(7.05), "7.05"),
      (ReportNumbers.short(0.01), "0.01"),
    ])
  func numbers(text: String, expected: String) { #expect(text == expected) }
}
