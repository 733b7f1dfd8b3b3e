import Foundation

/// The names of splits that are trained more than once, from other seeds: `r1f1`, `r1f1-seed2`, `r1f1-seed3`.
package enum SplitName {
  private static let mark = "-seed"

  /// The name of a split under a seed of the study's, from 1; the first has the split's own.
  package static func named(_ split: String, seed: Int) -> String {
    seed == 1 ? split : "\(split)\(mark)\(seed)"
  }

  /// The split and the seed of a name; the name itself and 1 where it has no mark.
  package static func parts(_ name: String) -> (split: String, seed: Int) {
    guard let range = name.range(of: mark, options: .backwards), range.lowerBound > name.startIndex,
      let seed = Int(name[range.upperBound...]), seed > 1,
      String(seed) == name[range.upperBound...]
    else { return (name, 1) }
    return (String(name[..<range.lowerBound]), seed)
  }

  private static let innerMark = " inner "

  /// The name of a fold inside a split, from 1: `r1f1-seed2 inner 1`.
  package static func inner(_ split: String, _ number: Int) -> String {
    "\(split)\(innerMark)\(number)"
  }

  /// The name of the split that a fold is inside of; the name itself where it is of none.
  package static func outer(_ name: String) -> String {
    guard let range = name.range(of: innerMark, options: .backwards),
      Int(name[range.upperBound...]) != nil
    else { return name }
    return String(name[..<range.lowerBound])
  }

  /// The splits of names, whatever their seed.
  ///
  /// A name that merely looks like one, of a site called so, stays: the split without a mark must be among the names.
  package static func withoutSeeds(_ names: some Sequence<String>) -> [String: String] {
    let known = Set(names)
    return Dictionary(
      uniqueKeysWithValues: known.map { name in
        let split = parts(name).split
        return (name, known.contains(split) ? split : name)
      })
  }
}
