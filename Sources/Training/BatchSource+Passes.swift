import Basics
import EncoderKit

extension BatchSource {
  /// The cases of a batch whose answers alone are asked for.
  static let groupSize = 64

  /// Batches of cases in their order, made in the background, each with a pass in evaluation mode.
  ///
  /// - Throws: what `body` throws; `ZooError` that names an image file that has vanished or changed;
  ///   `Interrupted`.
  func forEachBatch(
    _ indices: [Int], augmentedBy random: RandomStream? = nil, _ kernels: any Kernels,
    _ body: (RawBatch, inout Forward) throws -> Void
  ) throws {
    try forEachGroup(indices, { try batch($0, augmentedBy: random) }, kernels, body)
  }

  /// Batches of pictures in their order, as those of cases.
  ///
  /// - Throws: as of those.
  func forEachBatch(
    ofPictures pictures: [PictureReference], augmentedBy random: RandomStream?,
    _ kernels: any Kernels, _ body: (RawBatch, inout Forward) throws -> Void
  ) throws {
    try forEachGroup(
      pictures, { try batch(ofPictures: $0, augmentedBy: random) }, kernels, body)
  }

  private func forEachGroup<Item: Sendable>(
    _ indices: [Item], _ make: @escaping @Sendable ([Item]) throws -> RawBatch,
    _ kernels: any Kernels, _ body: (RawBatch, inout Forward) throws -> Void
  ) throws {
    let groups = stride(from: 0, to: indices.count, by: Self.groupSize).map {
      Array(indices[$0..<min($0 + Self.groupSize, indices.count)])
    }
    let pipeline = BatchPipeline(count: groups.count) { try make(groups[$0]) }
    defer { pipeline.cancel() }
    while let batch = try pipeline.next() {
      try Interruption.check()
      var forward = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
      try body(batch, &forward)
    }
  }
}
