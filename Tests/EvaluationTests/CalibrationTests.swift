import Basics
import Foundation
import Testing

@testable import Evaluation

@Suite("Calibration")
struct CalibrationTests {
  private let labels = [false, true, true, true]
  private let probabilities = [0.1, 0.2, 0.3, 0.4]

  @Test("Bins hold equal numbers of cases and never part equal probabilities")
  func bins() {
    let two = ReliabilityBins(labels: labels, probabilities: probabilities, count: 2)
    #expect(two.edges == [0.25])
    #expect(two.bins.map(\.count) == [2, 2])
    #expect(two.bins.map(\.observed) == [0.5, 1])
    #expect(abs(two.bins[0].meanProbability - 0.15) < 1e-15)
    let tied = ReliabilityBins(
      labels: [true, false, true, false, true], probabilities: [0.9, 0.5, 0.5, 0.5, 0.1], count: 2)
    #expect(tied.bins.map(\.count) == [4, 1])
    let constant = ReliabilityBins(labels: labels, probabilities: [0.3, 0.3, 0.3, 0.3])
    #expect(constant.bins.map(\.count) == [4])
    #expect(ReliabilityBins(labels: [], probabilities: []).bins.isEmpty)
    #expect(ReliabilityBins(labels: [true], probabilities: [0.4]).bins.map(\.count) == [1])
  }

  @Test("Calibration errors are those computed by hand")
  func errors() throws {
    let found = try #require(
      CalibrationError.of(labels: labels, probabilities: probabilities, bins: 2).value)
    #expect(abs(found.expected - 0.5) < 1e-15)
    #expect(abs(found.maximum - 0.65) < 1e-15)
    // Squares less what chance adds: .1225 − .25 and .4225 − 0.
    #expect(abs((found.debiased.value ?? 0) - 0.1475.squareRoot()) < 1e-15)
    // Shares rise up to four bins of one case: .1, .8, .7, .6.
    #expect(found.sweepBins == 4)
    #expect(abs(found.sweep - 0.55) < 1e-15)
    let single = try #require(
      CalibrationError.of(labels: labels, probabilities: probabilities, bins: 4).value)
    #expect(single.debiased == .undefined(.tooFewInBin))
    #expect(CalibrationError.of(labels: [], probabilities: []) == .undefined(.noCases))
  }

  @Test("The classwise error is that of each class against the rest")
  func classwise() throws {
    let found = try #require(
      CalibrationError.classwise(
        labels: [1, 0, 2], probabilities: [0.2, 0.5, 0.3, 0.6, 0.3, 0.1, 0.1, 0.1, 0.8],
        classCount: 3, bins: 1
      ).value)
    let third = 1.0 / 3
    let gaps: [Double] = [third - 0.3, third - 0.3, 0.4 - third]
    for (value, expected) in zip(found, gaps) {
      #expect(abs(value - expected) < 1e-15)
    }
  }

  @Test("The parts of the Brier score add up to it")
  func brier() throws {
    let found = try #require(
      BrierDecomposition.of(labels: labels, probabilities: probabilities, bins: 2).value)
    for (value, expected) in [
      (found.score, 0.375), (found.reliability, 0.2725), (found.resolution, 0.0625),
      (found.uncertainty, 0.1875), (found.withinBins, -0.0225), (found.skill.value ?? 0, -1),
    ] { #expect(abs(value - expected) < 1e-15) }
    var stream = RandomStream(seed: 4)
    let many = (0..<300).map { _ in Double(stream.below(40)) / 40 }
    let outcomes = many.map { stream.uniform() < $0 }
    let sum = try #require(BrierDecomposition.of(labels: outcomes, probabilities: many).value)
    #expect(
      abs(sum.reliability - sum.resolution + sum.uncertainty + sum.withinBins - sum.score) < 1e-14)
    let one = try #require(BrierDecomposition.of(labels: [true], probabilities: [0.5]).value)
    #expect(one.skill == .undefined(.noNegatives))
  }

  @Test("Slope and intercept of two logits are the log-odds of their shares")
  func slope() throws {
    // Logit 2: 3 of 4 positive; 0: 1 of 4. Variances 4/3 at either end.
    let logits: [Double] = [2, 2, 2, 2, 0, 0, 0, 0]
    let labels = [true, true, true, false, true, false, false, false]
    let found = try #require(CalibrationSlope.of(labels: labels, logits: logits).value)
    #expect(abs(found.slope - log(3)) < 1e-12)
    #expect(abs(found.intercept + log(3)) < 1e-12)
    let half = normalQuantile975
    #expect(abs(found.slopeInterval.upper - found.slope - half * (2.0 / 3).squareRoot()) < 1e-12)
    #expect(
      abs(found.interceptInterval.upper - found.intercept - half * (4.0 / 3).squareRoot()) < 1e-12)
    // Slope 1: σ(a + 2) + σ(a) = 1 at a = −1.
    #expect(abs(found.inTheLarge + 1) < 1e-12)
  }

  @Test("Where no slope is best the reason is said")
  func slopeless() {
    func reason(_ labels: [Bool], _ logits: [Double]) -> Undefined? {
      CalibrationSlope.of(labels: labels, logits: logits).reason
    }
    #expect(reason([false, true], [0, 1]) == .separated)
    #expect(reason([true, false, true], [0, 1, 0]) == .separated)
    #expect(reason([false, false, true, true], [0, 1, 1, 2]) == .separated)
    #expect(reason([false, true], [1, 1]) == .constantScores)
    #expect(reason([true, true], [1, 2]) == .noNegatives)
    #expect(reason([], []) == .noCases)
  }

  @Test("Temperature, Platt's line and the isotonic line are those computed by hand")
  func calibrators() throws {
    let logits: [Double] = [1, 1, 1, 1, -1, -1, -1, -1]
    let labels = [true, true, true, false, false, false, false, true]
    guard
      case .temperature(let temperature)? = Calibrator.fitTemperature(
        labels: labels, logits: logits
      ).value
    else { throw ZooError(.badValue, "no temperature") }
    #expect(abs(temperature - 1 / log(3)) < 1e-14)
    #expect(abs(Calibrator.temperature(temperature).probability(1) - 0.75) < 1e-14)
    // Separated, two of each: targets 3/4 and 1/4.
    guard
      case .platt(let slope, let intercept)? = Calibrator.fitPlatt(
        labels: [false, false, true, true], logits: [-1, -1, 1, 1]
      ).value
    else { throw ZooError(.badValue, "no line") }
    #expect(abs(slope - log(3)) < 1e-12)
    #expect(abs(intercept) < 1e-12)
    let isotonic = try #require(
      Calibrator.fitIsotonic(labels: [true, false, false, true], logits: [4, 1, 3, 2]).value)
    #expect(
      isotonic == .isotonic(try #require(IsotonicLine(x: [1, 2, 3, 4], y: [0, 0.5, 0.5, 1]))))
    #expect([0, 1.5, 2.5, 9].map(isotonic.probability) == [0, 0.25, 0.5, 1])
  }

  @Test("A temperature of several classes is that of greatest likelihood")
  func severalClasses() throws {
    // The largest logit is right in 4 of 8 rows: exp(a)/(exp(a) + 2) = 1/2 at a = log 2.
    let rows: [Double] = (0..<8).flatMap { _ in [1.0, 0, 0] }
    let fitted = try #require(
      Calibrator.fitTemperature(
        labels: [0, 0, 0, 0, 1, 1, 2, 2], logits: rows, classCount: 3
      ).value)
    let probabilities = try #require(fitted.probabilities([1, 0, 0]))
    for (value, expected) in zip(probabilities, [0.5, 0.25, 0.25]) {
      #expect(abs(value - expected) < 1e-14)
    }
    #expect(Calibrator.platt(slope: 1, intercept: 0).probabilities([0, 1]) == nil)
  }

  @Test("A calibrator that can't be fitted says why")
  func unfitted() {
    let turned = ([true, false, true, false], [-1.0, 1, -2, 2])
    #expect(Calibrator.fitTemperature(labels: turned.0, logits: turned.1).reason == .reversed)
    #expect(Calibrator.fitPlatt(labels: turned.0, logits: turned.1).reason == .reversed)
    #expect(Calibrator.fitTemperature(labels: [true], logits: [2]).reason == .separated)
    #expect(Calibrator.fitTemperature(labels: [true, false], logits: [0, 0]).reason != nil)
    #expect(Calibrator.fitTemperature(labels: [], logits: []).reason == .noCases)
    #expect(Calibrator.fitPlatt(labels: [true], logits: [1]).reason == .noNegatives)
    #expect(Calibrator.fitIsotonic(labels: [false], logits: [1]).reason == .noPositives)
  }

  @Test("Calibrators read back what they write, and refuse what is none")
  func json() throws {
    let line = try #require(IsotonicLine(x: [-1.5, 0.25], y: [0.1, 0.7]))
    for calibrator in [
      Calibrator.temperature(1.25), .platt(slope: 0.1, intercept: -1.0 / 3), .isotonic(line),
    ] {
      let text = calibrator.json.text()
      #expect(try Calibrator(JSONValue.parse(Data(text.utf8))) == calibrator)
    }
    for bad in [
      #"{"kind": "temperature", "temperature": 0}"#, #"{"kind": "beta"}"#,
      #"{"kind": "isotonic", "logits": [1, 1], "probabilities": [0, 1]}"#,
      #"{"kind": "isotonic", "logits": [], "probabilities": []}"#,
      #"{"kind": "platt", "slope": 1, "intercept": 0, "more": 1}"#,
    ] {
      #expect(throws: ZooError.self) {
        try Calibrator(JSONValue.parse(Data(bad.utf8)))
      }
    }
  }

  @Test("Calibrated probabilities keep within their consistency band, overconfident ones leave it")
  func band() throws {
    var stream = RandomStream(seed: 10)
    let probabilities = (0..<1000).map { _ in 0.05 + 0.9 * stream.uniform() }
    let outcomes = probabilities.map { stream.uniform() < $0 }
    func inside(_ values: [Double]) throws -> [Bool] {
      let bins = ReliabilityBins(labels: outcomes, probabilities: values, count: 10)
      let band = bins.consistencyBand(
        probabilities: values, resamples: 200, level: 0.99, stream: RandomStream(seed: 2))
      #expect(band.count == bins.bins.count)
      return try zip(bins.bins, band).map { try #require($1).contains($0.observed) }
    }
    #expect(try inside(probabilities).count { $0 } >= 9)
    let extreme = probabilities.map { sigmoid(3 * log($0 / (1 - $0))) }
    #expect(try inside(extreme).count { !$0 } >= 5)
  }

  @Test("Net benefit weighs false alarms by the odds of the threshold")
  func decisions() throws {
    let curve = try #require(
      DecisionCurve.of(
        labels: [true, false, false, true], probabilities: [0.9, 0.6, 0.2, 0.4],
        thresholds: [0, 0.25, 0.4, 0.5, 0.95]
      ).value)
    #expect(curve.prevalence == 0.5)
    let expected: [Double] = [0.5, 0.5 - 0.25 / 3, 0.5 - 0.25 * 2 / 3, 0, 0]
    for (point, value) in zip(curve.points, expected) { #expect(abs(point.model - value) < 1e-15) }
    #expect(abs(curve.points[1].all - (0.5 - 0.5 / 3)) < 1e-15)
    #expect(DecisionCurve.of(labels: [], probabilities: []) == .undefined(.noCases))
  }
}
