import Basics
import Evaluation

/// What makes calibrated probabilities of a model's logits, fitted on the validation subset alone.
///
/// Every calibrator rises with the logit, so it changes no order of cases (but for isotonic ties). Decisions are made on
/// the model's own probabilities and thresholds, calibrated or not.
package struct ModelCalibration: Sendable, Equatable {
  /// How calibrators are fitted.
  package enum Kind: String, Sendable, CaseIterable {
    case temperature
    case platt
    case isotonic

    /// Its name in a sentence.
    package var title: String { self == .platt ? "Platt" : rawValue }
  }

  package let kind: Kind
  /// One for each output, nil where none can be fitted; of several classes one for all.
  package let calibrators: [Calibrator?]
  /// Validation cases that they were fitted on.
  package let cases: Int

  /// Fits calibrators to the answers of the validation subset.
  ///
  /// - Parameters:
  ///   - kind: how.
  ///   - task: what is asked; of several classes the temperature alone can be fitted.
  ///   - logits: `[cases, outputs]`, row after row.
  ///   - targets: as many, 0 or 1; not a number where the answer is not known.
  ///   - outputs: questions of a case.
  /// - Returns: nil where no output has a calibrator.
  package static func fitted(
    _ kind: Kind, _ task: TaskKind, logits: [Float], targets: [Float], outputs: Int
  ) -> ModelCalibration? {
    precondition(
      logits.count == targets.count && logits.count.isMultiple(of: outputs),
      "\(logits.count) logits, \(targets.count) targets of \(outputs) outputs")
    let count = logits.count / outputs
    var calibrators: [Calibrator?]
    if task == .multiClass {
      let classes = (0..<count).map { row in
        (0..<outputs).first { targets[row * outputs + $0] > 0.5 } ?? 0
      }
      calibrators = [
        Calibrator.fitTemperature(
          labels: classes, logits: logits.map(Double.init), classCount: outputs
        ).value
      ]
    } else {
      calibrators = (0..<outputs).map { output in
        let known = stride(from: output, to: logits.count, by: outputs).filter {
          !targets[$0].isNaN
        }
        return fit(kind, known.map { targets[$0] > 0.5 }, known.map { Double(logits[$0]) })
      }
    }
    guard calibrators.contains(where: { $0 != nil }) else { return nil }
    let known = (0..<count).count { row in
      targets[row * outputs..<(row + 1) * outputs].contains { !$0.isNaN }
    }
    return ModelCalibration(kind: kind, calibrators: calibrators, cases: known)
  }

  private static func fit(_ kind: Kind, _ labels: [Bool], _ logits: [Double]) -> Calibrator? {
    switch kind {
    case .temperature: Calibrator.fitTemperature(labels: labels, logits: logits).value
    case .platt: Calibrator.fitPlatt(labels: labels, logits: logits).value
    case .isotonic: Calibrator.fitIsotonic(labels: labels, logits: logits).value
    }
  }

  /// The calibrated probability of each output, 0…1; nil where it has no calibrator.
  ///
  /// - Precondition: a logit for each output.
  package func probabilities(_ logits: [Double], _ task: TaskKind) -> [Double?] {
    if task == .multiClass {
      return calibrators[0]?.probabilities(logits) ?? logits.map { _ in nil }
    }
    precondition(logits.count == calibrators.count, "\(logits.count) logits")
    return zip(calibrators, logits).map { $0?.probability($1) }
  }

  /// How they were fitted, in words.
  package var sentence: String {
    let temperature: String
    if calibrators.count == 1, case .temperature(let value) = calibrators[0] {
      temperature = " " + NumberText.metric(value)
    } else {
      temperature = ""
    }
    return "\(kind.title)\(temperature), fitted on \(cases) validation cases"
  }

  /// As it stands in `model.json`.
  package var json: JSONValue {
    [
      "kind": kind.rawValue.json, "cases": cases.json,
      "calibrators": JSONValue(.array(calibrators.map { item -> JSONValue in item?.json ?? nil })),
    ]
  }

  /// Reads what `json` wrote, for a model of a task and so many outputs.
  ///
  /// - Throws: `ZooError` of code `.badValue` with the place: an unknown kind or key, a number out of range, calibrators
  ///   that fall or are too few.
  init(_ value: JSONValue, _ task: TaskKind, outputs: Int) throws {
    var object = try value.object()
    kind = try object.choice("kind")
    cases = try object.required("cases").integer(in: 1...Int.max)
    let list = try object.required("calibrators")
    calibrators = try list.array().map { item -> Calibrator? in
      if case .null = item.content { return nil }
      return try Calibrator(item)
    }
    try object.finish()
    let wanted = task == .multiClass ? 1 : outputs
    guard calibrators.count == wanted else {
      throw ZooError(
        .badValue, "found \(calibrators.count) calibrators; expected \(wanted)", at: list.place)
    }
    for case let calibrator? in calibrators {
      let fits =
        switch (kind, calibrator) {
        case (.temperature, .temperature), (.isotonic, .isotonic): true
        // A line that falls would turn the order of cases round.
        case (.platt, .platt(let slope, _)): slope > 0
        default: false
        }
      guard fits, task != .multiClass || kind == .temperature else {
        throw ZooError(
          .badValue,
          "found a calibrator that does not rise, or is of another kind than \(kind.rawValue)",
          at: list.place)
      }
    }
  }

  private init(kind: Kind, calibrators: [Calibrator?], cases: Int) {
    (self.kind, self.calibrators, self.cases) = (kind, calibrators, cases)
  }
}
