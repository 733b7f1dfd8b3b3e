import Basics
import Bundles
import Downloads
import EncoderKit
import Evaluation
import Exchange
import Foundation
import Registry
import Training

/// Everything that can be told of a bundle without network: signature, strict manifest, sizes and
/// hashes, that the manifest describes the model, and that the model gives the golden logits.
package struct BundleVerification {
  /// What was found, in lines.
  package let lines: [String]
  package let folder: BundleFolder

  /// Verifies a bundle; a signature is checked before anything is parsed.
  ///
  /// - Throws: `ZooError` that names the first thing that is wrong; `Interrupted`.
  package init(
    path: String, key: MinisignPublicKey?, registry: EncoderRegistry, kernels: any Kernels
  ) throws {
    var lines: [String] = []
    lines.append(try BundleVerification.signature(path, key))
    folder = try BundleFolder(path)
    let manifest = folder.manifest
    let others = try folder.verify()
    lines.append(
      "files: \(manifest.files.count), \(manifest.totalSize) bytes, sizes and hashes as listed")
    if !others.isEmpty {
      lines.append("beside them, no part of the bundle: \(others.joined(separator: ", "))")
    }
    let model = try TrainedModel.read(from: path, registry: registry)
    try BundleVerification.compare(manifest, model, path: path)
    lines.append("model: \(manifest.architecture.summary), as the manifest describes it")
    let golden = try GoldenCases(folder: folder)
    let difference = try golden.check(folder, registry: registry, kernels: kernels)
    lines.append(
      "golden logits: \(golden.cases.count) cases, largest difference "
        + (difference == 0 ? "0" : String(format: "%.1e", difference)))
    if manifest.files.contains(where: { $0.role == .loader }) {
      let script = try? PythonLoader(model, registry: registry, kernels: kernels).text
      let isOurs = try script.map { Data($0.utf8) } == readFile("\(path)/\(PythonLoader.fileName)")
      lines.append(
        "\(PythonLoader.fileName): "
          + (isOurs
            ? "as this program writes it"
            : "not as this program writes it; read it before you run it"))
    }
    self.lines = lines
  }

  private static func signature(_ path: String, _ key: MinisignPublicKey?) throws -> String {
    let file = "\(path)/\(BundleManifest.signatureName)"
    guard FileManager.default.fileExists(atPath: file) else {
      guard key == nil else {
        throw ZooError(.untrusted, "the bundle is not signed", at: Place(path: path))
      }
      return "signature: none"
    }
    let signature = try MinisignSignature(
      BundleFolder.bytes(file, limit: MinisignSignature.maximumSize), path: file)
    guard let key else {
      return "signature: claims to be of the key \(signature.keyID); not checked without --key"
    }
    let data = try BundleFolder.bytes(
      "\(path)/\(BundleManifest.fileName)", limit: BundleManifest.maximumSize)
    try signature.verify(data, key: key)
    return "signature: of the key \(key.id), \"\(signature.trustedComment)\""
  }

  /// The manifest's description and the model's own must be one.
  private static func compare(_ manifest: BundleManifest, _ model: TrainedModel, path: String)
    throws
  {
    func require(_ isSame: Bool, _ what: String) throws {
      guard isSame else {
        throw ZooError(
          .wrongContent, "the manifest's \(what) is not that of model.json", at: Place(path: path))
      }
    }
    try require(manifest.architecture == model.architecture, "architecture")
    try require(manifest.preprocessing == model.preprocessing, "preprocessing")
    try require(manifest.output.labels == model.labels, "list of labels")
    try require(manifest.output.task == model.task.rawValue, "task")
    try require(manifest.output.threshold == model.threshold, "threshold")
    try require(manifest.output.thresholds == model.chosenThresholds, "list of thresholds")
    try require(manifest.output.calibration == model.calibration?.sentence, "calibration")
  }
}
