import EncoderKit

/// How both sides of a multimodal model are joined.
package struct FusionPlan {
  /// The head's entry of its plugin.
  package let entry: any FusionHeadEntry
  /// The head's options, as the specification gave them.
  package let options: JSONValue
  /// The decoders of each encoder alone that the model keeps beside the head; nil for none.
  package let parts: (image: DenseDecoder.Configuration, text: DenseDecoder.Configuration)?
  /// Whether missing-modality embeddings are there for a case that lacks a side.
  package let learnsMissingModality: Bool
  /// How likely a training case that has both sides loses one of them.
  package let modalityDropout: Double

  package init(
    entry: any FusionHeadEntry, options: JSONValue,
    parts: (image: DenseDecoder.Configuration, text: DenseDecoder.Configuration)?,
    learnsMissingModality: Bool, modalityDropout: Double
  ) {
    self.entry = entry
    self.options = options
    self.parts = parts
    self.learnsMissingModality = learnsMissingModality
    self.modalityDropout = modalityDropout
  }
}
