import Basics
import Layers
import Tensors

/// What joins the features of an image and of its text.
///
/// What it makes is what its description's `result` says: features over which the program puts a
/// decoder, or the logits themselves. Gradients come from the tape; nothing is registered
/// elsewhere.
public protocol FusionHead {
  /// The width of what `fuse` makes; the number of outputs where those are logits.
  var width: Int { get }

  /// Joins both sides of a batch: `[batch, width]`.
  ///
  /// A side that a case lacks has been filled in by its learned missing-modality embedding before.
  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor
}

/// What a fusion head is given of a batch.
public struct FusionInput {
  /// The image's features, `[batch, imageWidth]`.
  public let image: Tensor
  /// The text's features, `[batch, textWidth]`.
  public let text: Tensor
  /// The image encoder's last map before pooling, place after place: `[batch, regions,
  /// regionWidth]`; nil unless the head's description asks for it.
  public let regions: Tensor?
  /// What the text encoder knows of each word, `[batch, words, wordWidth]`, zeros behind a text's
  /// last word; nil unless the head's description asks for it.
  public let words: Tensor?
  /// How many words each text has, at least one; empty where `words` is nil.
  public let wordCounts: [Int]
  /// The logits of the image's own decoder, `[batch, outputs]`; nil unless the head's description
  /// asks for them.
  public let imageLogits: Tensor?
  /// The logits of the text's own decoder, `[batch, outputs]`; nil unless the head's description
  /// asks for them.
  public let textLogits: Tensor?

  /// Both sides of a batch.
  public init(
    image: Tensor, text: Tensor, regions: Tensor? = nil, words: Tensor? = nil,
    wordCounts: [Int] = [], imageLogits: Tensor? = nil, textLogits: Tensor? = nil
  ) {
    self.image = image
    self.text = text
    self.regions = regions
    self.words = words
    self.wordCounts = wordCounts
    self.imageLogits = imageLogits
    self.textLogits = textLogits
  }
}

/// The widths that a fusion head is built for.
public struct FusionShape: Sendable, Equatable {
  /// Of the image's features.
  public let imageWidth: Int
  /// Of the text's features.
  public let textWidth: Int
  /// Of an image's region; nil where the image encoder gives none or none was asked for.
  public let regionWidth: Int?
  /// Of what is known of a word; nil where the text encoder gives none or none was asked for.
  public let wordWidth: Int?
  /// Logits a case.
  public let outputs: Int

  /// The widths of both sides, and the number of logits.
  public init(
    imageWidth: Int, textWidth: Int, regionWidth: Int? = nil, wordWidth: Int? = nil,
    outputs: Int = 1
  ) {
    self.imageWidth = imageWidth
    self.textWidth = textWidth
    self.regionWidth = regionWidth
    self.wordWidth = wordWidth
    self.outputs = outputs
  }
}

/// A named fusion head that can be built: an entry of a plugin.
public protocol FusionHeadEntry: Sendable {
  /// What people and the program want to know of it.
  var description: FusionHeadDescription { get }

  /// Builds the head, taking every parameter from the scope.
  ///
  /// Options not understood are refused by `options.finish()`.
  ///
  /// - Throws: `ZooError` for unknown or impossible options, or saved weights that do not fit.
  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead
}
