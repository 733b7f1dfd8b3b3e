import Basics
import Evaluation
import Testing

@testable import ExternalEvaluation

@Suite("Models beside each other")
struct ModelPairTests {
  private var settings: EvaluationSettings {
    var settings = EvaluationSettings()
    settings.resamples = 400
    return settings
  }

  private func answers(_ ids: [String], _ labels: [Bool], _ logits: [Double]) -> QuestionAnswers {
    QuestionAnswers(
      label: "x", ids: ids, labels: labels, logits: logits, clusters: Array(ids.indices))
  }

  @Test("DeLong's test is that of the published example, whatever the order of cases")
  func deLong() throws {
    let labels = [Bool](repeating: false, count: 5) + [Bool](repeating: true, count: 5)
    let a = [0.1, 0.4, 0.35, 0.8, 0.2, 0.7, 0.9, 0.6, 0.3, 0.85]
    let b = [0.2, 0.5, 0.3, 0.6, 0.55, 0.65, 0.8, 0.4, 0.45, 0.7]
    let ids = (0..<10).map(String.init)
    let second = answers(ids.reversed(), labels.reversed(), b.reversed())
    let pair = ModelPair(
      ("a", answers(ids, labels, a), 0.6), ("b", second, 0.6), data: "d", settings)
    let test = try #require(pair.deLong.value)
    #expect(abs(test.difference - 0.04) < 1e-12)
    let (z, p) = (try #require(test.z), try #require(test.p))
    #expect(abs(z - 0.2626) < 1e-4 && abs(p - 0.7928) < 1e-4)
    #expect(pair.count == 10)
    let difference = try #require(pair.differences.first)
    #expect(difference.metric == .auroc && difference.bootstrap.value?.estimate == test.difference)
  }

  @Test("Only cases that both answered are compared, and McNemar counts decisions")
  func common() {
    let labels = [true, true, false, false]
    let first = answers(["a", "b", "c", "d"], labels, [1, 1, -1, 1])
    let second = answers(["e", "c", "b", "a"], [true, false, true, true], [1, -1, -1, 1])
    let pair = ModelPair(("1", first, 0.5), ("2", second, 0.5), data: "d", settings)
    #expect(pair.count == 3)
    #expect(pair.mcNemar.onlyFirst == 1 && pair.mcNemar.onlySecond == 0)
    #expect(pair.deLong.reason == .tooFew)
  }

  @Test("p values are adjusted after Holm over all pairs")
  func holm() throws {
    let good = QuestionFiguresTests.answers(200, skill: 3, seed: 1)
    func other(_ skill: Double, _ seed: UInt64) -> QuestionAnswers {
      QuestionFiguresTests.answers(200, skill: skill, seed: seed)
    }
    let all = [("a", good), ("b", other(0.5, 2)), ("c", other(0.4, 3))]
    var pairs: [ModelPair] = []
    for i in 0..<3 {
      for j in (i + 1)..<3 {
        pairs.append(
          ModelPair(
            (all[i].0, all[i].1, 0.5), (all[j].0, all[j].1, 0.5), data: "d", settings))
      }
    }
    let adjusted = ModelPair.adjusted(pairs)
    let raw = pairs.map { $0.deLong.value?.p }
    #expect(adjusted.map(\.deLongAdjustedP) == holmAdjusted(raw))
    #expect(try #require(adjusted[0].deLongAdjustedP) < 1e-6)
    let bootstrap = try #require(adjusted[0].differences[0].adjustedP)
    #expect(abs(bootstrap - 3 * 2.0 / 401) < 1e-9)
  }
}
