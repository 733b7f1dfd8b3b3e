import Basics
import Evaluation
import Testing

@testable import ExternalEvaluation

@Suite("Figures of one question")
struct QuestionFiguresTests {
  /// Cases of which every other is positive; `skill` moves the logits of these.
  static func answers(
    _ count: Int, skill: Double, seed: UInt64 = 5, imagesPerPatient: Int = 1, shift: Double = 0
  ) -> QuestionAnswers {
    var stream = RandomStream(seed: seed)
    let labels = (0..<count).map { $0 % 2 == 0 }
    return QuestionAnswers(
      label: "AP", ids: (0..<count).map { "c\($0)" }, labels: labels,
      logits: labels.map { ($0 ? skill : 0) - skill / 2 + shift + stream.normal() },
      clusters: (0..<count).map { $0 / (2 * imagesPerPatient) })
  }

  private var settings: EvaluationSettings {
    var settings = EvaluationSettings()
    settings.resamples = 200
    settings.dataName = "there"
    return settings
  }

  private func figures(
    _ answers: QuestionAnswers, threshold: Double = 0.5, validation: QuestionAnswers? = nil,
    test: QuestionAnswers? = nil, groups: [(attribute: String, names: [String?])] = []
  ) -> QuestionFigures {
    QuestionFigures(
      answers, unknown: 0, threshold: .init(threshold, .model, cases: 0),
      validation: Determined(validation, else: .noInternalAnswers),
      test: test, groups: groups, settings: settings)
  }

  @Test("Figures of eight cases are those by hand")
  func byHand() throws {
    // Called positive at 0.5: a, b, e. Of positive a, b, c, d two; of negative e, f, g, h one.
    let answers = QuestionAnswers(
      label: "AP", ids: ["a", "b", "c", "d", "e", "f", "g", "h"],
      labels: [true, true, true, true, false, false, false, false],
      logits: [3, 2, -1, -2, 1, -3, -4, -5], clusters: Array(0..<8))
    let found = figures(answers)
    #expect(found.count == 8 && found.positives == 4 && found.prevalence == .value(0.5))
    // Of 16 pairs c and d lose against e.
    #expect(found.estimates[.auroc]?.value == .value(14.0 / 16))
    // Precision at each positive: 1, 1, 3/4, 4/5.
    let precision = try #require(found.estimates[.averagePrecision]?.value.value)
    #expect(abs(precision - (1 + 1 + 0.75 + 0.8) / 4) < 1e-12)
    let point = found.fixed.estimates
    #expect(point[.sensitivity]?.value == .value(0.5))
    #expect(point[.specificity]?.value == .value(0.75))
    #expect(point[.positivePredictiveValue]?.value == .value(2.0 / 3))
    #expect(point[.negativePredictiveValue]?.value == .value(3.0 / 5))
    #expect(point[.accuracy]?.value == .value(5.0 / 8))
    #expect(point[.balancedAccuracy]?.value == .value(0.625))
    #expect(point[.f1]?.value == .value(4.0 / 7))
    // Youden's anew: between d and f, sensitivity 1 and specificity 3/4.
    let anew = try #require(found.anew.value)
    #expect(anew.threshold.source == .externalData && anew.threshold.value < sigmoid(-2))
    #expect(anew.estimates[.sensitivity]?.value == .value(1))
    #expect(anew.estimates[.specificity]?.value == .value(0.75))
    // Every resample has all positives right: the exact interval stands in, (1 / 40)^(1 / 4) to 1.
    let interval = try #require(anew.estimates[.sensitivity]?.interval.value)
    #expect(anew.estimates[.sensitivity]?.method == .exact)
    #expect(abs(interval.lower - 0.3976) < 1e-4 && interval.upper == 1)
  }

  @Test("Turned labels raise the alarm, right ones and chance do not")
  func turned() {
    let right = Self.answers(200, skill: 2)
    let turned = QuestionAnswers(
      label: "AP", ids: right.ids, labels: right.labels.map { !$0 }, logits: right.logits,
      clusters: right.clusters)
    #expect(figures(turned).isReversed)
    #expect(!figures(right).isReversed)
    #expect(!figures(Self.answers(200, skill: 0)).isReversed)
  }

  @Test("A drop has the internal less the external value, and an interval that holds it")
  func drop() throws {
    let (inside, outside) = (
      Self.answers(300, skill: 3, seed: 1), Self.answers(300, skill: 0.8, seed: 2)
    )
    let found = figures(outside, test: inside)
    let drop = try #require(found.drops[.auroc]?.value)
    let own = try #require(found.inside.value?.estimates[.auroc]?.value.value)
    let there = try #require(found.estimates[.auroc]?.value.value)
    #expect(own == auroc(labels: inside.labels, scores: inside.logits))
    #expect(abs(drop.estimate - (own - there)) < 1e-12 && drop.estimate > 0.1)
    #expect(drop.interval.lower > 0 && drop.interval.upper < 0.5)
    let none = figures(outside)
    #expect(none.drops[.auroc]?.reason == .noInternalAnswers)
    #expect(none.inside.reason == .noInternalAnswers && none.conformal.reason == .noInternalAnswers)
    #expect(
      none.calibration.map { $0.measures.reason } == [nil] + [
        .noInternalAnswers, .noInternalAnswers, .noInternalAnswers,
      ])
  }

  @Test("Intervals of patients with several images are wider than those of as many patients")
  func patients() throws {
    // The same case five times over.
    let once = Self.answers(60, skill: 1)
    let places = (0..<300).map { $0 / 5 }
    func copies(_ clusters: [Int]) -> QuestionAnswers {
      QuestionAnswers(
        label: "AP", ids: (0..<300).map { "c\($0)" }, labels: places.map { once.labels[$0] },
        logits: places.map { once.logits[$0] }, clusters: clusters)
    }
    func width(_ answers: QuestionAnswers) throws -> Double {
      let interval = try #require(figures(answers).estimates[.auroc]?.interval.value)
      return interval.upper - interval.lower
    }
    let (together, apart) = (try width(copies(places)), try width(copies(Array(0..<300))))
    #expect(together > 1.8 * apart)
  }

  @Test(
    "Probabilities that are too high outside are mended by a calibrator only as far as validation tells"
  )
  func calibration() throws {
    // Logits thrice too large: the slope is one third, and the temperature three.
    let scaled = { (seed: UInt64) in
      let plain = Self.answers(1000, skill: 2, seed: seed)
      // Of two normal classes at distance 2 the true log-odds are twice the score.
      return QuestionAnswers(
        label: "AP", ids: plain.ids, labels: plain.labels, logits: plain.logits.map { 6 * $0 },
        clusters: Array(0..<1000))
    }
    let found = figures(scaled(1), validation: scaled(2))
    let measures = found.calibration.compactMap(\.measures.value)
    #expect(found.calibration.map(\.kind) == [.none, .temperature, .platt, .isotonic])
    let before = try #require(measures[0].slope.value)
    #expect(abs(before.slope - 1.0 / 3) < 0.04)
    let after = try #require(measures[1].slope.value)
    #expect(abs(after.slope - 1) < 0.15)
    guard case .temperature(let temperature)? = measures[1].calibrator else {
      Issue.record("no temperature")
      return
    }
    #expect(abs(temperature - 3) < 0.3)
    let errors = try measures.map { try #require($0.error.value).expected }
    #expect(errors[0] > 0.08 && errors[1...].allSatisfy { $0 < 0.04 })
    // An isotonic line ends at 0 and 1.
    #expect(measures[3].slope.reason == .certainProbabilities)
  }

  @Test(
    "Where a head learnt from the validation cases no calibrator and no conformal set is made of them"
  )
  func learnt() {
    let found = QuestionFigures(
      Self.answers(100, skill: 2, seed: 1), unknown: 0,
      threshold: .init(0.5, .learntValidation, cases: 50),
      validation: .undefined(.learntFromValidation), test: nil,
      stored: .temperature(2), groups: [], settings: EvaluationSettings())
    #expect(found.conformal.reason == .learntFromValidation)
    #expect(
      found.calibration.map(\.measures.reason).dropFirst().allSatisfy {
        $0 == .learntFromValidation
      })
    #expect(found.calibration[0].measures.value != nil)
    let text = found.json.text()
    #expect(text.contains("\"source\": \"learnt-internal-validation\""))
    #expect(text.contains("the model's head learnt from the validation cases themselves"))
  }

  @Test("Of an ensemble the answers are withheld on which its members differ most")
  func members() throws {
    // The two wrong decisions are those on which members differ.
    let answers = QuestionAnswers(
      label: "ill", ids: ["a", "b", "c", "d"], labels: [true, false, true, false],
      logits: [2, -2, -1, 3], clusters: [0, 1, 2, 3], spreads: [0.1, 0.2, 3, 2])
    let settings = EvaluationSettings()
    let found = QuestionFigures(
      answers, unknown: 0, threshold: .init(0.5, .model, cases: 0),
      validation: .undefined(.noInternalAnswers), test: nil, groups: [], settings: settings)
    let byMembers = try #require(found.selectiveByMembers?.value)
    #expect(byMembers.risk(atCoverage: 0.5) == 0 && byMembers.risk(atCoverage: 1) == 0.5)
    // The surest answer by its distance is wrong.
    #expect(found.selective.value?.risk(atCoverage: 0.25) == 1)
    #expect(figures(Self.answers(20, skill: 1, seed: 1)).selectiveByMembers == nil)
  }

  @Test("Conformal sets hold what they promise inside, and the coverage outside is told as it is")
  func conformal() throws {
    let found = figures(
      Self.answers(600, skill: 2, seed: 3, shift: 2),
      validation: Self.answers(1000, skill: 2, seed: 1),
      test: Self.answers(1000, skill: 2, seed: 2))
    let sets = try #require(found.conformal.value)
    #expect(sets.map(\.sets.isClassConditional) == [false, true])
    for own in sets {
      let (inside, outside) = (try #require(own.inside.value), try #require(own.outside.value))
      #expect(abs((inside.marginal.value.value ?? 0) - 0.9) < 0.03)
      #expect((outside.marginal.value.value ?? 1) < 0.8)
    }
  }

  @Test("A group that fails is named as the worst, small ones make no gap")
  func groups() throws {
    let good = Self.answers(160, skill: 3, seed: 1)
    let bad = Self.answers(160, skill: 0, seed: 2)
    let few = Self.answers(20, skill: 3, seed: 3)
    let all = [good, bad, few]
    let answers = QuestionAnswers(
      label: "AP", ids: (0..<340).map(String.init), labels: all.flatMap(\.labels),
      logits: all.flatMap(\.logits), clusters: Array(0..<340))
    let names = [("A", 160), ("B", 160), ("C", 20)].flatMap {
      [String?](repeating: $0.0, count: $0.1)
    }
    let found = figures(answers, groups: [("site", names)])
    let analysis = try #require(found.groups.first).analysis
    let gap = try #require(analysis.gaps[.auroc]?.value)
    #expect(gap.worst == "B" && gap.best == "A")
    #expect(try #require(gap.interval).lower > 0)
    #expect(analysis.groups.map(\.isTooFew) == [false, false, true])
  }

  @Test("A class that is absent leaves reasons, not numbers")
  func oneClass() {
    let answers = QuestionAnswers(
      label: "AP", ids: ["a", "b"], labels: [false, false], logits: [1, -1], clusters: [0, 1])
    let found = figures(answers)
    #expect(found.estimates[.auroc]?.value == .undefined(.noPositives))
    #expect(found.fixed.estimates[.sensitivity]?.value == .undefined(.noPositives))
    #expect(found.anew.reason == .noPositives && !found.isReversed)
    #expect(found.calibration[0].measures.value?.slope.reason == .noPositives)
    let empty = figures(
      QuestionAnswers(label: "AP", ids: [], labels: [], logits: [], clusters: []))
    #expect(empty.estimates[.brier]?.value == .undefined(.noCases))
    #expect(empty.calibration[0].measures.reason == .noCases)
    #expect(!empty.json.text().contains("nan"))
  }

  @Test("A histogram counts every case once, a probability of 1 in the last bin")
  func histogram() {
    let answers = QuestionAnswers(
      label: "AP", ids: ["a", "b", "c"], labels: [true, false, true], logits: [800, 0.01, -800],
      clusters: [0, 1, 2])
    let found = ProbabilityHistogram(answers)
    #expect(found.positives == [1] + [Int](repeating: 0, count: 18) + [1])
    #expect(found.negatives.firstIndex(of: 1) == 10 && found.negatives.reduce(0, +) == 1)
  }
}
