import Foundation

/// The files of a saved model.
package enum ModelFiles {
  /// The folder of the files of a text encoder's own tokenizer.
  package static let tokenizerFolder = "tokenizer"

  /// The names of those that are there, the description first.
  package static func names(in folder: String) -> [String] {
    let files = FileManager.default
    let own = (try? files.contentsOfDirectory(atPath: "\(folder)/\(tokenizerFolder)")) ?? []
    return ["model.json", "model.safetensors", "vocabulary.txt"].filter {
      files.fileExists(atPath: "\(folder)/\($0)")
    } + own.sorted().map { "\(tokenizerFolder)/\($0)" }
  }
}
