import Basics
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  /// From the Random123 distribution, `kat_vectors`, philox4x32 with 10 rounds.
  struct Vector: Sendable, CustomTestStringConvertible {
    let counter: SIMD4<UInt32>
    let key: UInt64
    let result: SIMD4<UInt32>
    let testDescription: String
  }

  static let vectors = [
    Vector(
      counter: .zero, key: 0,
      result: SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8), testDescription: "zeros"),
    Vector(
      counter: SIMD4(repeating: .max), key: .max,
      result: SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd), testDescription: "ones"),
    Vector(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: 0x299f_31d0_a409_3822,
      result: SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1),
      testDescription: "digits of pi"),
  ]

  @Test("Philox gives the published vectors", arguments: vectors)
  func knownAnswers(_ vector: Vector) {
    #expect(philox4x32(counter: vector.counter, key: vector.key) == vector.result)
  }

  @Test("The numbers of a seed are those of an independent program")
  func stable() {
    // Computed in Python from the definitions of SplitMix64, FNV-1a and Philox.
    let root = RandomStream(seed: 7)
    #expect(
      first(3, of: root) == [0x5544_dd5e_a393_d123, 0x9896_853a_4f08_1b68, 0xd44c_b0e8_1d7c_cf5e])
    #expect(
      first(3, of: root.derived("weights"))
        == [0x2b1d_12af_8e2a_6c22, 0x160a_3677_6061_5049, 0xa173_4114_9c86_4dc6])
    #expect(
      first(3, of: root.derived(3))
        == [0x7055_dcab_2e54_d595, 0x3ec9_c8d2_0a49_9d80, 0x11b3_6fef_2d73_6260])
  }

  @Test("A derived stream depends on the name and the parent, not on what the parent has drawn")
  func derivedIndependent() {
    var parent = RandomStream(seed: 1)
    let before = first(8, of: parent.derived("folds"))
    for _ in 0..<5 { _ = parent.next() }
    #expect(first(8, of: parent.derived("folds")) == before)
    #expect(first(8, of: parent.derived("weights")) != before)
    #expect(first(8, of: RandomStream(seed: 2).derived("folds")) != before)
    #expect(first(8, of: parent.derived(0)) != first(8, of: parent.derived(1)))
    #expect(first(8, of: parent.derived(-1)) != first(8, of: parent.derived(1)))
  }

  @Test("Streams of neighbouring indices share no number and are not correlated")
  func derivedUncorrelated() {
    let root = RandomStream(seed: 3)
    let count = 4000
    var seen: Set<UInt64> = []
    var sum = 0.0
    var (a, b) = (root.derived(10), root.derived(11))
    for _ in 0..<count {
      let (x, y) = (a.next(), b.next())
      seen.formUnion([x, y])
      sum += (Double(x >> 11) * 0x1p-53 - 0.5) * (Double(y >> 11) * 0x1p-53 - 0.5)
    }
    #expect(seen.count == 2 * count)
    // The product of two centred uniforms has variance 1/144; five standard deviations of the mean.
    #expect(abs(sum / Double(count)) < 5.0 / 12 / Double(count).squareRoot())
  }

  @Test("Uniform numbers stay in their range and fill it evenly")
  func uniform() {
    var stream = RandomStream(seed: 11)
    let count = 20_000
    var bins = [Int](repeating: 0, count: 10)
    for _ in 0..<count {
      let x = stream.uniform()
      #expect(x >= 0 && x < 1)
      bins[Int(x * 10)] += 1
      let y = stream.uniform(-3, 5)
      #expect(y >= -3 && y < 5)
    }
    // Chi-squared with 9 degrees of freedom: 33.7 is exceeded once in 10,000 seeds.
    let expected = Double(count) / 10
    let statistic = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) }
    #expect(statistic / expected < 33.7)
  }

  @Test("Whole numbers below a bound take every value about equally often")
  func below() {
    var stream = RandomStream(seed: 12)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<7000 { counts[stream.below(7)] += 1 }
    // Binomial with mean 1000, standard deviation 29.3: five of them.
    #expect(counts.allSatisfy { abs($0 - 1000) < 147 })
    #expect(stream.below(1) == 0)
  }

  @Test("Normal numbers have the moments 0, 1, 0, 3")
  func normal() {
    var stream = RandomStream(seed: 13)
    let count = 40_000
    var sums = SIMD4<Double>.zero
    for _ in 0..<count {
      let x = stream.normal()
      sums += SIMD4(x, x * x, x * x * x, x * x * x * x)
    }
    let moments = sums / Double(count)
    // Variances of x, x², x³, x⁴ are 1, 2, 15, 96; five standard deviations of the mean.
    let bounds = [1.0, 2, 15, 96].map { 5 * ($0 / Double(count)).squareRoot() }
    for (index, expected) in [0.0, 1, 0, 3].enumerated() {
      #expect(abs(moments[index] - expected) < bounds[index], "moment \(index + 1)")
    }
  }

  @Test("A permutation holds every number once, and any number may come first")
  func permutation() {
    var stream = RandomStream(seed: 14)
    #expect(stream.permutation(100).sorted() == Array(0..<100))
    #expect(stream.permutation(0).isEmpty)
    #expect(stream.permutation(1) == [0])
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<5000 { counts[stream.permutation(5)[0]] += 1 }
    // Binomial with mean 1000, standard deviation 28.3: five of them.
    #expect(counts.allSatisfy { abs($0 - 1000) < 142 })
  }

  @Test("Copies of a stream give the same numbers, normal ones included")
  func copies() {
    var one = RandomStream(seed: 15)
    _ = one.normal()
    var two = one
    #expect((0..<5).map { _ in one.normal() } == (0..<5).map { _ in two.normal() })
    #expect(one.permutation(20) == two.permutation(20))
  }

  private func first(_ count: Int, of stream: RandomStream) -> [UInt64] {
    var stream = stream
    return (0..<count).map { _ in stream.next() }
  }
}
