import Basics

/// What deals cases out to subsets, each with its share of every label.
protocol CaseDividing {
  /// The number of cases.
  var caseCount: Int { get }

  /// The given cases, ascending, dealt out to subsets of the given shares; each subset ascending.
  func divide(_ cases: [Int], shares: [Double], stream: RandomStream) -> [[Int]]

  /// Refuses a subset that lacks a label.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the label.
  func checkLabels(of cases: [Int], _ subset: Split.Subset, _ name: String) throws
}

extension CaseDividing {
  /// All cases dealt out.
  func divide(shares: [Double], stream: RandomStream) -> [[Int]] {
    divide(Array(0..<caseCount), shares: shares, stream: stream)
  }

  /// A split from what is not tested and what is; cuts the validation subset off.
  ///
  /// - Throws: `ZooError` of code `.badValue` where a subset has none of a label.
  func split(
    name: String, index: Int, repeatIndex: Int, rest: [Int], test: [Int],
    validationFraction: Double, stream: RandomStream
  ) throws -> Split {
    let rest = rest.sorted()
    var subsets = [rest, []]
    if validationFraction > 0 {
      subsets = divide(rest, shares: [1 - validationFraction, validationFraction], stream: stream)
    }
    let split = Split(
      name: name, index: index, repeatIndex: repeatIndex, training: subsets[0],
      validation: subsets[1], test: test)
    for subset in Split.Subset.allCases where subset != .validation || validationFraction > 0 {
      try checkLabels(of: split[subset], subset, name)
    }
    return split
  }
}
