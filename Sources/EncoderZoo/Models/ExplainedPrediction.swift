import Basics
import Explanation
import Studies

/// What a model says of a case, and why.
public struct ExplainedPrediction: Sendable {
  /// How much each pixel of an image adds to the logit.
  public struct PixelMap: Sendable, Equatable {
    /// The method with its baseline, such as `integrated-gradients-black`.
    public let method: String
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// Attributions row by row; above 0 where a pixel speaks for the positive class.
    public let values: [Float]
    /// Circles around what speaks most for the positive class, in pixels of the picture's file, the
    /// strongest first; empty where the map shows nothing.
    public let circles: [Circle]
  }

  /// A circle on a picture.
  public struct Circle: Sendable, Equatable {
    /// From the left edge to the centre, in pixels.
    public let x: Double
    /// From the upper edge to the centre, in pixels.
    public let y: Double
    /// In pixels.
    public let radius: Double
  }

  /// How much a word of the text adds to the logit.
  public struct Word: Sendable, Equatable {
    /// As it stands in the text.
    public let written: String
    /// Whether the model has read it and knows it.
    public let isKnown: Bool
    /// Its attribution by integrated gradients, in logits.
    public let attribution: Double
  }

  /// The class that the model chooses; of a finding whether it is present, such as `edema` or `no edema`.
  public let label: String
  /// The positive class, or the class or finding that is explained.
  public let positive: String
  /// What it is explained in contrast to; nil for itself.
  public let against: String?
  /// Of ``positive``, 0…1.
  public let probability: Double
  /// The number that is explained: the log-odds of ``positive``, of one of several classes against all others;
  /// or in a contrast the difference of two logits.
  public let logit: Double
  /// All that a model of several classes or findings says of the case, in the order of its labels; empty for a
  /// model of one question.
  public let answers: [Prediction.Answer]
  /// A map for each method and baseline; empty where the model reads no image.
  public let maps: [PixelMap]
  /// Every word in the order of the text; empty where the model reads none.
  public let words: [Word]
  /// The image's share of the decision, 0…1; nil where the model reads one modality, or the
  /// integral over both did not settle.
  public let imageShare: Double?
  /// What people should know before they trust the figures.
  public let warnings: [String]
  package let details: CaseExplanation

  init(_ details: CaseExplanation) {
    self.details = details
    (label, probability, logit) = (details.label, details.probability, details.logit)
    positive = details.labels[1]
    against = details.isContrast ? details.labels[0] : nil
    answers = (details.answer?.answers ?? []).map(Prediction.Answer.init)
    warnings = details.warnings
    imageShare = details.joint?.imageShare
    maps = zip(details.images, details.sights).map { image, sight in
      PixelMap(
        method: image.method, height: image.map.height, width: image.map.width,
        values: image.map.values,
        circles: details.picture.map { picture in
          sight.neighbourhoods.map {
            let circle = $0.circle(in: picture.geometry, mapWidth: image.map.width)
            return Circle(x: circle.x, y: circle.y, radius: circle.radius)
          }
        } ?? [])
    }
    words = (details.words?.words ?? []).map {
      Word(written: $0.written, isKnown: $0.state == .known, attribution: $0.integrated)
    }
  }

  /// Writes a page `explanation.html` that needs no network, `explanation.json`, an overlay for
  /// each map and all attributions to a folder, all of them or none.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the
  ///   path.
  public func write(to folder: String) throws { try details.write(to: folder) }
}
