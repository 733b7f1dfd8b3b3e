import Datasets
import Evaluation

extension ResultSubset {
  /// A subset of a split, its answers as they are.
  package init(_ subset: Split.Subset) {
    switch subset {
    case .training: self = .training
    case .validation: self = .validation
    case .test: self = .test
    }
  }
}
