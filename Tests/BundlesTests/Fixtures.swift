import Basics
import Foundation

@testable import Bundles

/// A bundle that is whole as far as this module looks: its files are listed, their content is not.
enum SmallBundle {
  static let contents = ["README.md": "a card\n", "golden/case1.png": "pixels", "model.json": "{}"]

  static func manifest(
    id: String = "small", version: String = "1.0.0", contents: [String: String] = contents
  ) throws -> BundleManifest {
    BundleManifest(
      id: id, version: try BundleVersion(version), created: Timestamp(seconds: 1_750_000_000),
      summary: "a small one", program: "0.1.0", plugins: [.init(id: "Words", kit: 1)],
      architecture: BundleArchitecture(
        image: nil, text: .init(name: "word2vec", options: ["filters": 8], members: 1),
        fusion: .init(head: "concat", hidden: 0)),
      preprocessing: BundlePreprocessing(
        image: nil, text: .init(tokenizer: ["numbers": "kept"], words: 12)),
      output: BundleOutput(
        task: "binary", labels: ["normal", "abnormal"], threshold: 0.5, thresholdRule: "default"),
      training: BundleTraining(
        dataSet: "cases", description: "made up", isSynthetic: true,
        revision: String(repeating: "ab", count: 32), split: "r1f1", folds: "3 folds",
        cases: [20, 5, 10], seed: 1, configuration: String(repeating: "0c", count: 32),
        startedFrom: []),
      metrics: [
        BundleMetric(
          name: "accuracy", split: "r1f1 test", count: 10, mean: 0.9, deviation: nil,
          interval: 0.7...1, method: "bootstrap")
      ], intendedUse: "tests", limitations: ["small"],
      licences: BundleLicences(
        code: "Apache-2.0", weights: "CC0-1.0", data: "none", origin: nil),
      files: try contents.map { path, text in
        BundleFile(
          path: path, size: text.utf8.count, sha256: try sha256(of: Data(text.utf8)),
          mediaType: "text/plain", role: path.hasSuffix("md") ? .card : .golden)
      })
  }

  /// Writes a bundle to a folder.
  @discardableResult
  static func write(
    to folder: String, id: String = "small", version: String = "1.0.0",
    contents: [String: String] = contents
  ) throws -> BundleFolder {
    for (path, text) in contents {
      let file = "\(folder)/\(path)"
      try AtomicFile.makeFolder((file as NSString).deletingLastPathComponent)
      try AtomicFile.write(text, to: file)
    }
    try AtomicFile.write(
      manifest(id: id, version: version, contents: contents).data, to: "\(folder)/bundle.json")
    return try BundleFolder(folder)
  }

  /// The manifest's text with one piece replaced.
  static func text(_ old: String, _ new: String) throws -> Data {
    let text = String(decoding: try manifest().data, as: UTF8.self)
    precondition(text.contains(old), old)
    return Data(text.replacingOccurrences(of: old, with: new).utf8)
  }
}

/// Keys that are the same in every test.
let testKey = MinisignSecretKey(
  seed: [UInt8](repeating: 7, count: 32), id: [1, 2, 3, 4, 5, 6, 7, 8])
let otherKey = MinisignSecretKey(
  seed: [UInt8](repeating: 8, count: 32), id: [8, 7, 6, 5, 4, 3, 2, 1])
