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

  package init(
    method: String, title: String, map: AttributionMap, path: PathSummary? = nil
  ) {
    self.method = method
    self.title = title
    self.map = map
    self.path = path
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
  init(summing scores: some Sequence<Double>, branch: ImageBranch) {
    var sums = [Double](repeating: 0, count: branch.size * branch.size)
    for (index, value) in scores.enumerated() { sums[index / branch.channels] += value }
    self.init(height: branch.size, width: branch.size, values: sums.map { Float($0) })
  }
}
