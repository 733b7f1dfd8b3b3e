import Testing

@testable import Evaluation

@Suite("Nearest neighbours")
struct NearestNeighboursTests {
  private let nearest = NearestNeighbours(
    rows: [[1, 0], [10, 1], [0, 2], [-3, 0]], labels: [true, true, false, false])

  @Test("The nearest by direction come first, whatever their length")
  func order() {
    #expect(nearest.votes([[5, 0]], count: 4) == [[true, true, false, false]])
    #expect(nearest.votes([[-1, 0.1]], count: 2) == [[false, false]])
  }

  @Test("However small or large features are", arguments: [1e-30, 1e-7, 1e7, 1e30] as [Float])
  func scale(_ scale: Float) {
    let scaled = NearestNeighbours(
      rows: [[1, 0], [10, 1], [0, 2], [-3, 0]].map { $0.map { $0 * scale } },
      labels: [true, true, false, false])
    for row in [[5, 0], [-1, 0.1], [1, 1.2]] as [[Float]] {
      #expect(scaled.votes([row.map { $0 * scale }], count: 4) == nearest.votes([row], count: 4))
    }
  }

  @Test("Of equally near cases the earlier comes first")
  func ties() {
    // The first and the third stand at 45° on either side.
    #expect(nearest.votes([[1, 1]], count: 3) == [[true, true, false]])
    let swapped = NearestNeighbours(rows: [[0, 2], [1, 0]], labels: [false, true])
    #expect(swapped.votes([[1, 1]], count: 2) == [[false, true]])
  }

  @Test("The probability is the share of the votes, pulled towards the training subset's")
  func probability() {
    #expect(nearest.probabilities([[true, true, false, false]], k: 3) == [(2 + 0.5) / 4])
    #expect(nearest.probabilities([[true], [false]], k: 1) == [0.75, 0.25])
  }
}
