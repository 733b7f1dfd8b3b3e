import Images

/// What `fit: crop` cuts off pictures that are far from square.
package struct CroppedPictures: Sendable {
  /// The share of a picture's area that may be cut off its longer side without a word.
  private static let usualShare = 0.2
  /// The share of the pictures that may lose more.
  private static let usualCount = 0.05

  private var pictures = 0
  private var cut = 0
  private var sum = 0.0
  private var most = 0.0

  /// No picture yet.
  package init() {}

  /// Counts a picture by its size in pixels.
  package mutating func add(width: Int, height: Int) {
    let share = CroppedPictures.share(width, height)
    pictures += 1
    guard share > CroppedPictures.usualShare else { return }
    cut += 1
    sum += share
    most = max(most, share)
  }

  /// A note where a branch cuts more than a fifth off many of the pictures that were counted; nil elsewhere.
  package func note(of branch: ImageBranch) -> String? {
    guard branch.preprocessing.fit == .crop, cut > 0,
      Double(cut) > CroppedPictures.usualCount * Double(pictures)
    else { return nil }
    return
      "\(branch.name) keeps the middle square of a picture (\"fit\": \"crop\"): of \(cut) of the"
      + " \(pictures) pictures more than \(Self.percent(Self.usualShare)) of the area lie beside it and are cut"
      + " off (\(Self.percent(sum / Double(cut))) in the mean, at most \(Self.percent(most))). \"pad\" and"
      + " \"stretch\" keep all of it."
  }

  /// A note where a branch cuts more than a fifth off many pictures, by their files' headers; nil elsewhere.
  package static func note(on paths: [String?], _ branch: ImageBranch) -> String? {
    guard branch.preprocessing.fit == .crop else { return nil }
    var counted = CroppedPictures()
    for size in paths.compactMap({ $0 }).compactMap(PictureSize.init(path:)) {
      counted.add(width: size.width, height: size.height)
    }
    return counted.note(of: branch)
  }

  /// A note where more than a fifth of one picture is cut off; nil elsewhere.
  package static func note(on path: String, _ branch: ImageBranch) -> String? {
    guard branch.preprocessing.fit == .crop,
      let lost = PictureSize(path: path).map({ share($0.width, $0.height) }), lost > usualShare
    else { return nil }
    return
      "the model reads the middle square of the picture: \(percent(lost)) of its area lie beside it and are"
      + " cut off."
  }

  private static func share(_ width: Int, _ height: Int) -> Double {
    1 - Double(min(width, height)) / Double(max(width, height))
  }

  private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
}
