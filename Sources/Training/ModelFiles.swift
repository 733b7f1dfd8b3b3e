import Foundation

/// The files of a saved model.
package enum ModelFiles {
  /// The folder of the files of a text encoder's own tokenizer.
  package static let tokenizerFolder = "tokenizer"

  private static let own = ["model.json", "model.safetensors", "vocabulary.txt"]

  /// Whether a name is that of a file that is read of a model, there or not.
  static func isRead(_ name: String) -> Bool {
    own.contains(name) || name.hasPrefix("\(tokenizerFolder)/")
  }

  /// The names of those that are there, the description first.
  package static func names(in folder: String) -> [String] {
    let files = FileManager.default
    let pieces = (try? files.contentsOfDirectory(atPath: "\(folder)/\(tokenizerFolder)")) ?? []
    return own.filter { files.fileExists(atPath: "\(folder)/\($0)") }
      + pieces.sorted().map { "\(tokenizerFolder)/\($0)" }
  }
}
