import Basics
import Foundation
import Ranks

/// Whether all ranks work with the same, so that they stay in step.
struct RankAgreement {
  private let ranks: RankGroup

  init(_ ranks: RankGroup) { self.ranks = ranks }

  /// Compares what each rank has with what the first has, key by key.
  ///
  /// - Throws: `ZooError` of code `.conflict` on a rank that has something else, with its number, its machine and both
  ///   values.
  func check(_ own: [(key: String, value: String)]) throws {
    // Texts may be long: a digest of them is as good.
    let digests = try own.map { try sha256(of: "\($0.key)=\($0.value)") }
    let first = String(
      decoding: ranks.fromFirst(Array(digests.joined(separator: "\n").utf8)), as: UTF8.self
    ).split(separator: "\n").map(String.init)
    let values = String(
      decoding: ranks.fromFirst(
        Array(own.map { $0.value.count < 100 ? $0.value : "another" }.joined(separator: "\n").utf8)
      ), as: UTF8.self
    ).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let differing = own.indices.filter { !first.indices.contains($0) || first[$0] != digests[$0] }
    guard let index = differing.first else { return }
    let (key, value) = own[index]
    throw ZooError(
      .conflict,
      // Neither a text of many lines nor a digest tells a person anything.
      value.count < 64 && values.indices.contains(index)
        ? "the \(key) here is \(value), rank 0's is \(values[index])"
        : "the \(key) here is not the same as rank 0's",
      advice: "give all hosts the same program, data and options")
  }
}
