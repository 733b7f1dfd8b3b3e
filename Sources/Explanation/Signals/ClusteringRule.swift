/// How signals become neighbourhoods.
package enum ClusteringRule: Sendable, Equatable {
  /// Ward, with the number of clusters that fits best.
  case ward
  /// Ward, with the fewest clusters whose relative loss is at most the given share.
  case wardLoss(Double)
  /// What is linked by density.
  case dbscan

  /// The largest number of clusters that `ward` tries.
  package static let maximumClusters = 8
  /// Below this simplified silhouette `ward` finds one cluster.
  package static let leastSilhouette = 0.6
  /// Clusters with a smaller share of the points are dropped.
  package static let leastShare = 0.05
  /// The relative loss of `ward-loss` where none is given.
  package static let defaultRelativeLoss = 0.15

  /// The names on the command line.
  package static let names = ["ward", "ward-loss", "dbscan"]

  /// The rule of a name.
  package init?(name: String, relativeLoss: Double = ClusteringRule.defaultRelativeLoss) {
    switch name {
    case "ward": self = .ward
    case "ward-loss": self = .wardLoss(relativeLoss)
    case "dbscan": self = .dbscan
    default: return nil
    }
  }

  /// The name on the command line.
  package var name: String {
    switch self {
    case .ward: "ward"
    case .wardLoss: "ward-loss"
    case .dbscan: "dbscan"
    }
  }
}
