/// What is seen in an attribution map at a sight sensitivity: signals, their neighbourhoods, circles.
///
/// High sensitivity gives few, strong signals and clean circles, low sensitivity all signals with
/// their noise. The same map and settings give the same answer on every machine, and in the page's
/// script.
package struct Sight: Sendable, Equatable {
  /// All signals.
  package let signals: SignalSelection
  /// Those that lie densely enough to be clustered, ascending indices into the map.
  package let kept: [Int]
  /// The number of clusters before small ones were dropped.
  package let clusters: Int
  /// The simplified silhouette of 2, 3, … clusters; empty where the rule does not ask for it.
  package let silhouettes: [Double]
  /// The share of the sum of squares that is lost with this number of clusters; nil for `dbscan`.
  package let relativeLoss: Double?
  /// The strongest first; by the first point where the masses are equal.
  package let neighbourhoods: [SignalNeighbourhood]

  /// Looks at a map.
  ///
  /// - Precondition: `sensitivity` is in `0...1`.
  package init(_ map: AttributionMap, sensitivity: Double, rule: ClusteringRule = .ward) {
    signals = SignalSelection(map, sensitivity: sensitivity)
    let points = signals.points
    let density = DensityFilter(points, width: map.width, height: map.height)
    let dense = points.indices.filter { density.isKept[$0] }
    let kept = dense.map { points[$0] }
    self.kept = kept
    let x = kept.map { Double($0 % map.width) }
    let y = kept.map { Double($0 / map.width) }
    let labels: [Int]
    switch rule {
    case .dbscan:
      let linked = density.linked
      labels = dense.map { linked.labels[$0] }
      clusters = linked.count
      silhouettes = []
      relativeLoss = nil
    case .ward, .wardLoss:
      guard !kept.isEmpty else {
        (clusters, silhouettes, relativeLoss, neighbourhoods) = (0, [], nil, [])
        return
      }
      let linkage = WardLinkage(x: x, y: y)
      let losses = linkage.relativeLosses
      if case .wardLoss(let most) = rule {
        clusters = (losses.firstIndex { $0 <= most } ?? kept.count - 1) + 1
        silhouettes = []
      } else {
        silhouettes = Sight.silhouettes(of: linkage, x: x, y: y)
        clusters = Sight.bestCount(silhouettes)
      }
      labels = linkage.labels(clusters: clusters)
      relativeLoss = losses[clusters - 1]
    }
    var members = [[Int]](repeating: [], count: clusters)
    for (index, label) in labels.enumerated() { members[label].append(kept[index]) }
    neighbourhoods =
      members
      .filter { Double($0.count) >= ClusteringRule.leastShare * Double(kept.count) }
      .map { SignalNeighbourhood(points: $0, map: map) }
      .sorted { $0.mass != $1.mass ? $0.mass > $1.mass : $0.points[0] < $1.points[0] }
  }

  private static func silhouettes(of linkage: WardLinkage, x: [Double], y: [Double]) -> [Double] {
    let most = min(ClusteringRule.maximumClusters, linkage.count)
    guard most >= 2 else { return [] }
    return (2...most).map { k in
      Partition(x: x, y: y, labels: linkage.labels(clusters: k), clusters: k).simplifiedSilhouette
    }
  }

  private static func bestCount(_ silhouettes: [Double]) -> Int {
    guard let best = silhouettes.max(), best >= ClusteringRule.leastSilhouette,
      let index = silhouettes.firstIndex(of: best)
    else { return 1 }
    return index + 2
  }
}
