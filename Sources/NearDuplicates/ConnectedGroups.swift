import Basics

/// The members of each connected component of a graph that has two or more, ascending, in the order of their first.
func connectedGroups(of count: Int, _ links: [(Int, Int)]) -> [[Int]] {
  var sets = DisjointSets(count: count)
  for (first, second) in links { sets.unite(first, second) }
  var members: [Int: [Int]] = [:]
  for (first, second) in links {
    for index in [first, second] { members[sets.root(index), default: []].append(index) }
  }
  return members.values.map { Set($0).sorted() }.sorted { $0[0] < $1[0] }
}
