import Basics
import Evaluation
import Foundation
import Training

/// What is known of a trained model beside its weights: its data, its threshold, and how good it was on
/// its test subset.
///
/// A bundle's manifest tells it, or the run that the model lies in.
package struct ModelRecord: Sendable, Equatable {
  /// A figure of the test subset.
  package struct Figure: Sendable, Equatable {
    /// Such as `accuracy`.
    package let name: String
    package let value: Double
    /// 95 %; nil where none is known.
    package var interval: ClosedRange<Double>?
  }

  /// The model's folder.
  package let folder: String
  /// What people call it: a bundle's name and version, a combination's, or its encoders'.
  package internal(set) var name: String
  /// The positive class, or the finding that is asked for; nil for all findings of a model.
  package let positive: String?
  /// What the model is asked.
  package let task: TaskKind
  /// The positive class, or the finding that is asked for, is said from this probability on; nil where the most
  /// probable class is, and for all findings of a model together.
  package let threshold: Double?
  /// How the threshold was chosen, such as `youden`; nil where that is not known.
  package internal(set) var thresholdRule: String?
  /// The data it was trained on, in a sentence; nil where nothing tells.
  package internal(set) var data: String?
  /// Whether a program made its data.
  package internal(set) var isSynthetic = false
  /// The split it was trained on, such as `r1f1`.
  package internal(set) var split: String?
  /// Cases of the training, validation and test subset; empty where they are not known.
  package internal(set) var cases: [Int] = []
  /// Cases that the figures were taken from.
  package internal(set) var testCount = 0
  /// The figures of the test subset; empty where they are not known.
  package internal(set) var figures: [Figure] = []
  /// The commoner class of the test subset, and the accuracy of always answering with it.
  package internal(set) var commoner: Figure?
  /// Why what lies beside the model is not used, in a sentence.
  package internal(set) var fault: String?

  /// What is known of a model in its folder.
  ///
  /// `finding` is what a model of many findings is asked about; nil for all of them. What can't be read
  /// is told in `fault`.
  ///
  /// - Throws: `Interrupted`.
  package init(of model: TrainedModel, folder: String, finding: String? = nil) throws {
    self.folder = folder
    name = [model.image?.name, model.text?.name].compactMap { $0 }.joined(separator: " + ")
    task = model.task
    let positive = task == .binary ? model.labels[1] : finding
    self.positive = positive
    threshold = positive.flatMap { model.threshold(of: $0) }
    do { try read(model) } catch let error as ZooError {
      (figures, commoner, testCount) = ([], nil, 0)
      fault =
        "The model's test figures are not shown: "
        + (error.place.map { "\($0): " } ?? "") + "\(error.message)."
    }
  }
}
