import Basics
import Evaluation
import Foundation
import Pages

@testable import Studies

/// Studies of several labels and of several classes: random answers of models of different worth, scored as
/// a study scores them.
extension ReportSample {
  static let findings = [
    "No finding", "Cardiomegaly", "Effusion", "Pleural_Thickening", "Infiltration / consolidation",
    "Hernia",
  ]
  static let views = ["frontal, female", "frontal, male", "lateral, female", "lateral, male"]

  /// Labels of which the sixth is so rare that some splits hold none of it; each combination is better than
  /// the one before.
  static func multiLabel(
    labels: [String] = findings, names: [String] = ["image", "text", "multimodal"],
    splitCount: Int = 5
  ) -> ReportData {
    let shares = labels.indices.map { label in
      label == 0 ? 0.5 : label == 5 ? 0.012 : 0.06 + 0.3 / Double(label)
    }
    let scene = Scene(task: .multiLabel, labels: labels, splitCount: splitCount) { stream in
      var answers = shares.map { Float(stream.uniform() < $0 ? 1 : 0) }
      if labels.count > 2, stream.uniform() < 0.1 { answers[2] = .nan }
      return answers
    }
    return scene.report(names)
  }

  /// One of four classes, the last one rare.
  static func multiClass(
    labels: [String] = views, names: [String] = ["image", "text", "multimodal"],
    splitCount: Int = 5
  ) -> ReportData {
    let scene = Scene(task: .multiClass, labels: labels, splitCount: splitCount) { stream in
      let place = Int(Double(labels.count) * stream.uniform() * (0.55 + 0.45 * stream.uniform()))
      return labels.indices.map { $0 == place ? 1 : 0 }
    }
    return scene.report(names)
  }

  private struct Scene {
    typealias Cases = [ResultSubset: [Float]]

    let task: TaskKind
    let labels: [String]
    let splits: [String]
    let cases: [Cases]

    init(
      task: TaskKind, labels: [String], splitCount: Int, answers: (inout RandomStream) -> [Float]
    ) {
      self.task = task
      self.labels = labels
      splits = (1...splitCount).map { "r1f\($0)" }
      cases = (0..<splitCount).map { split in
        var stream = RandomStream(seed: 31).derived(split)
        var own: Cases = [:]
        for (subset, count) in [(ResultSubset.training, 260), (.validation, 60), (.test, 80)] {
          own[subset] = (0..<count).flatMap { _ in answers(&stream) }
        }
        return own
      }
    }

    func report(_ names: [String]) -> ReportData {
      var rows: [ResultRow] = []
      var confusions: [String: (labels: [Int], answers: [Int])] = [:]
      for (index, name) in names.enumerated() {
        let worth = 0.3 + 0.6 * Double(index + 1) / Double(names.count)
        for (number, split) in splits.enumerated() {
          var stream = RandomStream(seed: 32).derived(index).derived(number)
          let validation = logits(number, .validation, worth, &stream)
          let test = logits(number, .test, worth, &stream)
          rows += scored(name, split, number, .logits(validation), .logits(test))
          if task == .multiClass {
            let answered = rowsOf(test).map(place)
            let truth = rowsOf(cases[number][.test] ?? []).map(place)
            confusions[name, default: ([], [])].labels += truth
            confusions[name, default: ([], [])].answers += answered
          }
        }
      }
      for (name, worth) in [("majority class", 0.0), ("TF-IDF + logistic regression", 0.55)] {
        for (number, split) in splits.enumerated() {
          var stream = RandomStream(seed: 33).derived(name).derived(number)
          let pair = [ResultSubset.validation, .test].map { subset -> Answers in
            .logits(
              worth == 0
                ? constant(number, subset) : logits(number, subset, worth, &stream))
          }
          rows += scored(name, split, number, pair[0], pair[1])
        }
      }
      return data(names, rows, confusions)
    }

    private func scored(
      _ name: String, _ split: String, _ number: Int, _ validation: Answers, _ test: Answers
    ) -> [ResultRow] {
      let targets = cases[number]
      let pairs = [(ResultSubset.validation, validation), (.test, test)]
      do {
        return try pairs.flatMap { subset, answers in
          try TaskEvaluation(
            task, labels: labels, targets: targets[subset] ?? [], answers: answers
          ).rows(combination: name, split: split, subset: subset)
        }
          + FittedThresholdSubset.rows(
            .youden, task, labels: labels, validation: (targets[.validation] ?? [], validation),
            test: (targets[.test] ?? [], test), combination: name, split: split)
      } catch {
        return []
      }
    }

    /// Answers that know the truth the better, the more they are worth.
    private func logits(
      _ number: Int, _ subset: ResultSubset, _ worth: Double, _ stream: inout RandomStream
    ) -> [Float] {
      (cases[number][subset] ?? []).map { target in
        let known = target.isNaN ? 0 : Double(target)
        return Float(worth * (2 * known - 1) + 1.2 * stream.normal())
      }
    }

    private func constant(_ number: Int, _ subset: ResultSubset) -> [Float] {
      (cases[number][subset] ?? []).indices.map { $0 % labels.count == 0 ? 0.1 : -2 }
    }

    private func rowsOf(_ values: [Float]) -> [[Float]] {
      stride(from: 0, to: values.count, by: labels.count).map {
        Array(values[$0..<$0 + labels.count])
      }
    }

    private func place(_ row: [Float]) -> Int { largestIndex(row.map(Double.init)[...]) }

    private func data(
      _ names: [String], _ rows: [ResultRow],
      _ confusions: [String: (labels: [Int], answers: [Int])]
    ) -> ReportData {
      var data = ReportSample.data(splitCount: splits.count)
      let metric: ScoreMetric = task == .multiLabel ? .macroAUROC : .accuracy
      data.title = task == .multiLabel ? "Which findings?" : "Which view, whose?"
      data.task = task
      data.labels = labels
      data.splits = splits
      data.combinations = names.map {
        ReportCombination(name: $0, parameterCount: 1_234_567, seconds: 60)
      }
      data.results = rows
      data.baselines[0].constantAnswer = task == .multiLabel ? "" : labels[0]
      data.comparisons = PairComparisons(
        names: names, references: data.baselines.map(\.name), rows: rows, metric: metric,
        testToTrainingRatio: 0.25)
      data.epochs = epochs(names)
      data.counts = [PageFact("cases", "400"), PageFact("left out", "2")]
      data.validationCounts = splits.map { _ in 60 }
      data.metricReason = StudyTables.metricReason(
        metric, task, labels: labels, counts: counts.all.map(\.positives), caseCount: 400,
        isNamed: false)
      data.labelCounts = counts
      data.confusions = confusions.mapValues {
        MulticlassCounts(labels: $0.labels, answers: $0.answers, classCount: labels.count)
      }
      return data
    }

    private var counts: ReportLabelCounts {
      let subsets = [ResultSubset.training, .validation, .test].map { subset in
        (subset, cases.map { count($0[subset] ?? []) })
      }
      return ReportLabelCounts(
        all: count(cases.flatMap { $0[.test] ?? [] }),
        subsets: Dictionary(uniqueKeysWithValues: subsets))
    }

    private func count(_ values: [Float]) -> [ReportLabelCounts.Count] {
      labels.indices.map { label in
        let own = rowsOf(values).map { $0[label] }
        return ReportLabelCounts.Count(
          positives: own.count { $0 == 1 }, negatives: own.count { $0 == 0 },
          unknown: own.count(where: \.isNaN))
      }
    }

    private func epochs(_ names: [String]) -> [EpochRow] {
      names.enumerated().flatMap { index, name in
        splits.enumerated().flatMap { number, split in
          (1...6).flatMap { epoch in
            [ResultSubset.training, .validation].flatMap { subset -> [EpochRow] in
              let rise = 0.85 - 0.3 * exp(-Double(epoch) / 2) + 0.01 * Double(number + index)
              return [
                (task.epochMetric, subset == .training ? min(rise + 0.03, 1) : rise),
                (.logLoss, 1.2 - rise),
              ].map { metric, value in
                EpochRow(
                  combination: name, split: split, epoch: epoch, subset: subset,
                  metric: .score(metric), value: value)
              }
            }
          }
        }
      }
    }
  }
}
