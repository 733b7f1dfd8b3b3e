/// A partition of `0..<count` that grows coarser by unions; nearly constant time per operation.
package struct DisjointSets: Sendable {
  private var parents: [Int]
  private var sizes: [Int]

  /// Every element on its own.
  package init(count: Int) {
    parents = Array(0..<count)
    sizes = Array(repeating: 1, count: count)
  }

  /// The element that stands for the set of `element`.
  package mutating func root(_ element: Int) -> Int {
    var element = element
    while parents[element] != element {
      parents[element] = parents[parents[element]]
      element = parents[element]
    }
    return element
  }

  /// Joins the sets of two elements.
  package mutating func unite(_ a: Int, _ b: Int) {
    var (large, small) = (root(a), root(b))
    if large == small { return }
    if sizes[large] < sizes[small] { swap(&large, &small) }
    parents[small] = large
    sizes[large] += sizes[small]
  }
}
