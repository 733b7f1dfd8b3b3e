import Basics
import EncoderKit
import WeightFiles
import WordVectors

extension WordVectorTable {
  /// The word vectors of a model's folder.
  ///
  /// - Parameters:
  ///   - folder: the model's.
  ///   - member: which of several, from 1.
  /// - Throws: `ZooError` when the model reads no texts or is not whole.
  package init(ofModel folder: String, member: Int = 1) throws {
    let path = "\(folder)/model.safetensors"
    let file = try TensorFile.read(path: path)
    let keys = file.entries.map(\.name).filter {
      $0.hasPrefix("text.") && $0.hasSuffix("embedding.weight")
    }
    guard !keys.isEmpty else {
      throw ZooError(
        .badValue, "the model there reads no texts; it has no word vectors", at: Place(path: path))
    }
    let named = keys.filter {
      $0 == "text.embedding.weight" || $0.hasPrefix("text.member\(member).")
    }
    guard let key = named.first, keys.count > 1 || member == 1 else {
      throw ZooError(
        .badValue, "the model has \(keys.count) members; found --member \(member)",
        at: Place(path: path))
    }
    let shape = file.entry(key)?.shape ?? []
    let vocabulary = try Vocabulary(
      words: readLines("\(folder)/vocabulary.txt"), path: "\(folder)/vocabulary.txt")
    guard shape.count == 2, shape[0] == vocabulary.count else {
      throw ZooError(
        .badFormat,
        "the tensor has shape \(shape); expected [\(vocabulary.count), dimension], as vocabulary.txt "
          + "has \(vocabulary.count) words", at: Place(path: path, key: key))
    }
    try self.init(
      vocabulary: vocabulary, dimension: shape[1], values: file.floats(key))
  }
}
