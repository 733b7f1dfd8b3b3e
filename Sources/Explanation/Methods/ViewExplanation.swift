/// What is known of one of several pictures of a case.
package struct ViewExplanation: Sendable {
  /// Which view it is; nil where the model tells none apart.
  package let view: String?
  package let picture: CaseExplanation.Picture
  /// One for every method and baseline.
  package let images: [ImageExplanation]
  /// What of the answer rests on it, 0…1: its attention where the model joins pictures by attention (what is missing
  /// to 1 went to stand-ins of views that the case lacks); else its part of the sum of |attribution| over the first map
  /// of all pictures, nil where that is 0.
  package let share: Double?
  /// Whether the share is attention.
  package let isAttention: Bool

  /// The part of each picture of all |attribution| of the first maps.
  static func shares(of maps: [[ImageExplanation]]) -> [Double]? {
    let sums = maps.map { images in
      images.first.map { $0.map.values.reduce(0.0) { $0 + Double(abs($1)) } } ?? 0
    }
    let all = sums.reduce(0, +)
    return all > 0 ? sums.map { $0 / all } : nil
  }

  /// What pages say of shares.
  static func meaning(isAttention: Bool) -> String {
    isAttention
      ? "The share of a picture is the attention that the model gave it; what is missing to the whole went to"
        + " what stands for views that the case lacks."
      : "The share of a picture is its part of the absolute attribution of the first map over all pictures."
  }
}
