import Basics
import Bundles
import Foundation
import Registry
import Training

/// Which weights that a training starts from were trained on data that a program made.
enum SyntheticOrigins {
  /// The names of those weights, as far as their folders tell: a bundle's manifest, or `data.json` of
  /// the run that left them.
  ///
  /// - Throws: `ZooError` for weights that are not there.
  static func names(of branches: [ImageBranch], _ registry: EncoderRegistry) throws -> [String] {
    var names: [String] = []
    for branch in branches {
      guard let weights = branch.weights,
        let folder = try WeightSource(weights, registry, at: branch.place).folder, isOne(folder)
      else { continue }
      // Folders of the machine are nobody's business.
      let name = weights.contains("/") ? lastName(of: weights) : weights
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  private static func isOne(_ folder: String) -> Bool {
    if let bundle = try? BundleFolder(folder) {
      return bundle.manifest.training.isSynthetic
        || bundle.manifest.limitations.contains(where: { $0.hasPrefix(sentenceBeginning) })
    }
    var root = URL(fileURLWithPath: folder).standardizedFileURL
    for _ in 0..<5 {
      if let note = try? DataNote(folder: root.path) {
        return note.isSynthetic || !note.syntheticOrigins.isEmpty
      }
      root.deleteLastPathComponent()
    }
    return false
  }

  /// How a bundle's card says it.
  static let sentenceBeginning = "It started from weights that were trained on synthetic data"
}

extension DataNote {
  /// What a card says of weights that the training started from; nil where nothing is to be said.
  package var originSentence: String? {
    guard !syntheticOrigins.isEmpty else { return nil }
    return "\(SyntheticOrigins.sentenceBeginning) (\(syntheticOrigins.joined(separator: ", "))):"
      + " what they learnt there says nothing of real images."
  }

  /// What a card says of the branches' starting weights that have seen cases of the data.
  package func seenSentences(of branches: [String]) -> [String] {
    seen.filter { branches.contains($0.branch) }.map {
      "Its starting weights have seen cases it was tested on: \($0.sentence). Its figures are too good."
    }
  }
}
