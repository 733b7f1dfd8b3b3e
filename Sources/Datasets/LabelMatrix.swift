import Basics

/// The answers of cases to yes-or-no questions, one a label, some of them not known.
///
/// A classifier of several classes has one row of a single yes a case: `init(classes:names:)`.
package struct LabelMatrix: Sendable, Equatable {
  /// The names of the labels, in the order of the columns.
  package let names: [String]
  /// `[cases, labels]`, row after row: whether the label is there; false where that is not known.
  package let answers: [Bool]
  /// `[cases, labels]`, row after row: whether the answer is known.
  package let isKnown: [Bool]
  /// Whether each case has exactly one label, so that messages call them classes.
  package let isExclusive: Bool

  /// Answers row after row.
  ///
  /// - Precondition: whole rows, as many marks as answers.
  package init(names: [String], answers: [Bool], isKnown: [Bool]? = nil) {
    precondition(
      !names.isEmpty && answers.count % names.count == 0
        && (isKnown?.count ?? answers.count) == answers.count,
      "\(answers.count) answers, \(isKnown?.count ?? answers.count) marks for \(names.count) labels"
    )
    self.names = names
    let isKnown = isKnown ?? [Bool](repeating: true, count: answers.count)
    self.isKnown = isKnown
    self.answers = zip(answers, isKnown).map { $0 && $1 }
    isExclusive = false
  }

  /// One class a case.
  ///
  /// - Precondition: every class is within `names`.
  package init(classes: [Int], names: [String]) {
    self.names = names
    answers = classes.flatMap { own in names.indices.map { $0 == own } }
    isKnown = [Bool](repeating: true, count: answers.count)
    isExclusive = true
  }

  /// The number of cases.
  package var count: Int { answers.count / names.count }

  /// The cases that have each label.
  package var positives: [Int] { counts { answers[$0] } }

  /// The cases of which it is known that they lack each label.
  package var negatives: [Int] { counts { isKnown[$0] && !answers[$0] } }

  /// The cases whose answer to each label is not known.
  package var unknown: [Int] { counts { !isKnown[$0] } }

  /// Sees that every label can be learnt and scored; with `isNeeded` false says which can't.
  ///
  /// - Returns: a sentence for each label without a positive case, or of which no known answer is negative.
  /// - Throws: `ZooError` of code `.badValue` that names the first of them where all are needed.
  package func checkLearnable(at place: Place, isNeeded: Bool = true) throws -> [String] {
    let (positives, negatives, unknown) = (positives, negatives, unknown)
    var notes: [String] = []
    for (label, name) in names.enumerated() where positives[label] == 0 || negatives[label] == 0 {
      let lacking = positives[label] == 0 ? "positive" : "negative"
      let what =
        isExclusive
        ? positives[label] == 0
          ? "no case is of the class \"\(name)\"" : "every case is of the class \"\(name)\""
        : "the label \"\(name)\" has no \(lacking) case: \(positives[label]) positive, "
          + "\(negatives[label]) negative, \(unknown[label]) not known"
      guard isNeeded else {
        notes.append("\(place): \(what): it can be neither learnt nor scored")
        continue
      }
      throw ZooError(
        .badValue, what, at: place,
        advice:
          "leave the \(isExclusive ? "class" : "label") out: it can be neither learnt nor scored")
    }
    return notes
  }

  private func counts(_ isCounted: (Int) -> Bool) -> [Int] {
    var counts = [Int](repeating: 0, count: names.count)
    for entry in answers.indices where isCounted(entry) { counts[entry % names.count] += 1 }
    return counts
  }
}
