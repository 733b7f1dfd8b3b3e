import Basics
import WeightFiles

/// The beginning of a file's tensor names under which an encoder's parameters stand.
///
/// What a wrapper put before all names (`module.`, `model.backbone.`) is found by itself. Where a file
/// holds a second encoder of the same names (a momentum encoder, a teacher, the other half of a siamese
/// network), nothing says which one is meant: then it is asked for.
struct NamePrefix {
  /// A beginning with its dot, or nothing, and what falls into place once it is taken away.
  struct Candidate {
    let prefix: String
    /// Places of the names among the file's.
    var names: Set<Int> = []
    /// Those of them whose tensor has the shape that is wanted, too.
    var fitting: Set<Int> = []

    /// For messages and as `--prefix` takes it: without the dot.
    var shown: String { prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix }
  }

  /// From the best; of equals the first in the file.
  let candidates: [Candidate]

  /// Looks at every way to cut the file's names.
  ///
  /// `fits` tells of a key whether the encoder has it, and whether the tensor has its shape.
  init(
    _ entries: [StateDictionary.Entry],
    fits: (_ key: String, _ entry: StateDictionary.Entry) -> Bool?
  ) {
    var found: [String: Candidate] = [:]
    for (number, entry) in entries.enumerated() {
      var start = entry.name.startIndex
      while true {
        let key = WeightImport.joined(String(entry.name[start...]))
        if let fits = fits(key, entry) {
          let prefix = String(entry.name[..<start])
          found[prefix, default: Candidate(prefix: prefix)].names.insert(number)
          if fits { found[prefix]?.fitting.insert(number) }
        }
        guard let dot = entry.name[start...].firstIndex(of: ".") else { break }
        start = entry.name.index(after: dot)
      }
    }
    // Of equals the first in the file: only for messages, since equals are never chosen between.
    let ranked = found.values.map { one -> (candidate: Candidate, count: Int, first: Int) in
      (one, one.names.count + one.fitting.count, one.names.min() ?? 0)
    }
    candidates = ranked.sorted { a, b in
      a.count != b.count ? a.count > b.count : a.first < b.first
    }.map(\.candidate)
  }

  /// The prefix that is meant; `asked` names it, whole or by its last parts.
  ///
  /// - Throws: `ZooError` of code `.badFormat` where two could be, `.notFound` where none is what was
  ///   asked for.
  func chosen(_ asked: String?, in file: StateDictionary, for encoder: String) throws -> String {
    guard let asked else { return try only(in: file, for: encoder) }
    let wanted = asked.isEmpty || asked.hasSuffix(".") ? asked : asked + "."
    if candidates.contains(where: { $0.prefix == wanted }) { return wanted }
    let near = wanted.isEmpty ? [] : candidates.filter { $0.prefix.hasSuffix(".\(wanted)") }
    let most = near.first?.names.count ?? 0
    let alike = near.filter { 2 * $0.names.count >= most }
    if alike.count == 1 { return alike[0].prefix }
    guard !file.entries.contains(where: { $0.name.hasPrefix(wanted) }) || wanted.isEmpty else {
      return wanted
    }
    let best = (alike.isEmpty ? rivals : alike).prefix(6)
    throw ZooError(
      .notFound,
      "no tensor of \(encoder) is called \"\(wanted)…\""
        + (best.isEmpty ? "" : "; there are: " + NamePrefix.listed(best)),
      at: Place(path: file.path))
  }

  private func only(in file: StateDictionary, for encoder: String) throws -> String {
    guard let best = candidates.first else { return "" }
    let rivals = rivals
    guard rivals.count > 1 else { return best.prefix }
    let other = rivals[0].shown
    throw ZooError(
      .badFormat,
      "holds \(rivals.count) encoders that could be \(encoder): "
        + NamePrefix.listed(rivals.prefix(6)), at: Place(path: file.path),
      advice: "choose one by its prefix: --prefix \(other.isEmpty ? "\"\"" : other); in a study "
        + "\"weights\": {\"from\": …, \"prefix\": \"\(other)\"}")
  }

  /// Other encoders whose names begin as the chosen one's and then go on: `ema.` beside none.
  func others(within prefix: String) -> [String] {
    rivals.map(\.prefix).filter { $0 != prefix && $0.hasPrefix(prefix) }
  }

  /// The best candidate, and others with at least half as many tensors of their own.
  ///
  /// Shapes tell a student from a larger teacher; where the options are wrong they tell nothing.
  private var rivals: [Candidate] {
    guard let best = candidates.first else { return [] }
    let counted: KeyPath<Candidate, Set<Int>> =
      2 * best.fitting.count < best.names.count ? \.names : \.fitting
    let size = best[keyPath: counted].count
    return candidates.filter { candidate in
      candidate.prefix == best.prefix
        || 2 * candidate[keyPath: counted].subtracting(best.names).count >= size
    }
  }

  private static func listed(_ candidates: some Sequence<Candidate>) -> String {
    candidates.map { "\"\($0.shown)\" (\($0.names.count) tensors)" }.joined(separator: ", ")
  }
}
