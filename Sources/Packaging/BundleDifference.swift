import Basics
import Bundles
import Foundation
import WeightFiles

/// What tells two bundles apart, in lines: what their manifests say, which files differ, and how far
/// the weights have moved.
package struct BundleDifference {
  /// Empty when the manifests are the same to the byte.
  package let lines: [String]

  /// Compares two bundles whose files are as their manifests list them.
  ///
  /// - Throws: `ZooError` that names the file that is not.
  package init(_ old: BundleFolder, _ new: BundleFolder) throws {
    guard old.manifestData != new.manifestData else {
      lines = []
      return
    }
    try old.verify()
    try new.verify()
    var lines = BundleDifference.facts(old.manifest, new.manifest).filter { $0.1 != $0.2 }
      .map { "\($0.0): \($0.1) → \($0.2)" }
    lines += BundleDifference.metrics(old.manifest, new.manifest)
    lines += BundleDifference.files(old.manifest, new.manifest)
    lines += try BundleDifference.weights(old, new)
    self.lines = lines.isEmpty ? ["the texts of the manifests differ, nothing else"] : lines
  }

  private static func facts(_ a: BundleManifest, _ b: BundleManifest) -> [(String, String, String)]
  {
    func fact(_ name: String, _ value: (BundleManifest) -> String) -> (String, String, String) {
      (name, value(a), value(b))
    }
    return [
      fact("name", \.id), fact("version") { "\($0.version)" }, fact("created") { "\($0.created)" },
      fact("summary", \.summary), fact("encoders", \.architecture.summary),
      fact("options") { manifest in
        [manifest.architecture.image, manifest.architecture.text].compactMap { $0 }
          .map { $0.options.text(pretty: false) }.joined(separator: " ")
      },
      fact("task", \.output.task), fact("labels") { $0.output.labels.joined(separator: ", ") },
      fact("threshold") { $0.output.thresholdWords ?? "none" },
      fact("data") { "\($0.training.dataSet) \($0.training.revision?.prefix(12) ?? "")" },
      fact("split") { "\($0.training.split), seed \($0.training.seed)" },
      fact("specification") { String($0.training.configuration.prefix(12)) },
      fact("intended use", \.intendedUse),
      fact("limitations") { $0.limitations.joined(separator: " ") },
      fact("licences") { $0.licences.lines.joined(separator: "; ") },
    ]
  }

  private static func metrics(_ a: BundleManifest, _ b: BundleManifest) -> [String] {
    func key(_ metric: BundleMetric) -> String { "\(metric.name), \(metric.split)" }
    let old = Dictionary(a.metrics.map { (key($0), $0) }) { first, _ in first }
    return b.metrics.compactMap { metric in
      guard let other = old[key(metric)], other.mean != metric.mean else { return nil }
      return String(format: "%@: %.3f → %.3f", key(metric), other.mean, metric.mean)
    }
  }

  private static func files(_ a: BundleManifest, _ b: BundleManifest) -> [String] {
    let old = Dictionary(uniqueKeysWithValues: a.files.map { ($0.path, $0) })
    let new = Dictionary(uniqueKeysWithValues: b.files.map { ($0.path, $0) })
    return Set(old.keys).union(new.keys).sorted().compactMap { path in
      switch (old[path], new[path]) {
      case (let before?, let after?):
        before.sha256 == after.sha256
          ? nil : "\(path): changed, \(before.size) → \(after.size) bytes"
      case (nil, let after?): "\(path): added, \(after.size) bytes"
      case (let before?, nil): "\(path): gone, \(before.size) bytes"
      case (nil, nil): nil
      }
    }
  }

  private static func weights(_ a: BundleFolder, _ b: BundleFolder) throws -> [String] {
    let paths = [a, b].map { "\($0.path)/model.safetensors" }
    let files = try paths.map { try TensorFile.read(path: $0) }
    let shapes = files.map { file in
      Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) })
    }
    let common = shapes[0].keys.filter { shapes[0][$0] == shapes[1][$0] }
    var (squares, moved, largest) = (0.0, 0, (name: "", value: 0.0))
    for name in common.sorted() {
      try Interruption.check()
      let (old, new) = (try files[0].floats(name), try files[1].floats(name))
      guard old != new else { continue }
      moved += 1
      var norm = 0.0
      for (x, y) in zip(old, new) { norm += Double(x - y) * Double(x - y) }
      squares += norm
      if norm > largest.value { largest = (name, norm) }
    }
    var lines: [String] = []
    if moved > 0 {
      lines.append(
        String(
          format: "weights: %d of %d shared tensors differ, distance %.4g, most in %@ (%.4g)",
          moved,
          common.count, squares.squareRoot(), largest.name, largest.value.squareRoot()))
    }
    let other = Set(shapes[0].keys).symmetricDifference(shapes[1].keys).count
    let reshaped = shapes[0].keys.filter { shapes[1][$0] != nil && shapes[0][$0] != shapes[1][$0] }
    if other > 0 { lines.append("weights: \(other) tensors in one of them alone") }
    if !reshaped.isEmpty { lines.append("weights: \(reshaped.count) tensors of another shape") }
    return lines
  }
}
