/// Points divided into clusters: centroids, and how well the division fits.
package struct Partition: Sendable {
  private let x: [Double]
  private let y: [Double]
  private let labels: [Int]
  /// The mean of each cluster's points.
  package let centroids: [(x: Double, y: Double)]
  /// The number of points of each cluster.
  package let sizes: [Int]

  /// Points with the cluster of each, from 0.
  package init(x: [Double], y: [Double], labels: [Int], clusters: Int) {
    self.x = x
    self.y = y
    self.labels = labels
    var sums = [(x: Double, y: Double)](repeating: (0, 0), count: clusters)
    var sizes = [Int](repeating: 0, count: clusters)
    for (index, label) in labels.enumerated() {
      sums[label].x += x[index]
      sums[label].y += y[index]
      sizes[label] += 1
    }
    centroids = zip(sums, sizes).map { sum, size in (sum.x / Double(size), sum.y / Double(size)) }
    self.sizes = sizes
  }

  /// The simplified silhouette: how much nearer points lie to their own centroid than to another.
  ///
  /// The mean over all points of (b − a) / max(a, b), where a is the distance to the own centroid and
  /// b to the nearest other. A cluster of one point counts 0. Hruschka et al. 2004, "Evolutionary search for optimal fuzzy c-means clustering".
  package var simplifiedSilhouette: Double {
    var sum = 0.0
    for (index, label) in labels.enumerated() where sizes[label] > 1 {
      var own = 0.0
      var other = Double.infinity
      for (cluster, centre) in centroids.enumerated() {
        let (dx, dy) = (x[index] - centre.x, y[index] - centre.y)
        let distance = (dx * dx + dy * dy).squareRoot()
        if cluster == label { own = distance } else if distance < other { other = distance }
      }
      let larger = max(own, other)
      if larger > 0 { sum += (other - own) / larger }
    }
    return sum / Double(labels.count)
  }
}
