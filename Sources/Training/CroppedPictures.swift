import Images

/// What `fit: crop` cuts off pictures that are far from square.
package enum CroppedPictures {
  /// The share of a picture's area that may be cut off its longer side without a word.
  private static let usualShare = 0.2
  /// The share of the pictures that may lose more.
  private static let usualCount = 0.05

  /// A note where a branch cuts more than a fifth off many pictures, by their files' headers; nil elsewhere.
  package static func note(on paths: [String?], _ branch: ImageBranch) -> String? {
    guard branch.preprocessing.fit == .crop else { return nil }
    let lost = paths.compactMap { $0 }.compactMap(PictureSize.init(path:)).map(share)
    let many = lost.filter { $0 > usualShare }
    guard let most = many.max(), Double(many.count) > usualCount * Double(lost.count) else {
      return nil
    }
    let mean = many.reduce(0, +) / Double(many.count)
    return
      "\(branch.name) keeps the middle square of a picture (\"fit\": \"crop\"): of \(many.count) of the"
      + " \(lost.count) pictures more than \(percent(usualShare)) of the area lie beside it and are cut off"
      + " (\(percent(mean)) in the mean, at most \(percent(most))). \"pad\" and \"stretch\" keep all of it."
  }

  /// A note where more than a fifth of one picture is cut off; nil elsewhere.
  package static func note(on path: String, _ branch: ImageBranch) -> String? {
    guard branch.preprocessing.fit == .crop, let lost = PictureSize(path: path).map(share),
      lost > usualShare
    else { return nil }
    return
      "the model reads the middle square of the picture: \(percent(lost)) of its area lie beside it and are"
      + " cut off."
  }

  private static func share(_ size: PictureSize) -> Double {
    1 - Double(min(size.width, size.height)) / Double(max(size.width, size.height))
  }

  private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
}
