import Basics
import Downloads
import EncoderKit
import Foundation
import Fusion
import WeightFiles

/// The features of an encoder that is frozen whole, kept in the user's cache between runs.
///
/// `KEY.safetensors`, with a tensor `[pictures, width]` for each view. The key is a SHA-256 of all
/// that the numbers depend on: weights, preprocessing, augmentation, every picture's pixels,
/// kernels, threads and the program's version. So what is read is to the bit what would be
/// computed; a digest in each file tells whether it still is what was written. The files may be
/// deleted at any time.
struct FeatureFile {
  private let path: String

  /// The file for a model over pictures; nil where there is no folder.
  ///
  /// Where each view has an encoder of its own, `slots` tells which reads each picture.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  init?(
    _ folder: FeatureFolder?, _ model: TrainedModel, _ branch: ImageBranch, _ images: ImageStore?,
    views: Int, seed: UInt64, slots: [Int]? = nil
  ) throws {
    guard let images, let folder else { return nil }
    var plain = branch
    plain.name = ""
    plain.weights = nil
    plain.weightPrefix = nil
    plain.training = TrainingSettings()
    // Features are of pictures, however those of a case are joined.
    plain.views = nil
    let description =
      (model.plugins.filter { $0.kind == .encoder }.map(\.digest) + [
        plain.json.text(), "\(views) \(views > 1 ? seed : 0)",
      ] + (slots.map { ["slots \($0)"] } ?? []) + folder.environment).joined(separator: "\n")
    let hash = try FeatureFile.hash(description, model) {
      $0.hasPrefix("image.") && !$0.hasPrefix("image.views.")
    }
    try images.forEachPicture { try hash.update($0) }
    path = "\(folder.path)/\(try hash.finish()).safetensors"
  }

  /// The file for a model over texts, each as its encoder is given it; nil where there is no folder.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  init?(
    _ folder: FeatureFolder?, _ model: TrainedModel, _ branch: TextBranch, _ texts: [[Int32]]
  ) throws {
    guard let folder else { return nil }
    let description =
      (model.plugins.filter { $0.kind == .encoder }.map(\.digest) + [
        "text", branch.encoder, branch.options.text(),
      ] + folder.environment).joined(separator: "\n")
    let hash = try FeatureFile.hash(description, model) { $0.hasPrefix("text.") }
    for text in texts {
      try [Int32(text.count)].withUnsafeBytes { try hash.update($0) }
      try text.withUnsafeBytes { try hash.update($0) }
    }
    path = "\(folder.path)/\(try hash.finish()).safetensors"
  }

  /// The SHA-256 of a model's parameters of some keys.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  static func digest(of model: TrainedModel, _ keys: (String) -> Bool) throws -> String {
    try hash("", model, of: keys).finish()
  }

  /// The SHA-256 of a description and of a model's parameters of some keys, to go on with.
  private static func hash(
    _ description: String, _ model: TrainedModel, of keys: (String) -> Bool
  ) throws -> SHA256Stream {
    let hash = try SHA256Stream()
    try Array(description.utf8).withUnsafeBytes { try hash.update($0) }
    for parameter in model.classifier.store.parameters where keys(parameter.key) {
      try Array("\(parameter.key) \(parameter.value.shape)\n".utf8).withUnsafeBytes {
        try hash.update($0)
      }
      try parameter.value.values.withUnsafeBytes { try hash.update($0) }
    }
    return hash
  }

  /// The features that are kept, or else what `make` gives, which is kept then.
  ///
  /// Where another process is making the same, it is waited for.
  ///
  /// - Throws: what `make` throws, or `Interrupted`.
  func features(
    pictures: Int, views: Int, _ progress: ProgressReporter, title: String,
    make: () throws -> FrozenMaps?
  ) throws -> FrozenMaps? {
    if let kept = read(pictures: pictures, views: views) { return kept }
    try? AtomicFile.makeFolder(parentFolder(of: path))
    var isWaiting = false
    let lock: FileLock
    do {
      lock = try FileLock("\(path).lock") {
        try Interruption.check()
        if !isWaiting {
          progress.line("\(title): another process makes these features; waiting for them")
        }
        isWaiting = true
      }
    } catch let error as ZooError where error.code == .system {
      // A folder that can't be locked, or not written either: each makes its own.
      let made = try make()
      if let made { write(made) }
      return made
    }
    let kept = read(pictures: pictures, views: views)
    let made = try kept ?? make()
    if kept == nil, let made { write(made) }
    _ = consume lock
    return made
  }

  /// The features, if they were kept and are whole.
  private func read(pictures: Int, views: Int) -> FrozenMaps? {
    // One that is damaged is computed again, as one that is not there.
    guard let file = try? TensorFile.read(path: path),
      let digest = try? ContentDigest(text: "", file: file),
      file.metadata[ContentDigest.key] == digest.digits
    else { return nil }
    var width = 0
    let all = (0..<views).compactMap { view -> [[Float]]? in
      let name = "view\(view)"
      guard let shape = file.entry(name)?.shape, shape.count == 2, shape[0] == pictures,
        let values = try? file.floats(name)
      else { return nil }
      width = shape[1]
      return (0..<pictures).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
    return all.count == views ? FrozenMaps(shape: [width], views: all) : nil
  }

  /// Keeps features; a cache that can't be written is done without.
  private func write(_ maps: FrozenMaps) {
    let tensors = maps.views.enumerated().map { view, features in
      (
        name: "view\(view)", shape: [features.count] + maps.shape,
        values: features.flatMap { $0 }
      )
    }
    guard let digest = try? ContentDigest(text: "", tensors: tensors) else { return }
    try? TensorFile.write(tensors, metadata: [ContentDigest.key: digest.digits], to: path)
  }
}
