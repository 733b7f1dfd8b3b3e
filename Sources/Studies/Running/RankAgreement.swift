import Basics
import Foundation
import Ranks

/// Whether all ranks work with the same, so that they stay in step.
struct RankAgreement {
  private let ranks: RankGroup

  init(_ ranks: RankGroup) { self.ranks = ranks }

  /// Compares what each rank has with what the first has, key by key.
  ///
  /// Where one has something else, the others go no further: that rank ends them.
  ///
  /// - Throws: `ZooError` of code `.conflict` on a rank that has something else, with both values.
  func check(_ own: [(key: String, value: String)]) throws {
    // Neither a text of many lines nor a digest tells a person anything.
    let lines = try own.map { key, value in
      [key, try sha256(of: value), value.count < 64 && !value.contains("\n") ? value : ""]
    }
    let all = ranks.gather(
      lines.map { $0.joined(separator: "\u{1f}") }.joined(separator: "\u{1e}"))
    guard all.contains(where: { $0 != all[0] }) else { return }
    guard all[ranks.rank] != all[0] else {
      // Never answered: the rank that differs ends all.
      _ = ranks.gather("waiting")
      return
    }
    let first = all[0].split(separator: "\u{1e}", omittingEmptySubsequences: false).map {
      $0.split(separator: "\u{1f}", omittingEmptySubsequences: false).map(String.init)
    }
    let index = lines.indices.first { !first.indices.contains($0) || first[$0] != lines[$0] } ?? 0
    let (key, value) = (lines[index][0], lines[index][2])
    let other = first.indices.contains(index) && first[index].count == 3 ? first[index][2] : ""
    throw ZooError(
      .conflict,
      value.isEmpty || other.isEmpty
        ? "the \(key) here is not the same as rank 0's"
        : "the \(key) here is \(value), rank 0's is \(other)",
      advice:
        "give all hosts the same program, data and options; --threads sets how many threads each rank has"
    )
  }
}
