import Basics

extension Split {
  /// The seed of the study's that it, or the split that it is inside of, is trained from, from 1.
  package var seed: Int { SplitName.parts(SplitName.outer(name)).seed }

  /// The place among the repeats of a name that was read; nil where the name does not tell.
  static func repeatIndex(ofName name: String) -> Int? {
    let (split, seed) = SplitName.parts(name)
    guard split.hasPrefix("r"), let fold = split.firstIndex(of: "f"),
      let number = Int(split[split.index(after: split.startIndex)..<fold]), number > 0,
      Int(split[split.index(after: fold)...]) != nil
    else { return nil }
    // No study has more repeats.
    return number - 1 + 1000 * (seed - 1)
  }
}

extension [Split] {
  /// The same cases trained from several seeds: all splits for the first seed, then all for the second.
  ///
  /// - Precondition: they are of one seed, and there is one at least.
  package func repeated(seeds: Int) -> [Split] {
    (1...seeds).flatMap { seed in
      map { split in
        guard seed > 1 else { return split }
        var copy = split
        copy.name = SplitName.named(split.name, seed: seed)
        copy.index = split.index + (seed - 1) * count
        copy.repeatIndex = Split.repeatIndex(ofName: copy.name) ?? copy.index
        return copy
      }
    }
  }

  /// Those of the first seed: every division of the cases once.
  package var ofFirstSeed: [Split] {
    let own = SplitName.withoutSeeds(map(\.name))
    return filter { own[$0.name] == $0.name }
  }
}
