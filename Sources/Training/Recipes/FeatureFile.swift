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

  /// The features that are kept, or else those that `make` fills in, which are kept then; nil where it makes none.
  ///
  /// `make` asks `begin` for the sheet once it knows the width and the number of steps. Where a run of the same was
  /// stopped, the sheet holds what that one had done; where another process is making the same, it is waited for. There
  /// is none where neither a file can hold it nor `limit` bytes of memory.
  ///
  /// - Throws: what `make` throws, or `Interrupted`.
  func features(
    pictures: Int, views: Int, limit: Int, _ progress: ProgressReporter, title: String,
    make: (_ begin: @escaping (FeatureSheet.Plan) -> FeatureSheet?) throws -> FrozenMaps?
  ) throws -> FrozenMaps? {
    func kept(isLocked: Bool) -> FrozenMaps? {
      PartialFeatures.kept(path, views: views, rows: pictures, isLocked: isLocked)
        .map { FrozenMaps(shape: [$0.width], views: $0.rows) }
    }
    if let kept = kept(isLocked: false) { return kept }
    try? AtomicFile.makeFolder(parentFolder(of: path))
    var lock: FileLock? = nil
    var isLocked = false
    var isWaiting = false
    do {
      lock = try FileLock("\(path).lock") {
        try Interruption.check()
        if !isWaiting {
          progress.line("\(title): another process makes these features; waiting for them")
        }
        isWaiting = true
      }
      isLocked = true
    } catch let error as ZooError where error.code == .system {
      // A folder that can't be locked, or not written either: each makes its own.
    }
    if isLocked, let kept = kept(isLocked: true) { return kept }
    var sheet: FeatureSheet?
    // What is done stays for a run that comes later, whatever stops this one.
    defer { sheet?.suspend() }
    let made = try make { plan in
      let file = isLocked ? PartialFeatures(path: path, plan) : nil
      if let file, file.done > 0 {
        progress.line("\(title): goes on from what a stopped run had done of these features")
      }
      if file == nil {
        progress.line(
          "\(title): these features can't be kept as they are made, since the folder \(parentFolder(of: path)) can't be"
            + " written or locked, or has no room: a run that is stopped makes them anew")
      }
      sheet = file.map { FeatureSheet($0) } ?? (plan.bytes <= limit ? FeatureSheet(plan) : nil)
      return sheet
    }
    // Where the disk has no room for a file it is not filled to the brim.
    if let made, !isLocked { write(made) }
    _ = consume lock
    return made
  }

  /// Keeps features at once, where they could not be written as they came; a cache that can't be written is done without.
  private func write(_ maps: FrozenMaps) {
    guard
      let tensors = try? maps.views.enumerated().map({ view, rows in
        (
          name: "view\(view)", shape: [rows.count, rows.width],
          values: try rows.values(0..<rows.count)
        )
      }), let digest = try? ContentDigest(text: "", tensors: tensors)
    else { return }
    try? TensorFile.write(tensors, metadata: [ContentDigest.key: digest.digits], to: path)
  }
}
