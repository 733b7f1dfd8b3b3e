import EncoderKit

/// What the image encoder gives of a batch.
package struct ImageSide {
  /// `[images, featureWidth]`.
  package var features: Tensor
  /// `[images, regions, regionWidth]`; nil where the head does not read them.
  package var regions: Tensor?

  package init(features: Tensor, regions: Tensor? = nil) {
    self.features = features
    self.regions = regions
  }
}

/// What the text encoder gives of a batch.
package struct TextSide {
  /// `[texts, featureWidth]`.
  package var features: Tensor
  /// `[texts, words, wordWidth]`, zeros behind a text's last word; nil where the head does not read
  /// them.
  package var words: Tensor?
  /// The words of each text, at least one; empty without `words`.
  package var wordCounts: [Int]

  package init(features: Tensor, words: Tensor? = nil, wordCounts: [Int] = []) {
    self.features = features
    self.words = words
    self.wordCounts = wordCounts
  }
}

/// What both encoders give of a batch, of which some cases may lack a side.
package struct EncodedBatch {
  /// Nil where no case has an image, or no encoder reads it.
  package var image: ImageSide?
  /// Nil where no case has a text, or no encoder reads it.
  package var text: TextSide?
  /// The row of each case among the image side's, nil where it has none; nil altogether where case
  /// i has row i.
  package var imageRows: [Int?]?
  /// The row of each case among the text side's, as `imageRows`.
  package var textRows: [Int?]?

  package init(
    image: ImageSide?, text: TextSide?, imageRows: [Int?]? = nil, textRows: [Int?]? = nil
  ) {
    self.image = image
    self.text = text
    self.imageRows = imageRows
    self.textRows = textRows
  }

  /// The number of cases.
  package var count: Int {
    imageRows?.count ?? textRows?.count ?? image?.features.shape[0] ?? text?.features.shape[0] ?? 0
  }
}
