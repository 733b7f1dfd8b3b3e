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

  @Test("Of equally near cases the earlier comes first")
  func ties() {
    // The first and the third stand at 45° on either side.
    #expect(nearest.votes([[1, 1]], count: 3) == [[true, true, false]])
    let swapped = NearestNeighbours(rows: [[0, 2], [1, 0]], labels: [false, true])
    #expect(swapped.votes([[1, 1]], count: 2) == [[false, true]])
  }

  @Test("The probability is the share of the votes, pulled towards the training part's")
  func probability() {
    #expect(nearest.probabilities([[true, true, false, false]], k: 3) == [(2 + 0.5) / 4])
    #expect(nearest.probabilities([[true], [false]], k: 1) == [0.75, 0.25])
  }
}
