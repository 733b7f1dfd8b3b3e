import Basics
import Datasets
import Evaluation
import Foundation
import Testing

@testable import Explanation

@Suite("Circles against boxes")
struct ScoringTests {
  private let image = Region(x: 0, y: 0, width: 100, height: 100)

  @Test(
    "The area of a circle within a rectangle",
    arguments: [
      // The whole disc, a half, a quarter, none, a square within it, a segment.
      (Region(x: -10, y: -10, width: 20, height: 20), 4 * Double.pi),
      (Region(x: 0, y: -10, width: 20, height: 20), 2 * Double.pi),
      (Region(x: 0, y: 0, width: 20, height: 20), Double.pi),
      (Region(x: 5, y: 5, width: 20, height: 20), 0),
      (Region(x: 2, y: -5, width: 20, height: 20), 0),
      (Region(x: -1, y: -1, width: 2, height: 2), 4),
      (Region(x: 1, y: -5, width: 9, height: 10), 4 * Double.pi / 3 - 3.0.squareRoot()),
      (Region(x: -5, y: -5, width: 10, height: 0), 0),
    ] as [(Region, Double)])
  func area(region: Region, wanted: Double) {
    let circle = Circle(x: 0, y: 0, radius: 2)
    #expect(abs(circle.area(within: region) - wanted) < 1e-12)
    let moved = Circle(x: 30, y: -7, radius: 2)
    var other = region
    other.x += 30
    other.y -= 7
    #expect(abs(moved.area(within: other) - wanted) < 1e-9)
  }

  @Test("The area agrees with counting small cells")
  func counted() {
    var random = RandomStream(seed: 4)
    for _ in 0..<20 {
      let circle = Circle(
        x: random.uniform(0, 10), y: random.uniform(0, 10), radius: random.uniform(1, 6))
      let region = Region(
        x: random.uniform(0, 8), y: random.uniform(0, 8), width: random.uniform(1, 6),
        height: random.uniform(1, 6))
      let steps = 400
      var inside = 0
      for row in 0..<steps {
        for column in 0..<steps {
          let x = region.x + region.width * (Double(column) + 0.5) / Double(steps)
          let y = region.y + region.height * (Double(row) + 0.5) / Double(steps)
          if hypot(x - circle.x, y - circle.y) <= circle.radius { inside += 1 }
        }
      }
      let wanted = region.area * Double(inside) / Double(steps * steps)
      #expect(abs(circle.area(within: region) - wanted) < 0.05)
    }
  }

  @Test("Overlap ratios, by hand")
  func overlap() {
    let circle = Circle(x: 50, y: 50, radius: 10)
    let half = Region(x: 50, y: 40, width: 30, height: 20)
    let square = Overlap(circle, half, on: image, as: .square)
    #expect(square.iobb == 0.5)
    #expect(abs(square.iou - 200.0 / 800) < 1e-12)
    let disc = Overlap(circle, half, on: image, as: .circle)
    #expect(abs(disc.iobb - 0.5) < 1e-12)
    #expect(abs(disc.iou - 50 * Double.pi / (600 + 50 * Double.pi)) < 1e-12)
    // Outside the image there is nothing to detect: of this circle a quarter is left.
    let corner = Overlap(
      Circle(x: 0, y: 0, radius: 10), Region(x: 0, y: 0, width: 5, height: 20), on: image,
      as: .square)
    #expect(corner.iobb == 0.5)
    #expect(corner.iou == 50.0 / 150)
    #expect(Overlap(Circle(x: 5, y: 5, radius: 0), half, on: image, as: .circle).iobb == 0)
  }

  /// Three images: a mass found at every threshold, a nodule missed beside two false circles, one
  /// without a lesion and with one circle.
  private var cases: [LocalisationCase] {
    [
      LocalisationCase(
        name: "a", width: 100, height: 100,
        lesions: [.init(kind: "mass", box: Region(x: 40, y: 40, width: 20, height: 20))],
        circles: [Circle(x: 50, y: 50, radius: 10)], peak: (45, 41)),
      LocalisationCase(
        name: "b", width: 100, height: 100,
        lesions: [.init(kind: "nodule", box: Region(x: 0, y: 0, width: 10, height: 10))],
        circles: [Circle(x: 50, y: 50, radius: 10), Circle(x: 80, y: 80, radius: 5)],
        peak: (10, 10)),
      LocalisationCase(
        name: "c", width: 100, height: 100, lesions: [],
        circles: [Circle(x: 20, y: 20, radius: 10)], peak: (1, 1)),
    ]
  }

  @Test("Accuracies, macro means and false positives, by hand")
  func table() throws {
    let score = LocalisationScore(
      cases, as: .square, resamples: 200, stream: RandomStream(seed: 1))
    #expect(score.images == 3)
    #expect(score.lesions == 2)
    #expect(abs(score.circles - 4.0 / 3) < 1e-12)
    #expect(
      score.answers.map(\.question.name) == [
        "IoBB ≥ 0.1", "IoBB ≥ 0.25", "IoBB ≥ 0.5", "IoU ≥ 0.1", "IoU ≥ 0.3", "IoU ≥ 0.5",
        "pointing, strongest circle", "pointing, largest score",
      ])
    for answer in score.answers.prefix(7) {
      #expect(answer.macro == 0.5, "\(answer.question.name)")
      #expect(answer.kinds.map(\.kind) == ["mass", "nodule"])
      #expect(answer.kinds.map(\.accuracy) == [1, 0])
    }
    #expect(score.answers[0].falsePositives == 1)
    #expect(abs(score.answers[6].falsePositives - 2.0 / 3) < 1e-12)
    #expect(score.answers[7].macro == 1)
    let interval = try #require(score.answers[0].interval)
    #expect(interval.lower == 0 && interval.upper == 1)
  }

  @Test("The random control hits as often as areas say")
  func control() throws {
    let many = (0..<40).map { index in
      LocalisationCase(
        name: "\(index)", width: 200, height: 100,
        lesions: [.init(kind: "mass", box: Region(x: 20, y: 30, width: 40, height: 50))],
        circles: [Circle(x: 50, y: 50, radius: 10)], peak: (45, 41))
    }
    let score = LocalisationScore(
      many, as: .circle, controlDraws: 200, resamples: 10, stream: RandomStream(seed: 1))
    let pointing = try #require(score.answers.last)
    let found = try #require(pointing.controlMacro)
    #expect(abs(found - 0.1) < 0.02, "\(found)")
    #expect(abs(pointing.controlFalsePositives - 0.9) < 0.02)
    #expect(pointing.macro == 1)
  }

  @Test("The same cases give the same score, a table's box is brought to the image's pixels")
  func reproducible() {
    func macros() -> [Double?] {
      LocalisationScore(cases, as: .circle, resamples: 100, stream: RandomStream(seed: 9)).answers
        .flatMap { [$0.macro, $0.controlMacro, $0.interval?.lower] }
    }
    #expect(macros() == macros())
    let lesion = LocalisationCase.Lesion(
      .init(image: "a", kind: "mass", x: 512, y: 256, width: 100, height: 40, source: Place()),
      factor: (0.25, 0.5))
    #expect(lesion.box == Region(x: 128, y: 128, width: 25, height: 20))
  }
}
