import Basics
import Datasets
import Testing
import WordVectors

@testable import Paper

@Suite("What vectors share, and which report is nearest")
struct LikenessTests {
  private func table(_ words: [String], _ values: [Float]) throws -> WordVectorTable {
    try WordVectorTable(words: words, dimension: values.count / words.count, values: values)
  }

  private func random(_ count: Int, seed: UInt64) -> [Float] {
    var stream = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(stream.normal()) }
  }

  @Test("Vectors that were turned and scaled say the same; others say nothing of each other")
  func turned() throws {
    let words = (0..<60).map { "w\($0)" }
    let values = random(240, seed: 1)
    let one = try table(words, values)
    // The axes exchanged, one turned round, each vector of another length.
    let other = (0..<60).flatMap { row -> [Float] in
      let v = values[row * 4..<row * 4 + 4].map { $0 * Float(1 + row % 5) }
      return [v[2], -v[0], v[3], v[1]]
    }
    let same = try #require(
      VectorLikeness(
        one,
        try table(
          words.reversed(),
          Array(
            stride(from: 59, through: 0, by: -1).flatMap { Array(other[$0 * 4..<$0 * 4 + 4]) }))))
    #expect(same.words == (60, 60, 60) && same.compared == 60)
    #expect(abs(same.correlation - 1) < 1e-6 && same.commonNeighbours == 1)
    let unlike = try #require(VectorLikeness(one, try table(words, random(240, seed: 2))))
    #expect(abs(unlike.correlation) < 0.1)
    #expect(abs(unlike.commonNeighbours - unlike.byChance) < 0.08)
    #expect(abs(unlike.byChance - 10.0 / 59) < 1e-12)
  }

  @Test("Too few shared words are no comparison")
  func few() throws {
    let one = try table((0..<40).map { "a\($0)" }, random(80, seed: 1))
    let other = try table((30..<70).map { "a\($0)" }, random(80, seed: 1))
    #expect(VectorLikeness(one, other) == nil)
  }

  @Test("The nearest report has the most of the words; of several it is the shortest")
  func nearest() {
    func report(_ id: String, _ text: String) -> Case { Case(id: id, text: text, source: Place()) }
    let likeness = ReportLikeness("degenerative changes in the spine, borderline enlarged heart")
    let cases = [
      report("a", "The heart is enlarged. The lungs and the rest are as they were before."),
      report("b", "Enlarged heart."), report("c", "The spine is in the middle of the chest."),
    ]
    #expect(likeness.nearest(of: cases)?.id == "b")
    #expect(likeness.shared(with: cases[0].text ?? "") == ["heart", "enlarged"])
    #expect(likeness.nearest(of: []) == nil)
  }
}
