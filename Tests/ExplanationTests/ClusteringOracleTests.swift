import Basics
import Testing

@testable import Explanation

/// `Resources/clusters.json`, made by SciPy and scikit-learn.
private struct Oracle {
  struct Ward {
    let x: [Double]
    let y: [Double]
    let losses: [Double]
    let total: Double
    let labels: [[Int]]
    let silhouettes: [Double]
  }
  let ward: [Ward]
  let points: [(x: Int, y: Int)]
  let cores: [Int]
  let labels: [Int]

  init() throws {
    var root = try JSONValue.parse(contentsOf: resource("clusters.json")).object()
    func numbers(_ value: JSONValue) throws -> [Double] {
      try value.array().map { try $0.number() }
    }
    func integers(_ value: JSONValue) throws -> [Int] { try value.array().map { try $0.integer() } }
    ward = try root.required("ward").array().map { value in
      var item = try value.object()
      let points = try item.required("points").array().map(numbers)
      return Ward(
        x: points.map { $0[0] }, y: points.map { $0[1] },
        losses: try numbers(item.required("losses")), total: try item.required("total").number(),
        labels: try item.required("labels").array().map(integers),
        silhouettes: try numbers(item.required("silhouettes")))
    }
    var density = try root.required("density").object()
    points = try density.required("points").array().map(integers).map { ($0[0], $0[1]) }
    cores = try integers(density.required("cores"))
    labels = try integers(density.required("labels"))
  }
}

@Suite("Clustering against other programs")
struct ClusteringOracleTests {
  @Test("Ward's merges, cuts and silhouettes are SciPy's", arguments: [0, 1])
  func ward(index: Int) throws {
    let wanted = try Oracle().ward[index]
    let linkage = WardLinkage(x: wanted.x, y: wanted.y)
    #expect(linkage.merges.count == wanted.losses.count)
    for (merge, loss) in zip(linkage.merges, wanted.losses) {
      #expect(abs(merge.loss - loss) <= 1e-9 * max(1, loss))
    }
    #expect(abs(linkage.total / wanted.total - 1) < 1e-12)
    for (offset, labels) in wanted.labels.enumerated() {
      let own = linkage.labels(clusters: offset + 2)
      #expect(own == labels)
      let partition = Partition(x: wanted.x, y: wanted.y, labels: own, clusters: offset + 2)
      #expect(abs(partition.simplifiedSilhouette - wanted.silhouettes[offset]) < 1e-9)
    }
    let losses = linkage.relativeLosses
    #expect(losses[0] == 1)
    #expect(losses[wanted.x.count - 1] == 0)
    #expect(losses == losses.sorted(by: >))
  }

  @Test("The order of the points does not change the division")
  func permutation() throws {
    let wanted = try Oracle().ward[0]
    let order = {
      var random = RandomStream(seed: 2)
      return random.permutation(wanted.x.count)
    }()
    let plain = WardLinkage(x: wanted.x, y: wanted.y)
    let shuffled = WardLinkage(x: order.map { wanted.x[$0] }, y: order.map { wanted.y[$0] })
    for k in 2...8 {
      func groups(_ labels: [Int], _ name: (Int) -> Int) -> Set<Set<Int>> {
        Set((0..<k).map { c in Set(labels.indices.filter { labels[$0] == c }.map(name)) })
      }
      let one = groups(plain.labels(clusters: k)) { $0 }
      let other = groups(shuffled.labels(clusters: k)) { order[$0] }
      #expect(one == other)
    }
  }

  @Test("On a grid full of ties the losses still add up, and equal distances go to lower indices")
  func ties() {
    let side = 12
    let x = (0..<side * side).map { Double($0 % side) }
    let y = (0..<side * side).map { Double($0 / side) }
    let linkage = WardLinkage(x: x, y: y)
    let wanted = 2 * Double(side * side) * Double(side * side - 1) / 12
    #expect(abs(linkage.total - wanted) < 1e-9 * wanted)
    #expect(linkage.merges[0] == .init(first: 0, second: 1, loss: 0.5))
    let line = WardLinkage(x: [0, 1, 2, 3], y: [0, 0, 0, 0])
    #expect(line.merges.map(\.first) == [0, 2, 0])
    #expect(line.merges.map(\.loss) == [0.5, 0.5, 4])
    #expect(line.labels(clusters: 2) == [0, 0, 1, 1])
  }

  @Test("Cores and their clusters are scikit-learn's; a border point joins a core that reaches it")
  func density() throws {
    let oracle = try Oracle()
    let density = DensityFilter(
      oracle.points.map { $0.y * 224 + $0.x }, width: 224, height: 224)
    #expect(density.isCore == oracle.cores.map { $0 == 1 })
    #expect(density.isKept == oracle.labels.map { $0 >= 0 })
    let own = density.linked.labels
    var names: [Int: Int] = [:]
    for index in own.indices where density.isCore[index] {
      #expect(
        names.updateValue(oracle.labels[index], forKey: own[index]) ?? oracle.labels[index]
          == oracle.labels[index])
    }
    #expect(names.count == density.linked.count)
    #expect(own.indices.allSatisfy { (own[$0] < 0) == (oracle.labels[$0] < 0) })
  }
}
