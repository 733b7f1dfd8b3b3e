import Datasets
import Evaluation

extension ResultPart {
  /// A part of a split, its answers as they are.
  package init(_ part: Split.Part) {
    switch part {
    case .training: self = .training
    case .validation: self = .validation
    case .test: self = .test
    }
  }
}
