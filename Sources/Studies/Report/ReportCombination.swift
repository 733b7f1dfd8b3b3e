/// A combination of the study and its parts, image, text and fusion; a part that it does not have is nil.
package struct ReportCombination: Sendable, Equatable {
  /// As in `results.csv`.
  package var name: String
  package var imageEncoder: String?
  /// Where the image encoder's weights come from.
  package var weights: String?
  package var textEncoder: String?
  package var fusionHead: String?
  /// What combinations that differ in their weights alone are called together; nil for a text alone.
  package var family: String?
  package var parameterCount: Int?
  /// Multiply-adds of the answer to one case, the encoders' included; nil where it is not known.
  package var multiplyAdds: Double?
  /// Time for all splits together.
  package var seconds: Double?

  package init(
    name: String, imageEncoder: String? = nil, weights: String? = nil, textEncoder: String? = nil,
    fusionHead: String? = nil, family: String? = nil, parameterCount: Int? = nil,
    multiplyAdds: Double? = nil, seconds: Double? = nil
  ) {
    self.name = name
    self.imageEncoder = imageEncoder
    self.weights = weights
    self.textEncoder = textEncoder
    self.fusionHead = fusionHead
    self.family = family
    self.parameterCount = parameterCount
    self.multiplyAdds = multiplyAdds
    self.seconds = seconds
  }
}
