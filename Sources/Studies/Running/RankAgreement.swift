import Basics
import Downloads
import Foundation
import Ranks

/// Whether all ranks work with the same, so that they stay in step.
struct RankAgreement {
  private let ranks: RankGroup

  init(_ ranks: RankGroup) { self.ranks = ranks }

  /// How many files every rank reads to see that they are the same; of the others sizes are compared.
  private static let sample = 64

  /// Compares the sizes of files of which each rank reads a part, and the content of some of them.
  ///
  /// Where one has other files, the others go no further: that rank ends them.
  ///
  /// - Throws: `ZooError` of code `.conflict` on a rank where a file is another one, with its name.
  func check(files: [String]) throws {
    var own = try mappedInPieces(files) { FileStamp.size(of: $0).map(String.init) ?? "" }
    let step = max(1, (files.count + Self.sample - 1) / Self.sample)
    let places = stride(from: 0, to: files.count, by: step).filter { !own[$0].isEmpty }
    for (place, digest) in zip(
      places, try mappedInParallel(places.map { files[$0] }) { try sha256(ofFile: $0) })
    { own[place] += " \(digest)" }
    guard let first = others(own.joined(separator: "\n")) else { return }
    let sizes = first.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if sizes.count == own.count, let index = own.indices.first(where: { sizes[$0] != own[$0] }) {
      func bytes(_ text: String) -> Substring? { text.split(separator: " ").first }
      func found(_ text: String) -> String { bytes(text).map { "has \($0) bytes" } ?? "is missing" }
      let (here, there) = (own[index], sizes[index])
      throw ZooError(
        .conflict,
        bytes(here) == bytes(there)
          ? "is another file than on rank 0, of the same size"
          : "\(found(here)) here, and \(found(there)) on rank 0",
        at: Place(path: files[index]), advice: "give all hosts the same data")
    }
    throw ZooError(
      .conflict, "\(own.count) picture files are to be read here, \(sizes.count) on rank 0",
      advice: "give all hosts the same data")
  }

  /// What the first rank has, where any rank has something else; does not return on one that has the same.
  private func others(_ own: String) -> String? {
    let all = ranks.gather(own)
    guard all.contains(where: { $0 != all[0] }) else { return nil }
    // Never answered: the rank that differs ends all.
    if all[ranks.rank] == all[0] { _ = ranks.gather("waiting") }
    return all[0]
  }

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
    let text = lines.map { $0.joined(separator: "\u{1f}") }.joined(separator: "\u{1e}")
    guard let told = others(text) else { return }
    let first = told.split(separator: "\u{1e}", omittingEmptySubsequences: false).map {
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
