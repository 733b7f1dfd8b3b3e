import Testing

@testable import Pages

@Suite("Axes of charts")
struct ChartScaleTests {
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
}
