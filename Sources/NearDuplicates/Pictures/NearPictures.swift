import Basics
import Dispatch
import Synchronization

/// The near-duplicates among many pictures: the same exposure cropped (to a tenth a side or so), mirrored, turned by
/// up to five degrees, encoded again, or with another contrast.
///
/// Candidates come from local hashes that agree; a pair is linked where at least four
/// places agree on one similarity and the aligned details correlate. Time and links grow linearly: no picture is
/// compared with more than 32 earlier ones, and of very many copies of one picture each is linked to early ones.
package struct NearPictures: Sendable, Equatable {
  /// From this correlation of aligned details two pictures are one exposure.
  package static let leastCorrelation = 0.75

  /// Pairs by position, ascending.
  package let links: [PictureLink]
  /// Positions of pictures that links connect, two or more each, in the order of their first.
  package let groups: [[Int]]
  /// Pictures that can't be told from others: blank ones, or such with fewer than four places that stand out.
  package let featureless: [Int]
  /// Pairs that were compared.
  package let compared: Int
  /// Pairs that hashes spoke for and that were not compared, since 32 others of the picture had more votes.
  package let passedOver: Int
  /// Hashes that were not looked up, since 32 earlier ones have the same key.
  package let unreadHashes: Int

  /// Finds the near-duplicates; nil stands for a case without a picture.
  ///
  /// - Parameters:
  ///   - pictures: their signatures.
  ///   - threads: how many look at once, 0 for all cores; the result is the same for any number.
  /// - Throws: `Interrupted`.
  package init(_ pictures: [PictureSignature?], threads: Int = 0) throws {
    let index = HashIndex(pictures)
    let count = pictures.count
    let results = Mutex(
      [(links: [PictureLink], compared: Int, passedOver: Int)?](
        repeating: nil, count: count))
    NearPictures.forEach(count, threads: threads) { place in
      guard !Interruption.isRequested, let picture = pictures[place] else { return }
      let (candidates, more) = index.candidates(for: place, picture)
      let found = candidates.compactMap { candidate in
        pictures[candidate.picture].flatMap {
          NearPictures.link((candidate.picture, $0), (place, picture), candidate.isMirrored)
        }
      }
      results.withLock { $0[place] = (found, candidates.count, more) }
    }
    try Interruption.check()
    let all = results.withLock { $0 }
    (compared, passedOver) = (
      all.reduce(0) { $0 + ($1?.compared ?? 0) }, all.reduce(0) { $0 + ($1?.passedOver ?? 0) }
    )
    unreadHashes = index.unread
    featureless = pictures.indices.filter { pictures[$0]?.isFeatureless ?? false }
    links = NearPictures.best(all.flatMap { $0?.links ?? [] })
    groups = connectedGroups(of: count, links.map { ($0.first, $0.second) })
  }

  /// Decides on a pair, the second mirrored if so; nil where it is none.
  package static func link(
    _ first: (index: Int, signature: PictureSignature),
    _ second: (index: Int, signature: PictureSignature), _ isMirrored: Bool
  ) -> PictureLink? {
    guard let match = PlaceMatch(first.signature, second.signature, isMirrored: isMirrored),
      let aligned = PictureAlignment(
        first.signature.detail, second.signature.detail, from: match.map),
      aligned.correlation >= leastCorrelation, aligned.map.isMirrored == isMirrored,
      abs(aligned.map.rotation) <= PlaceMatch.mostRotation,
      PlaceMatch.scales.contains(aligned.map.scale), aligned.map.stretch < 1.2
    else { return nil }
    return PictureLink(
      first: first.index, second: second.index, correlation: aligned.correlation,
      transform: PictureTransform(aligned.map, first.signature, second.signature))
  }

  /// One link a pair, of two the one that correlates more, in order.
  private static func best(_ links: [PictureLink]) -> [PictureLink] {
    let sorted = links.sorted {
      ($0.first, $0.second, $1.correlation) < ($1.first, $1.second, $0.correlation)
    }
    return sorted.enumerated().filter { place, link in
      place == 0 || (sorted[place - 1].first, sorted[place - 1].second) != (link.first, link.second)
    }.map(\.element)
  }

  /// Calls `body` for each number below `count`, on so many threads; on all cores for 0.
  private static func forEach(
    _ count: Int, threads: Int, _ body: @Sendable (Int) -> Void
  ) {
    guard threads > 0 else {
      return DispatchQueue.concurrentPerform(iterations: count, execute: body)
    }
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for place in stride(from: thread, to: count, by: threads) { body(place) }
    }
  }
}
