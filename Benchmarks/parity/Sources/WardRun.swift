import Basics
import Explanation
import WeightFiles

/// Ward's clustering of points, for a script to compare with its peer.
///
/// The folder holds `input.safetensors` with `points` `[n, 2]`. Written there: `output.safetensors` with
/// `losses` `[n − 1]`, the smallest first, `labels` `[7, n]` for 2 to 8 clusters (as many as there are
/// points at most), and `seconds` `[1]`.
struct WardRun {
  let folder: String

  /// Reads, clusters, writes.
  ///
  /// - Throws: `ZooError` for a file that is not as described.
  func run() throws {
    let path = "\(folder)/input.safetensors"
    let file = try TensorFile.read(path: path)
    let values = try file.floats("points")
    guard let shape = file.entry("points")?.shape, shape.count == 2, shape[1] == 2, shape[0] > 1
    else {
      throw ZooError(.badValue, "expected points [n, 2], n at least 2", at: Place(path: path))
    }
    let count = shape[0]
    let x = (0..<count).map { Double(values[2 * $0]) }
    let y = (0..<count).map { Double(values[2 * $0 + 1]) }
    let start = ContinuousClock.now
    let linkage = WardLinkage(x: x, y: y)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let most = min(ClusteringRule.maximumClusters, count)
    let labels = (2...most).flatMap { linkage.labels(clusters: $0).map(Float.init) }
    try TensorFile.write(
      [
        ("losses", [count - 1], linkage.merges.map { Float($0.loss) }),
        ("labels", [most - 1, count], labels), ("seconds", [1], [Float(seconds)]),
      ], to: "\(folder)/output.safetensors")
  }
}
