import Testing

@testable import Evaluation

@Suite("Nearest neighbours")
struct NearestNeighboursTests {
  private let nearest = NearestNeighbours(
    rows: [[1, 0], [10, 1], [0, 2], [-3, 0]],
    answers: KnownAnswers([true, true, false, false]))

  @Test("The nearest by direction come first, whatever their length")
  func order() {
    #expect(nearest.nearest([[5, 0]], count: 4) == [[0, 1, 2, 3]])
    #expect(nearest.nearest([[-1, 0.1]], count: 2) == [[3, 2]])
  }

  @Test("However small or large features are", arguments: [1e-30, 1e-7, 1e7, 1e30] as [Float])
  func scale(_ scale: Float) {
    let scaled = NearestNeighbours(
      rows: [[1, 0], [10, 1], [0, 2], [-3, 0]].map { $0.map { $0 * scale } },
      answers: KnownAnswers([true, true, false, false]))
    for row in [[5, 0], [-1, 0.1], [1, 1.2]] as [[Float]] {
      #expect(
        scaled.nearest([row.map { $0 * scale }], count: 4) == nearest.nearest([row], count: 4))
    }
  }

  @Test("Of equally near cases the earlier comes first")
  func ties() {
    // The first and the third stand at 45° on either side.
    #expect(nearest.nearest([[1, 1]], count: 3) == [[1, 0, 2]])
    let swapped = NearestNeighbours(
      rows: [[0, 2], [1, 0]], answers: KnownAnswers([false, true]))
    #expect(swapped.nearest([[1, 1]], count: 2) == [[0, 1]])
  }

  @Test("The probability is the share of the votes, pulled towards the training subset's")
  func probability() {
    #expect(nearest.probabilities([[0, 1, 2, 3]], k: 3) == [2.5 / 4])
    #expect(nearest.probabilities([[0], [2]], k: 1) == [0.75, 0.25])
  }

  @Test("Classes add up to 1; what is not known does not vote")
  func outputs() {
    let rows: [[Float]] = [[1, 0], [10, 1], [0, 2], [-3, 0]]
    let classes = NearestNeighbours(
      rows: rows,
      answers: KnownAnswers(
        .multiClass, [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1], outputs: 3))
    #expect(classes.probabilities([[1, 0, 2, 3]], k: 3) == [0.625, 0.3125, 0.0625])
    let labels = NearestNeighbours(
      rows: rows,
      answers: KnownAnswers(
        .multiLabel, [1, .nan, .nan, 0, .nan, .nan, 0, .nan], outputs: 2))
    // The first label's share is one half, of the second one answer is known, and it is no.
    #expect(labels.probabilities([[1, 0, 2, 3]], k: 3) == [0.75, 0])
    #expect(labels.probabilities([[2]], k: 1) == [0.5, 0])
  }
}
