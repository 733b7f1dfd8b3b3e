import Basics
import Evaluation
import Testing

@testable import Training

@Suite("Standardised features")
struct StandardisationTests {
  /// 40 cases of 6 features: two tell the class, one never changes, one is zero, one is noise, one changes
  /// by rounding alone.
  private func features(scale: Float) -> (rows: [[Float]], labels: [Bool]) {
    var random = RandomStream(seed: 7)
    var rows: [[Float]] = []
    let labels = (0..<40).map { $0 % 2 == 0 }
    for (index, label) in labels.enumerated() {
      let shift = label ? 1.0 : 0.0
      rows.append(
        [
          random.normal() + shift, 5 + 0.1 * (random.normal() + shift), 3, 0, random.normal(),
          index % 3 == 0 ? 1 : 1 + 1.2e-7,
        ].map { Float($0) * scale })
    }
    return (rows, labels)
  }

  private func area(scale: Float, neighbours: Bool) throws -> Double {
    let (rows, labels) = features(scale: scale)
    let training = Array(0..<20)
    let fitted = Standardisation(training.map { rows[$0] })
    let standard = rows.map { fitted($0) }
    let probabilities: [Double]
    if neighbours {
      let nearest = NearestNeighbours(
        rows: training.map { standard[$0] },
        answers: KnownAnswers(training.map { labels[$0] }))
      probabilities = nearest.probabilities(nearest.nearest(standard, count: 5), k: 5)
    } else {
      var sparse = SparseRows(columnCount: 6)
      for index in training {
        sparse.append(standard[index].enumerated().map { ($0.offset, Double($0.element)) })
      }
      let fit = try LinearModel(
        rows: sparse, answers: KnownAnswers(training.map { labels[$0] }), inverseStrength: 0.1,
        tolerance: 1e-5)
      // Scored on the features themselves, as a saved probe does.
      let (all, intercepts) = fitted.unfolded(fit)
      let (weights, intercept) = (all[0], intercepts[0])
      probabilities = rows.map { row in
        sigmoid(zip(row, weights).reduce(Double(intercept)) { $0 + Double($1.0) * Double($1.1) })
      }
    }
    let test = Array(20..<40)
    return try #require(
      try BinaryEvaluation(
        labels: test.map { labels[$0] }, probabilities: test.map { probabilities[$0] })[
          .auroc])
  }

  @Test(
    "A probe's area does not depend on the size of the features",
    arguments: [1e-20, 1e-7, 1e7, 1e15] as [Float], [false, true])
  func scale(_ scale: Float, neighbours: Bool) throws {
    let usual = try area(scale: 1, neighbours: neighbours)
    #expect(usual > 0.6)
    #expect(abs(try area(scale: scale, neighbours: neighbours) - usual) < 1e-9)
  }

  @Test(
    "What changes by rounding alone becomes 0, at any size",
    arguments: [1e-7, 1, 1e7] as [Float])
  func constants(_ scale: Float) {
    let (rows, _) = features(scale: scale)
    let fitted = Standardisation(rows)
    for row in rows {
      let standard = fitted(row)
      for index in [2, 3, 5] { #expect(standard[index] == 0) }
      #expect(abs(standard[0]) < 10)
    }
  }
}
