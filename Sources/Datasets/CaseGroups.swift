import Basics

/// Which cases must never part into training and test: those of one patient, those whose reports
/// are word for word the same, those that show the same picture, or nearly the same where that is asked for, and
/// whatever these link together.
package struct CaseGroups: Sendable, Equatable {
  /// The group of every case, numbered in the order of first appearance.
  package let indices: [Int]
  /// The number of groups.
  package let count: Int

  /// Groups the cases of a set.
  ///
  /// Reports are the same when `Tokenizer` finds the same words in them: case, spacing and
  /// punctuation do not count, as no encoder sees them. Empty texts link nothing, nor do pictures
  /// that were not looked at.
  package init(
    _ cases: [Case], byPatient: Bool = true, byText: Bool = true, byImage: Bool = true,
    byNearImage: Bool = false
  ) {
    var sets = DisjointSets(count: cases.count)
    for (link, isUsed) in [
      (GroupLink.patient, byPatient), (.text, byText), (.picture, byImage),
      (.nearPicture, byNearImage),
    ] where isUsed {
      var first: [String: Int] = [:]
      for (index, keys) in link.keys(of: cases).enumerated() {
        for key in keys {
          if let earlier = first[key] {
            sets.unite(earlier, index)
          } else {
            first[key] = index
          }
        }
      }
    }
    var numbers: [Int: Int] = [:]
    var indices: [Int] = []
    indices.reserveCapacity(cases.count)
    for index in cases.indices {
      let root = sets.root(index)
      let number = numbers[root] ?? numbers.count
      numbers[root] = number
      indices.append(number)
    }
    self.indices = indices
    count = numbers.count
  }

  /// The number of cases in every group.
  package var sizes: [Int] {
    var sizes = [Int](repeating: 0, count: count)
    for group in indices { sizes[group] += 1 }
    return sizes
  }

  /// The cases of every group, ascending.
  package var members: [[Int]] {
    var members = [[Int]](repeating: [], count: count)
    for (index, group) in indices.enumerated() { members[group].append(index) }
    return members
  }
}
