import Foundation

/// Targets of one of several classes: a row of a single 1.
extension CaseTargets {
  /// The class of a case's row, the first of the largest entries; nil where it is not known.
  package static func label(of row: ArraySlice<Float>) -> Int? {
    guard !row.contains(where: \.isNaN) else { return nil }
    return row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) }
      .map { $0 - row.startIndex }
  }

  /// How many of some cases are of each class; those that are not known are of none.
  package func classCounts(_ indices: [Int]) -> [Int] {
    var counts = [Int](repeating: 0, count: outputs)
    for index in indices {
      let row = values[index * outputs..<(index + 1) * outputs]
      if let label = CaseTargets.label(of: row) { counts[label] += 1 }
    }
    return counts
  }

  /// What a case of each class weighs, so that all classes that occur count the same over some cases and
  /// the mean weight is 1: n / (k·nₖ), k the number of those classes; 1 for a class without a case.
  package func classBalance(_ indices: [Int]) -> [Float] {
    let counts = classCounts(indices)
    let all = Float(counts.reduce(0, +)) / Float(counts.count { $0 > 0 })
    return counts.map { $0 > 0 ? all / Float($0) : 1 }
  }

  /// The logarithm of each class's share of some cases, as the loss of these settings sees them:
  /// class weights and label smoothing count.
  ///
  /// A class without a case gets half a case, so that the number is finite; of no known case all classes
  /// are equally likely.
  package func logPriors(_ indices: [Int], _ settings: TrainingSettings) -> [Float] {
    let weights = settings.classWeights ? classBalance(indices) : nil
    let masses = classCounts(indices).enumerated().map { label, count in
      (count > 0 ? Double(count) : 0.5) * Double(weights?[label] ?? 1)
    }
    let total = masses.reduce(0, +)
    let smoothing = settings.labelSmoothing
    return masses.map {
      Float(log($0 / total * (1 - smoothing) + smoothing / Double(outputs)))
    }
  }
}
