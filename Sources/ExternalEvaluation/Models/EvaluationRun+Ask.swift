import Basics
import Datasets
import Evaluation
import Training

extension EvaluationRun {
  /// The answer to one question of one case.
  struct Asked {
    let row: ModelOnData.Row
    /// The log-odds that the probability comes from.
    let odds: Double
    /// The standard deviation of the log-odds of an ensemble's members; nil for other models.
    var spread: Double? { row.spread }
    var id: String { row.id }
    var label: String { row.label }
    var target: Bool? { row.target }
  }

  /// Asks a model about every case, batch by batch.
  func ask(_ model: EvaluatedModel, about set: ExternalData) throws -> (
    rows: [Asked], leftOut: [LeftOut], notes: [String]
  ) {
    let predictor = BatchPredictor(model.model, folder: model.folder, kernels: kernels)
    let members = try EnsembleMembers(model.model)
    var tally = ReadingTally(model.model)
    var (rows, leftOut): ([Asked], [LeftOut]) = ([], [])
    progress.begin("\(model.name) on \(set.name)", total: set.cases.count)
    defer { progress.end() }
    for start in stride(from: 0, to: set.cases.count, by: PredictionRun.batchSize) {
      try Interruption.check()
      let batch = set.cases[start..<min(set.cases.count, start + PredictionRun.batchSize)]
      var (used, readings): ([Case], [BatchPredictor.Reading]) = ([], [])
      for (item, result) in zip(batch, try predictor.readings(of: Array(batch))) {
        switch result {
        case .success(let reading):
          used.append(item)
          readings.append(reading)
          tally.add(item, reading)
        case .failure(let error): leftOut.append(try left(item, error, predictor))
        }
      }
      let given = try predictor.answers(readings, members: members)
      for (place, item) in used.enumerated() {
        let own = members == nil ? [] : given.members[place]
        rows += try answers(item, given.logits[place], members: own, model, set)
      }
      progress.advance(by: batch.count)
    }
    let left =
      leftOut.isEmpty ? [] : ["\(leftOut.count) cases are left out: \(BadCases(leftOut).counts)"]
    return (rows, leftOut, (tally.notes + left).map { "\(model.name) on \(set.name): \($0)" })
  }

  private func left(_ item: Case, _ error: ZooError, _ predictor: BatchPredictor) throws -> LeftOut
  {
    guard skipsBad, error.code != .system else {
      throw ZooError(
        error.code, "the case \"\(item.id)\": \(error.message)", at: error.place ?? item.source,
        advice: error.code == .system
          ? error.advice : "repair it, or leave such cases out with --skip-bad")
    }
    return LeftOut(
      id: item.id,
      reason: predictor.seesNone(item)
        ? .noImage : predictor.lacksText(item) ? .emptyText : .unreadableImage,
      message: error.message,
      place: error.place ?? item.source)
  }

  private func answers(
    _ item: Case, _ logits: [Double], members: [[Double]], _ model: EvaluatedModel,
    _ set: ExternalData
  ) throws -> [Asked] {
    let (task, labels) = (model.model.task, model.model.labels)
    let probabilities = task.probabilities(logits)
    let likeliest = probabilities.indices.reduce(0) {
      probabilities[$1] > probabilities[$0] ? $1 : $0
    }
    let targets = try set.targets(of: item, task, labels)
    func odds(_ logits: [Double], _ place: Int) -> Double {
      task == .multiClass ? logOdds(logits[...], place) : logits[place]
    }
    return task.outputs(labels).enumerated().map { place, label in
      let threshold = model.thresholds[label]?.value ?? 0.5
      return Asked(
        row: .init(
          id: item.id, label: label, target: targets[place], logit: logits[place],
          probability: probabilities[place],
          decision: task == .multiClass
            ? place == likeliest : probabilities[place] >= threshold,
          spread: standardDeviation(members.map { odds($0, place) })),
        odds: odds(logits, place))
    }
  }
}
