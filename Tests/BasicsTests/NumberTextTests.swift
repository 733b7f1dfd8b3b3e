import Testing

@testable import Basics

@Suite("Numbers as people read them")
struct NumberTextTests {
  @Test(
    "Numbers have a true minus, no sign at zero and separated thousands",
    arguments: [
      (NumberText.metric(0.9144), "0.914"), (NumberText.metric(nil), "–"),
      (NumberText.signed(-0.0301), "−0.030"), (NumberText.signed(0.02), "+0.020"),
      (NumberText.signed(-0.0001), "0.000"),
      (NumberText.signed(-12.004, digits: 2), "−12.00"),
      (NumberText.probability(0.0004), "<\u{a0}0.001"),
      (NumberText.probability(0.9999), ">\u{a0}0.999"), (NumberText.probability(1), "1.000"),
      (NumberText.count(7_978_856), "7,978,856"), (NumberText.count(999), "999"),
      (NumberText.duration(4.21), "4.2 s"), (NumberText.duration(59.7), "1 min 0 s"),
      (NumberText.duration(512), "8 min 32 s"), (NumberText.duration(3_912), "1 h 5 min"),
      (NumberText.coordinate(12.345), "12.35"), (NumberText.coordinate(-0.5), "-0.5"),
      (NumberText.coordinate(3.004), "3"), (NumberText.coordinate(7.05), "7.05"),
      (NumberText.short(0.01), "0.01"), (NumberText.fixed(-1.26, digits: 1), "−1.3"),
      (NumberText.fixed(-0.04, digits: 1), "0.0"), (NumberText.percent(0.256), "26 %"),
      (NumberText.percent(0.0034, digits: 1), "0.3 %"), (counted(1, "case"), "1 case"),
      (counted(1200, "case"), "1,200 cases"),
    ])
  func numbers(text: String, expected: String) { #expect(text == expected) }
}
