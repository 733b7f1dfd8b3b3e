/// The answers to some cases that a simple model learns from or is measured by: `[cases, outputs]`, row after
/// row.
package struct KnownAnswers: Sendable, Equatable {
  package let kind: TaskKind
  /// Answers a case.
  package let outputs: Int
  /// 1 for yes, 0 for no, NaN where it is not known; of one of several classes a row of a single 1.
  package let values: [Float]

  /// - Precondition: whole rows, of one answer in a binary task.
  package init(_ kind: TaskKind, _ values: [Float], outputs: Int) {
    precondition(
      outputs > 0 && values.count % outputs == 0 && (kind != .binary || outputs == 1),
      "\(values.count) answers of a \(kind.rawValue) task in rows of \(outputs)")
    self.kind = kind
    self.outputs = outputs
    self.values = values
  }

  /// Those of a binary task, all known.
  package init(_ labels: [Bool]) {
    self.init(.binary, labels.map { $0 ? 1 : 0 }, outputs: 1)
  }

  /// The number of cases.
  package var count: Int { values.count / outputs }

  /// The cases whose answer to one question is known, and these answers.
  package func known(_ output: Int) -> (cases: [Int], labels: [Bool]) {
    let cases = (0..<count).filter { !values[$0 * outputs + output].isNaN }
    return (cases, cases.map { values[$0 * outputs + output] > 0.5 })
  }

  /// Of a task of one of several classes the cases whose class is known, and these classes.
  package var knownClasses: (cases: [Int], labels: [Int]) {
    var (cases, labels): ([Int], [Int]) = ([], [])
    for index in 0..<count {
      let row = values[index * outputs..<(index + 1) * outputs]
      guard !row.contains(where: \.isNaN), let label = row.firstIndex(where: { $0 > 0.5 }) else {
        continue
      }
      cases.append(index)
      labels.append(label - row.startIndex)
    }
    return (cases, labels)
  }

  /// The share of known answers that are yes, for each output; nil where none is known.
  package var shares: [Double?] {
    (0..<outputs).map { output in
      let labels = known(output).labels
      return labels.isEmpty ? nil : Double(labels.count { $0 }) / Double(labels.count)
    }
  }
}
