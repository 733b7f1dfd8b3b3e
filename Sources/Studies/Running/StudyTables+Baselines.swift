import Datasets
import Evaluation
import Training

extension StudyTables {
  /// The rows of the baselines, what they are, and what was guessed for want of answers.
  func baselineRows() throws -> (
    rows: [ResultRow], baselines: [ReportBaseline], notes: [String],
    tuning: [String: CellTuning]
  ) {
    var rows: [ResultRow] = []
    var tuning: [String: CellTuning] = [:]
    var constant: Set<Int> = []
    let hasTexts = study.readsTexts
    let baselines =
      [majorityClass]
      + (hasTexts
        ? [
          ReportBaseline(
            name: StudyTables.baselineNames[1], summary: "a linear model of the report's words")
        ] : [])
    for split in splits {
      let majority = MajorityClass(cases.task.answers(split.training))
      rows += try baselineRows(of: baselines[0].name, split) {
        majority.probabilities(count: $0.count)
      }
      guard hasTexts else { continue }
      let written = split.training.filter { cases.lacksText?[$0] != true }
      let name = baselines[1].name
      func fitted(_ options: TextBaseline.Options) throws -> [ResultRow] {
        let text = try TextBaseline(
          training: written.map { cases.words[$0] }, answers: cases.task.answers(written),
          options: options)
        constant.formUnion(text.constantOutputs)
        return try baselineRows(of: name, split) { indices in
          text.probabilities(indices.map { cases.words[$0] })
        }
      }
      let own = try fitted(.init())
      if let tuner {
        let (options, found) = try tuner.baseline(split, name: name)
        tuning[split.name] = found
        rows += try fitted(options) + CellTuner.untunedRows(own)
      } else {
        rows += own
      }
    }
    let notes = constant.sorted().map {
      "\(StudyTables.baselineNames[1]): \"\(cases.task.questions[$0])\" has one answer alone, or none, in the"
        + " texts of a training subset; there it is answered with its share"
    }
    return (rows, baselines, notes, tuning)
  }

  /// The baseline that looks at nothing; where the splits disagree on the commoner class, or there is one for
  /// each label, its answer has no name.
  private var majorityClass: ReportBaseline {
    let commoner = Set(
      splits.map { split -> String in
        let shares = MajorityClass(cases.task.answers(split.training)).shares
        switch cases.task.kind {
        case .binary: return shares[0] >= 0.5 ? cases.set.labels[1] : cases.set.labels[0]
        case .multiClass:
          let most = shares.indices.max {
            shares[$0] < shares[$1] || (shares[$0] == shares[$1] && $0 > $1)
          }
          return most.map { cases.task.labels[$0] } ?? ""
        case .multiLabel: return ""
        }
      })
    return ReportBaseline(
      name: StudyTables.baselineNames[0],
      summary: majoritySummary,
      constantAnswer: commoner.count == 1 ? commoner.first : "")
  }

  private var majoritySummary: String {
    switch cases.task.kind {
    case .binary: "always the commoner class of the training subset"
    case .multiClass: "always the commonest class of the training subset"
    case .multiLabel: "always the commoner answer to each label in the training subset"
    }
  }

  private func baselineRows(of baseline: String, _ split: Split, probabilities: ([Int]) -> [Double])
    throws -> [ResultRow]
  {
    func scored(_ subset: Split.Subset) -> FittedThresholdSubset.Scored {
      (
        cases.task.targets.rows(split[subset]), .probabilities(probabilities(split[subset]))
      )
    }
    return try Split.Subset.allCases.flatMap { subset in
      try cases.task.evaluation(split[subset], scored(subset).answers)
        .rows(combination: baseline, split: split.name, subset: ResultSubset(subset))
    }
      + FittedThresholdSubset.rows(
        study.thresholdRule, cases.task.kind, labels: cases.task.labels,
        validation: scored(.validation), test: scored(.test), combination: baseline,
        split: split.name)
  }
}
