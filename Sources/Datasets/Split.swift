/// One division of a case set: indices into its cases, ascending.
package struct Split: Sendable, Equatable, Codable {
  /// The subsets of a split.
  package enum Subset: String, Sendable, CaseIterable, Codable {
    case training, validation, test
  }

  /// As it stands in `folds.csv` and `results.csv`: `r1f3` for fold 3 of repeat 1, `s2` for the
  /// second random split.
  package var name: String
  /// Its place among the splits of the plan, from 0.
  package var index: Int
  /// Splits of one repeat have disjoint test subsets; every random split is a repeat of its own.
  package var repeatIndex: Int
  package var training: [Int]
  /// Empty where no validation subset is cut.
  package var validation: [Int]
  package var test: [Int]

  package init(
    name: String, index: Int, repeatIndex: Int, training: [Int], validation: [Int], test: [Int]
  ) {
    self.name = name
    self.index = index
    self.repeatIndex = repeatIndex
    self.training = training
    self.validation = validation
    self.test = test
  }

  /// The same with those of its cases alone that a test passes.
  package func keeping(_ isKept: (Int) -> Bool) -> Split {
    var split = self
    split.training.removeAll { !isKept($0) }
    split.validation.removeAll { !isKept($0) }
    split.test.removeAll { !isKept($0) }
    return split
  }

  /// The indices of one subset.
  package subscript(subset: Subset) -> [Int] {
    switch subset {
    case .training: training
    case .validation: validation
    case .test: test
    }
  }
}
