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
enum TrainedImages {
  private static let fileName = "trained-on.txt"

  /// Writes the list for a model's folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  static func write(_ cases: [Case], to folder: String) throws {
    let hashes = try Set(cases.compactMap(\.imagePath).map { try sha256(ofFile: $0) }).sorted()
    guard !hashes.isEmpty else { return }
    try AtomicFile.write(hashes.joined(separator: "\n") + "\n", to: "\(folder)/\(fileName)")
  }

  /// A sentence for each branch whose weights were trained on images of the study: its scores flatter.
  ///
  /// - Throws: `ZooError` when a list or an image can't be read.
  static func cautions(_ branches: [ImageBranch], _ cases: CaseSet, _ registry: EncoderRegistry)
    throws -> [String]
  {
    var own: [String: Int]?
    return try branches.compactMap { branch in
      guard let weights = branch.weights,
        let list = try WeightSource(weights, registry, at: branch.place).trainedOn
      else { return nil }
      let hashes = try own ?? count(cases)
      own = hashes
      let seen = String(decoding: try readFile(list), as: UTF8.self)
        .split(separator: "\n").reduce(0) { $0 + (hashes[String($1)] ?? 0) }
      guard seen > 0 else { return nil }
      return
        "\(branch.name): its weights were trained on \(seen) of the \(cases.cases.count) images of"
        + " this study, with labels of their own; what it scores on them is not what it would score"
        + " on new images."
    }
  }

  private static func count(_ cases: CaseSet) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for path in cases.cases.compactMap(\.imagePath) {
      counts[try sha256(ofFile: path), default: 0] += 1
    }
    return counts
  }
}
