import Basics
import EncoderKit
import Ranks

extension RecipeContext {
  /// The rows of items, computed by this process, or each rank's part by itself.
  ///
  /// - Throws: what `body` throws; `Interrupted`.
  func shared<Item>(
    _ items: [Item], groupsOf size: Int = BatchSource.groupSize,
    _ body: ([Item]) throws -> [[Float]]
  ) throws -> [[Float]] {
    try session.ranks.map { try $0.rows(items, groupsOf: size, body) } ?? body(items)
  }

  /// How many of items this process computes by `shared`, for its progress.
  func ownShare(of items: Int) -> Int {
    session.ranks.map {
      $0.share(of: items, groupsOf: BatchSource.groupSize, rank: $0.rank).count
    } ?? items
  }

  /// The features that the user's cache has in a file, or else what `make` gives, which is kept then; without a file
  /// they are made.
  ///
  /// Of several ranks the first looks for them, and all make what it does not find.
  ///
  /// - Throws: what `make` throws, or `Interrupted`.
  func kept(
    pictures: Int, views: Int, title: String, file: () throws -> FeatureFile?,
    make: () throws -> FrozenMaps?
  ) throws -> FrozenMaps? {
    guard let ranks = session.ranks else {
      guard let file = try file() else { return try make() }
      return try file.features(pictures: pictures, views: views, progress, title: title, make: make)
    }
    guard ranks.isFirst else {
      let told = ranks.fromFirst([UInt8]())
      guard !told.isEmpty else { return try make() }
      let shape = String(decoding: told, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
      return FrozenMaps(
        shape: shape,
        views: (0..<views).map { _ in
          let all = ranks.fromFirst([Float](repeating: 0, count: pictures * shape.reduce(1, *)))
          return Tensor(all, shape: [pictures] + shape).rowValues
        })
    }
    var isMade = false
    func makeTogether() throws -> FrozenMaps? {
      isMade = true
      _ = ranks.fromFirst([UInt8]())
      return try make()
    }
    let found = try file()?.features(
      pictures: pictures, views: views, progress, title: title, make: makeTogether)
    guard !isMade else { return found }
    guard let found else { return try makeTogether() }
    _ = ranks.fromFirst(Array(found.shape.map { "\($0)" }.joined(separator: " ").utf8))
    for view in found.views { _ = ranks.fromFirst(view.flatMap { $0 }) }
    return found
  }
}

extension Tensor {
  /// The values of each row along the first axis.
  var rowValues: [[Float]] {
    let (values, count) = (values, shape[0])
    let width = count == 0 ? 0 : values.count / count
    return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }
}
