import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Studies
import TestSupport
import Testing
import Training

@testable import ExternalEvaluation

@Suite("Answers of all splits, inside and outside")
struct PooledAnswersTests {
  private typealias Row = (id: String, label: String, target: String, logit: Double)

  /// A finished comparison of one combination whose splits answered so, each at home and elsewhere.
  private func pooled(
    _ folder: String, _ task: TaskKind, _ labels: [String], inside: [[Row]], outside: [[Row]]
  ) throws -> PooledAnswers {
    let splits = inside.indices.map { "s\($0 + 1)" }
    for (split, (own, foreign)) in zip(splits, zip(inside, outside)) {
      let cell = "\(folder)/run/cells/\(split)/net"
      try AtomicFile.makeFolder(cell)
      var logits = CSVWriter(columns: ["subset", "id", "label", "target", "logit"])
      for row in own { logits.append(["test", row.id, row.label, row.target, "\(row.logit)"]) }
      try logits.write(to: "\(cell)/logits.csv")
      try AtomicFile.makeFolder("\(folder)/run/external/north/\(split)")
      var table = CSVWriter(
        columns: ["data", "model", "id", "label", "target", "logit", "probability", "decision"])
      for row in foreign {
        table.append(["north", "net", row.id, row.label, row.target, "\(row.logit)", "0.5", "0"])
      }
      try table.write(to: "\(folder)/run/external/north/\(split)/predictions.csv")
    }
    let run = FinishedComparison(
      folder: "\(folder)/run", splits: splits, combinations: ["net"], task: task, labels: labels,
      rule: .youden, seed: 1, skipsBad: false,
      session: Session(
        registry: try ShippedModel.registry(), kernels: ReferenceKernels(),
        progress: ProgressReporter(mode: .quiet, write: { _ in })))
    var ids: [String] = []
    for row in outside[0] where !ids.contains(row.id) { ids.append(row.id) }
    let set = CaseSet(
      name: "north", cases: ids.map { Case(id: $0, label: labels[0], source: Place()) })
    let data = try ExternalData(
      name: "north", path: "north.csv", set: set, groups: [], options: TableOptions(),
      isSynthetic: false, notes: [])
    let predictions = try splits.map {
      try SplitPredictions(folder: "\(folder)/run/external/north/\($0)", task, labels, of: data)
    }
    let pooled = try PooledAnswers("net", predictions, of: data, run, patients: [:])
    return try #require(pooled)
  }

  private func settings() -> EvaluationSettings {
    var settings = EvaluationSettings()
    settings.resamples = 200
    return settings
  }

  /// Answers to positive and negative cases, three of each; `isRight` says whether positives score higher.
  private func rows(_ label: String, _ prefix: String, isRight: Bool?) -> [Row] {
    (0..<6).map { index in
      let target = isRight == nil ? false : index % 2 == 0
      return (
        "\(prefix)\(index)", label, target ? "1" : "0",
        target == (isRight ?? true) ? 1 + Double(index) / 10 : -1 - Double(index) / 10
      )
    }
  }

  @Test("Of several labels the same answers count on both sides of a drop")
  func multiLabel() throws {
    try withTemporaryFolder { folder in
      // The first split's test subset has no positive case of b.
      let pooled = try pooled(
        folder, .multiLabel, ["a", "b"],
        inside: [
          rows("a", "t", isRight: true) + rows("b", "t", isRight: nil),
          rows("a", "u", isRight: false) + rows("b", "u", isRight: true),
        ],
        outside: [
          rows("a", "x", isRight: true) + rows("b", "x", isRight: false),
          rows("a", "x", isRight: true) + rows("b", "x", isRight: true),
        ])
      let figure = try #require(pooled.figures(settings()).first { $0.key == "auroc" })
      // Inside: a of both splits 1 and 0, b of the second 1; outside the same three are all right.
      #expect(abs((figure.inside.value ?? .nan) - 2.0 / 3) < 1e-12)
      #expect(figure.outside.value?.estimate == 1)
      #expect(figure.averaged == 3 && figure.leftOut == 1)
      let drop: Double = figure.drop.value?.estimate ?? .nan
      #expect(abs(drop + 1.0 / 3) < 1e-12)
    }
  }

  @Test("An answer that is not known counts nowhere")
  func unknown() throws {
    try withTemporaryFolder { folder in
      var foreign = rows("a", "x", isRight: true) + rows("b", "x", isRight: true)
      // The case would spoil the order of b.
      foreign[6] = ("x0", "b", "", -9)
      let inside = rows("a", "t", isRight: true) + rows("b", "t", isRight: true)
      let pooled = try pooled(
        folder, .multiLabel, ["a", "b"], inside: [inside], outside: [foreign])
      let figure = try #require(pooled.figures(settings()).first { $0.key == "auroc" })
      #expect(figure.outside.value?.estimate == 1 && figure.drop.value?.estimate == 0)
    }
  }

  @Test("Of several classes each is asked against the rest, by its log-odds")
  func multiClass() throws {
    try withTemporaryFolder { folder in
      let classes = ["a", "b", "c"]
      // c2 is b, but a scores higher than in c1, which is a; the log-odds of a against the rest do not.
      let cases: [(own: String, logits: [Double])] = [
        ("a", [1, -2, -2]), ("b", [2, 4, 0]), ("c", [0, 1, 3]), ("a", [3, 0, 2.5]),
        ("b", [0, 0.5, 1]), ("c", [-1, -2, 0]),
      ]
      func rows(_ prefix: String, shift: Int) -> [Row] {
        cases.enumerated().flatMap { index, item in
          classes.indices.map { place in
            (
              "\(prefix)\(index)", classes[place], item.own == classes[place] ? "1" : "0",
              item.logits[(place + shift) % 3]
            )
          }
        }
      }
      func expected(_ metric: ([Bool], [Double]) -> Double?, shift: Int) -> Double {
        let values = classes.indices.compactMap { place -> Double? in
          let scores = cases.map { item -> Double in
            let moved = classes.indices.map { item.logits[($0 + shift) % 3] }
            let others = classes.indices.filter { $0 != place }
            return moved[place] - log(others.reduce(0) { $0 + exp(moved[$1]) })
          }
          return metric(cases.map { $0.own == classes[place] }, scores)
        }
        return values.reduce(0, +) / Double(values.count)
      }
      let pooled = try pooled(
        folder, .multiClass, classes, inside: [rows("t", shift: 0), rows("u", shift: 0)],
        outside: [rows("x", shift: 0), rows("x", shift: 1)])
      let figures = pooled.figures(settings())
      #expect(figures.map(\.key) == ["auroc", "average-precision"])
      for (figure, metric) in zip(
        figures,
        [
          { auroc(labels: $0, scores: $1) }, { averagePrecision(labels: $0, scores: $1).value },
        ] as [([Bool], [Double]) -> Double?])
      {
        let inside = expected(metric, shift: 0)
        let outside = (inside + expected(metric, shift: 1)) / 2
        #expect(abs((figure.inside.value ?? .nan) - inside) < 1e-12)
        #expect(abs((figure.outside.value?.estimate ?? .nan) - outside) < 1e-12)
        #expect(abs((figure.drop.value?.estimate ?? .nan) - (inside - outside)) < 1e-12)
      }
      #expect(pooled.ensembles.map(\.label) == classes)
    }
  }

  @Test(
    "Of a hundred thousand cases the table is read once for all models",
    .enabled(if: ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil, "long"))
  func many() throws {
    try withTemporaryFolder { folder in
      let cases = (0..<100_000).map { Case(id: "c\($0)", label: "a", source: Place()) }
      var table = CSVWriter(columns: ["model", "id", "label", "target", "logit"])
      for model in ["m1", "m2", "m3", "m4"] {
        for (index, item) in cases.enumerated() {
          table.append([model, item.id, "b", index % 3 == 0 ? "1" : "0", "\(index % 7)"])
        }
      }
      try table.write(to: "\(folder)/predictions.csv")
      let data = try ExternalData(
        name: "north", path: "north.csv", set: CaseSet(name: "north", cases: cases), groups: [],
        options: TableOptions(), isSynthetic: false, notes: [])
      let start = ContinuousClock.now
      let read = try SplitPredictions(folder: folder, .binary, ["a", "b"], of: data)
      try FileManager.default.removeItem(atPath: "\(folder)/predictions.csv")
      for model in ["m1", "m2", "m3", "m4"] {
        let own = try #require(read.answers(of: model)?.first)
        #expect(own.count == 100_000 && own.positives == 33_334)
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      #expect(seconds < 60, "\(seconds) s")
      print("400,000 rows read in \(seconds) s")
    }
  }
}
