import Basics
import Foundation
import Testing
import Tuning

@Suite("How the next settings are chosen")
struct SamplerTests {
  /// Points of `scipy.stats.qmc.Sobol(21, scramble=False)`, scipy 1.17.
  @Test("Sobol points are scipy's")
  func sobol() {
    let points = SobolSequence(dimensions: 21, nil)
    #expect(points.point(0) == [Double](repeating: 0, count: 21))
    #expect(points.point(1) == [Double](repeating: 0.5, count: 21))
    #expect(
      points.point(5) == [
        0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375, 0.375, 0.125, 0.375, 0.875, 0.875,
        0.125, 0.875, 0.375, 0.875, 0.375, 0.375, 0.625, 0.625,
      ])
    #expect(
      points.point(37) == [
        0.921875, 0.640625, 0.578125, 0.921875, 0.765625, 0.296875, 0.171875, 0.796875, 0.609375,
        0.171875, 0.015625, 0.078125, 0.578125, 0.859375, 0.109375, 0.484375, 0.796875, 0.421875,
        0.046875, 0.140625, 0.953125,
      ])
  }

  @Test(
    "Shifted Sobol points fill every sixteenth of each coordinate evenly, and others beyond the table are random"
  )
  func shifted() {
    let sequence = SobolSequence(dimensions: 23, RandomStream(seed: 4))
    let points = (0..<64).map(sequence.point)
    for dimension in 0..<21 {
      var counts = [Int](repeating: 0, count: 16)
      for point in points { counts[Int(point[dimension] * 16)] += 1 }
      #expect(counts == [Int](repeating: 4, count: 16), "\(dimension)")
    }
    #expect(Set(points.map { $0[22] }).count == 64)
    #expect(
      SobolSequence(dimensions: 2, RandomStream(seed: 5)).point(0) != points[0].prefix(2).map { $0 }
    )
  }

  /// Branin's function over x 0…15, y 0…10 after a shift of x; its least value is 0.397887.
  static func branin(_ settings: [String: JSONValue]) throws -> Double {
    let x = try (settings["x"] ?? 0).number() - 5
    let y = try (settings["y"] ?? 0).number()
    let inner = y - 5.1 / (4 * .pi * .pi) * x * x + 5 / .pi * x - 6
    return inner * inner + 10 * (1 - 1 / (8 * .pi)) * cos(x) + 10
  }

  static let plane: [SearchParameter] = [
    SearchParameter("x", .number(low: 0, high: 15, isLogarithmic: false)),
    SearchParameter("y", .number(low: 0, high: 15, isLogarithmic: false)),
  ]

  /// The least value of a search without files.
  private func least(_ sampler: TrialSampler, seed: UInt64, count: Int) throws -> Double {
    let space = try SearchSpace(Self.plane)
    let own: [String: JSONValue] = ["x": 7.5, "y": 7.5]
    var trials: [Trial] = []
    for number in 1...count {
      let settings =
        number == 1
        ? [:]
        : sampler.settings(
          number: number, earlier: trials, own: own, in: space, higherIsBetter: false,
          RandomStream(seed: seed))
      let value = try Self.branin(number == 1 ? own : settings)
      trials.append(
        Trial(
          number: number, settings: settings, outcome: .finished(value: value, tieBreaker: 0)))
    }
    return trials.compactMap(\.value).min() ?? .infinity
  }

  @Test("On Branin's function 60 trials of TPE come nearer to the least value than random ones")
  func tpeLearns() throws {
    func median(_ sampler: TrialSampler) throws -> Double {
      try (1...21).map { try least(sampler, seed: UInt64($0), count: 60) }.sorted()[10]
    }
    let (tpe, random) = (try median(.tpe), try median(.random))
    #expect(tpe < 0.6, "\(tpe)")
    #expect(tpe - 0.397887 < 0.5 * (random - 0.397887), "\(tpe) against \(random)")
  }

  @Test("TPE learns which choice is good, and passes over trials that did not have the setting")
  func choices() throws {
    let space = try SearchSpace([
      SearchParameter("kind", .choice(["bad", "good", "worse"])),
      SearchParameter(
        "rate", .number(low: 0, high: 1, isLogarithmic: false),
        when: .init(key: "kind", values: ["good"])),
    ])
    var trials: [Trial] = []
    for number in 2...60 {
      let settings = TrialSampler.tpe.settings(
        number: number, earlier: trials, own: [:], in: space, higherIsBetter: true,
        RandomStream(seed: 1))
      #expect((settings["rate"] != nil) == (settings["kind"] == "good"))
      let rate = try settings["rate"]?.number() ?? 0
      let value = settings["kind"] == "good" ? 1 - abs(rate - 0.8) : 0
      trials.append(
        Trial(number: number, settings: settings, outcome: .finished(value: value, tieBreaker: 0)))
    }
    let late = trials.suffix(20)
    #expect(late.count { $0.settings["kind"] == "good" } >= 15)
    #expect((late.compactMap(\.value).max() ?? 0) > 0.95)
  }

  @Test(
    "Of nine trials that reach a rung three go on, and the third rung is nine times as far as the first"
  )
  func halving() {
    let halving = SuccessiveHalving(factor: 3, first: 2)
    #expect((1...20).filter(halving.isRung) == [2, 6, 18])
    let losses = [0.5, 0.6, 0.4, 0.7, 0.45, 0.3, 0.8, 0.35, 0.9]
    var went: [Double] = []
    for (index, loss) in losses.enumerated()
    where !halving.stops(loss, earlier: Array(losses[..<index])) {
      went.append(loss)
    }
    // 0.5 is the first; 0.4 and 0.3 the best so far; 0.45 is the second of five, of which one goes on;
    // 0.35 the second of eight, of which two do.
    #expect(went == [0.5, 0.4, 0.3, 0.35])
    #expect(halving.stops(.nan, earlier: []))
  }
}
