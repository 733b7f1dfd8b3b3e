import Bundles
import Foundation

/// What a bundle is, in lines for a reader.
package struct BundleSummary {
  package let lines: [String]

  /// Tells what the manifest says; the files are not looked at.
  ///
  /// - Throws: `ZooError` for a signature that can't be read.
  package init(_ folder: BundleFolder) throws {
    let manifest = folder.manifest
    var lines = ["\(manifest.name), \(manifest.created)", manifest.summary]
    lines.append("manifest SHA-256: \(try folder.manifestDigest())")
    if let data = try folder.signatureData() {
      let signature = try MinisignSignature(
        data, path: "\(folder.path)/\(BundleManifest.signatureName)")
      lines.append("signed by the key \(signature.keyID) (zoo bundle verify --key checks it)")
    }
    lines += manifest.licences.lines
    lines.append(
      "trained on \(manifest.training.dataSet): \(manifest.training.cases[0]) cases, split "
        + "\(manifest.training.split) of \(manifest.training.folds)")
    if manifest.output.task != "binary" {
      lines.append(
        "\(manifest.output.task), \(manifest.output.activation) over "
          + manifest.output.labels.joined(separator: ", "))
      if let words = manifest.output.thresholdWords { lines.append("thresholds: \(words)") }
    }
    if let words = manifest.output.calibration {
      lines.append("calibrated probabilities: \(words)")
    }
    for metric in manifest.metrics {
      let interval = metric.interval.map {
        String(format: " (%.3f to %.3f)", $0.lowerBound, $0.upperBound)
      }
      lines.append(
        "\(metric.name), \(metric.split), n = \(metric.count): "
          + String(format: "%.3f", metric.mean) + (interval ?? ""))
    }
    lines.append("intended use: \(manifest.intendedUse)")
    lines += manifest.limitations.map { "limit: \($0)" }
    let width = manifest.files.map(\.path.count).max() ?? 0
    lines += manifest.files.map { file in
      "  \(file.path.padding(toLength: width, withPad: " ", startingAt: 0))  "
        + "\(file.role.rawValue), \(file.size) bytes"
    }
    self.lines = lines
  }
}
