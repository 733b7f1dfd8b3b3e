/// Which cases must never part into training and test: those of one patient, those whose reports
/// are word for word the same, and whatever these two link together.
package struct CaseGroups: Sendable, Equatable {
  /// The group of every case, numbered in the order of first appearance.
  package let indices: [Int]
  /// The number of groups.
  package let count: Int

  /// Groups the cases of a set.
  ///
  /// Reports are the same when `Tokenizer` finds the same words in them: case, spacing and
  /// punctuation do not count, as no encoder sees them. Empty texts link nothing.
  package init(_ cases: [Case], byPatient: Bool = true, byText: Bool = true) {
    var sets = DisjointSets(count: cases.count)
    if byPatient {
      var first: [String: Int] = [:]
      for (index, item) in cases.enumerated() {
        guard let patient = item.group else { continue }
        if let earlier = first[patient] {
          sets.unite(earlier, index)
        } else {
          first[patient] = index
        }
      }
    }
    if byText {
      let tokenizer = Tokenizer()
      var first: [String: Int] = [:]
      for (index, item) in cases.enumerated() {
        guard let text = item.text else { continue }
        let words = tokenizer.words(text).joined(separator: " ")
        if words.isEmpty { continue }
        if let earlier = first[words] {
          sets.unite(earlier, index)
        } else {
          first[words] = index
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
}
