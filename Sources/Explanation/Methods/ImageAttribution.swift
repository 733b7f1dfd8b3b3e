import Training

/// A way to tell which pixels of an image speak for the positive class.
package protocol ImageAttribution: Sendable {
  /// The name on the command line and in files, such as `integrated-gradients-black`.
  var name: String { get }
  /// As a person would call it.
  var title: String { get }

  /// The map of the image that varies in `score`.
  ///
  /// - Throws: `ZooError` where the method can't be used with this model; `Interrupted`.
  func attribute(_ score: ModelScore, branch: ImageBranch) throws -> ImageExplanation
}

/// What a method says of an image.
package struct ImageExplanation: Sendable, Equatable {
  package let method: String
  package let title: String
  package let map: AttributionMap
  /// How the map came about; nil for methods without a baseline.
  package let path: PathSummary?
  /// Whether nothing was to be seen on the picture.
  package let isOfBlankPicture: Bool

  package init(
    method: String, title: String, map: AttributionMap, path: PathSummary? = nil,
    isOfBlankPicture: Bool = false
  ) {
    self.isOfBlankPicture = isOfBlankPicture
    self.method = method
    self.title = title
    self.map = map
    self.path = path
  }
}

extension ImageExplanation {
  /// The same of a picture on which nothing is to be seen: whatever the map shows comes from the model
  /// alone, so it counts as flat.
  var ofBlankPicture: ImageExplanation {
    ImageExplanation(
      method: method, title: title,
      map: AttributionMap(
        height: map.height, width: map.width, values: map.values, isFlat: true), path: path,
      isOfBlankPicture: true)
  }

  /// A sentence on a map that shows nothing; nil where it shows something.
  package var flatness: String? {
    guard map.isFlat else { return nil }
    if map.hasContrast, !isOfBlankPicture {
      return "\(title): no circles, since the logit changes by no more than rounding."
    }
    return isOfBlankPicture
      ? "\(title): no circles, since the picture is the same everywhere; what the map shows comes from "
        + "the model alone."
      : "\(title): no circles, since the map is the same everywhere."
  }
}

/// The figures of integrated gradients.
package struct PathSummary: Sendable, Equatable {
  package let nodes: Int
  /// F(x′), in logits.
  package let baselineScore: Double
  /// Σ attribution − (F(x) − F(x′)).
  package let delta: Double
  /// F(x) − F(x′).
  package let change: Double
  /// False where δ stayed above its bound with the most nodes.
  package let isComplete: Bool

  package init(_ path: PathAttribution) {
    nodes = path.nodes
    baselineScore = path.baselineScore
    delta = path.delta
    change = path.change
    isComplete = path.isComplete
  }
}

extension AttributionMap {
  /// The sum over the channels of scores `[size, size, channels]`.
  init(summing scores: some Sequence<Double>, branch: ImageBranch, isFlat: Bool = false) {
    var sums = [Double](repeating: 0, count: branch.preprocessing.size * branch.preprocessing.size)
    for (index, value) in scores.enumerated() {
      sums[index / branch.preprocessing.channels] += value
    }
    self.init(
      height: branch.preprocessing.size, width: branch.preprocessing.size,
      values: sums.map { Float($0) }, isFlat: isFlat)
  }
}
