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

  /// The rows of items in their order, handed on as they come: by this process batch by batch, or a few groups at a time
  /// of which each rank computes its part.
  ///
  /// `body` computes the rows of some items, and gives them on in their order.
  ///
  /// - Throws: what `body` and `take` throw; `Interrupted`.
  func inTurn<Item>(
    _ items: [Item], groupsOf size: Int = BatchSource.groupSize,
    _ body: (_ items: [Item], _ give: ([[Float]]) throws -> Void) throws -> Void,
    take: (_ items: ArraySlice<Item>, _ rows: [[Float]]) throws -> Void
  ) throws {
    guard let ranks = session.ranks else {
      var next = 0
      return try withoutActuallyEscaping(take) { take in
        try body(items) { rows in
          try take(items[next..<next + rows.count], rows)
          next += rows.count
        }
      }
    }
    // Few, since what a stopped run had done is kept by the piece.
    let piece = 4 * ranks.count * size
    for start in stride(from: 0, to: items.count, by: piece) {
      let part = items[start..<min(start + piece, items.count)]
      let rows = try shared(Array(part), groupsOf: size) { items in
        var rows: [[Float]] = []
        try body(items) { rows += $0 }
        return rows
      }
      try take(part, rows)
    }
  }

  /// The features that the user's cache has in a file, or else those that `make` fills in, which are kept then.
  ///
  /// Without a file they are made in memory, and nil where they would take more than `limit` bytes of it.
  ///
  /// Of several ranks the first looks for them; all make what it does not find, and it gives all of them to the others,
  /// which hold them in memory.
  ///
  /// - Throws: what `make` throws, or `Interrupted`.
  func kept(
    pictures: Int, views: Int, limit: Int, title: String, file: () throws -> FeatureFile?,
    make: (_ begin: @escaping (FeatureSheet.Plan) -> FeatureSheet?) throws -> FrozenMaps?
  ) throws -> FrozenMaps? {
    func find(_ make: (@escaping (FeatureSheet.Plan) -> FeatureSheet?) throws -> FrozenMaps?) throws
      -> FrozenMaps?
    {
      guard let file = try file() else {
        return try make { $0.bytes <= limit ? FeatureSheet($0) : nil }
      }
      return try file.features(
        pictures: pictures, views: views, limit: limit, progress, title: title, make: make)
    }
    guard let ranks = session.ranks else { return try find(make) }
    func told(_ number: Int?) -> Int? {
      Int(
        String(
          decoding: ranks.fromFirst(Array((number.map { "\($0)" } ?? "").utf8)), as: UTF8.self))
    }
    var found: FrozenMaps?
    var width: Int?
    if ranks.isFirst {
      var isMade = false
      found = try find { begin in
        isMade = true
        _ = told(nil)
        return try make { plan in
          let sheet = plan.bytes <= limit ? begin(plan) : nil
          _ = told(sheet?.done)
          return sheet
        }
      }
      width = found?.shape[0]
      if !isMade { _ = told(width) }
    } else {
      width = told(nil)
      if width == nil {
        width = try make { plan in
          told(nil).map { FeatureSheet(discarding: plan, done: $0) }
        }?.shape[0]
      }
    }
    guard let width else { return nil }
    guard pictures * views * width * MemoryLayout<Float>.size <= limit else {
      progress.line(
        "\(title): the features that were found are too large to be held by every rank; the encoder runs in every epoch"
      )
      return nil
    }
    let received = try (0..<views).map { view -> [Float] in
      var values: [Float] = []
      if found == nil { values.reserveCapacity(pictures * width) }
      for start in stride(from: 0, to: pictures, by: Self.rowsAtATime) {
        let rows = start..<min(start + Self.rowsAtATime, pictures)
        let piece = ranks.fromFirst(
          try found?.views[view].values(rows) ?? [Float](repeating: 0, count: rows.count * width))
        if found == nil { values += piece }
      }
      return values
    }
    return found
      ?? FrozenMaps(shape: [width], views: received.map { FeatureRows($0, width: width) })
  }

  /// Rows that go from the first rank to the others at a time.
  private static let rowsAtATime = 4096
}

extension Tensor {
  /// The values of each row along the first axis.
  var rowValues: [[Float]] {
    let (values, count) = (values, shape[0])
    let width = count == 0 ? 0 : values.count / count
    return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }
}
