import Basics
import Datasets
import Downloads
import Foundation
import Registry
import Training

/// Which images a model has seen in training, so that a study that starts from it can tell whether
/// it tests on some of them.
///
/// `trained-on.txt` beside the model: the SHA-256 of each image file, sorted, a line each.
package enum TrainedImages {
  private static let fileName = "trained-on.txt"

  /// Writes the list for a model's folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  /// - Returns: the name of the file; none where no case has an image.
  @discardableResult
  static func write(_ cases: [Case], to folder: String) throws -> [String] {
    let hashes = try Set(cases.flatMap(digests)).sorted()
    guard !hashes.isEmpty else { return [] }
    try AtomicFile.write(hashes.joined(separator: "\n") + "\n", to: "\(folder)/\(fileName)")
    return [fileName]
  }

  /// A sentence for each branch whose weights were trained on images of the study: its scores are optimistic.
  ///
  /// - Throws: `ZooError` when a list or an image can't be read.
  static func warnings(_ branches: [ImageBranch], _ cases: CaseSet, _ registry: EncoderRegistry)
    throws -> [String]
  {
    var own: [String: Int]?
    return try branches.compactMap { branch in
      guard let weights = branch.weights,
        let list = try WeightSource(weights, registry, at: branch.place).trainedOn
      else { return nil }
      let hashes = try own ?? count(cases.cases)
      own = hashes
      let seen = try count(of: hashes, in: list)
      guard seen > 0 else { return nil }
      return
        "\(branch.name): its weights were trained on \(seen) of the \(cases.pictureLayout.count) images of"
        + " this study, with labels of their own; what it scores on them is not what it would score"
        + " on new images."
    }
  }

  /// How many of the cases that a study tests have an image that a branch's weights were trained on; nil where no list
  /// is beside them.
  ///
  /// - Throws: `ZooError` when the list or an image can't be read.
  static func tested(
    _ branch: ImageBranch, _ set: CaseSet, _ splits: [Split], _ registry: EncoderRegistry
  ) throws -> Int? {
    guard let weights = branch.weights,
      let list = try WeightSource(weights, registry, at: branch.place).trainedOn
    else { return nil }
    let tested = Set(splits.flatMap(\.test)).sorted().map { set.cases[$0] }
    return try count(of: count(tested), in: list)
  }

  /// How many of some cases' images a model has seen in training; nil where its folder does not tell.
  ///
  /// - Throws: `ZooError` when the list or an image can't be read.
  package static func seen(by folder: String, of cases: [Case]) throws -> Int? {
    let list = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: list) else { return nil }
    return try count(of: count(cases), in: list)
  }

  private static func count(of hashes: [String: Int], in list: String) throws -> Int {
    String(decoding: try readFile(list), as: UTF8.self)
      .split(separator: "\n").reduce(0) { $0 + (hashes[String($1)] ?? 0) }
  }

  private static func count(_ cases: [Case]) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for hash in try cases.flatMap(digests) { counts[hash, default: 0] += 1 }
    return counts
  }

  /// The SHA-256 of each of a case's image files: known where pictures were read, else computed.
  private static func digests(_ item: Case) throws -> [String] {
    try item.images.map { try $0.picture?.file ?? sha256(ofFile: $0.path) }
  }
}
