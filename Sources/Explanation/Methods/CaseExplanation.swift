import Basics
import Foundation
import Images
import Studies
import Training

/// All that is known of why a model says what it says of a case.
package struct CaseExplanation: Sendable {
  /// A picture as it was given and as the model sees it.
  package struct Picture: Sendable {
    package let path: String
    package let original: PixelImage
    /// `[size, size, channels]`.
    package let seen: PixelImage
    package let geometry: ImageGeometry
    /// What is known of its file; nil for a picture that comes from none.
    package var reading: ImageBranch.Reading?

    /// What a person should hear of its file.
    var notes: [String] { reading?.notes(path) ?? [] }
  }

  /// The model's folder.
  package let model: String
  /// The negative and the positive class; of several answers what speaks against, and what is explained.
  package let labels: [String]
  /// The number that is explained: the positive class's logit; the log-odds of a class against all others; or
  /// the difference of two logits.
  package let logit: Double
  package let picture: Picture?
  /// One for every method and baseline; empty where the model reads no images.
  package let images: [ImageExplanation]
  /// All pictures of a case, the first of them `picture`; empty where the model reads one picture a case.
  package var views: [ViewExplanation] = []
  /// The report as it was written.
  package let text: String?
  package let words: TextExplanation?
  /// Nil where the model reads one modality alone.
  package let joint: JointExplanation?
  package var settings: ExplanationSettings
  /// What is to be known of the text: words that are cut off or unknown.
  package var textNotes: [String] = []
  /// The positive class is chosen from this probability on; nil where the most probable class is.
  package var threshold: Double? = 0.5
  /// All that a model of several answers says of the case; nil for a model of one question.
  package var answer: CasePrediction?
  /// Whether one answer is explained in contrast to another.
  package var isContrast = false
  /// What the number that is explained is, in sentences; nil for a model's only logit or that of a finding that
  /// was named.
  package var about: String?
  /// What is known of the model's data and test; nil where nobody looked.
  package var record: ModelRecord?
  /// Whether this very image is one of its training and validation images; nil where nothing tells.
  package var isTrainedOn: Bool?

  /// The probability of the positive class, or of what is explained.
  package var probability: Double {
    answer(to: labels[1])?.probability ?? 1 / (1 + exp(-logit))
  }

  /// The class that the model chooses, or whether it says that the finding is present, of both of a contrast.
  package var label: String {
    guard let answer else { return labels[probability >= threshold ?? 0.5 ? 1 : 0] }
    return answer.label
      ?? (isContrast ? labels.reversed() : [labels[1]]).compactMap(answer(to:))
      .map { $0.isPositive ? $0.label : "no \($0.label)" }.joined(separator: ", ")
  }

  /// What a model of several answers says of one label.
  func answer(to label: String) -> CasePrediction.Answer? {
    answer?.answers.first { $0.label == label }
  }

  /// What people should know before they trust the figures: of the picture's file, words that are cut off
  /// or unknown, maps without contrast, quadratures that did not settle.
  package var warnings: [String] {
    (picture?.notes ?? []) + images.compactMap(\.flatness)
      + views.dropFirst().flatMap { $0.picture.notes + $0.images.compactMap(\.flatness) }
      + textNotes
      + images.compactMap(unsettled)
      + views.dropFirst().flatMap { $0.images.compactMap(unsettled) }
      + [unsettledWords, unsettledShares, record?.fault]
      .compactMap { $0 }
  }

  /// What is to be known of one map.
  func warnings(of image: ImageExplanation) -> [String] {
    [image.flatness, unsettled(image)].compactMap { $0 }
  }

  /// What is to be known of the words.
  var textWarnings: [String] { textNotes + [unsettledWords].compactMap { $0 } }

  /// Why there are no shares of image and text because of the quadrature; nil where it settled.
  var unsettledShares: String? {
    joint.flatMap { unsettled("Image and words together", $0.path) }
  }

  private var unsettledWords: String? { words.flatMap { unsettled("Words", $0.path) } }

  private func unsettled(_ image: ImageExplanation) -> String? {
    image.path.flatMap { unsettled(image.title, $0) }
  }

  private func unsettled(_ title: String, _ path: PathSummary) -> String? {
    guard !path.isComplete else { return nil }
    return
      "\(title): with \(path.nodes) nodes the attributions still miss the change of the logit "
      + "(\(figure(path.change))) by \(figure(path.delta)), more than "
      + "\(Int((settings.integration.tolerance * 100).rounded())) %."
  }

  private func figure(_ value: Double) -> String { NumberText.fixed(value, digits: 4) }
}
