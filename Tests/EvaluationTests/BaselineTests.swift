import Basics
import TestSupport
import Testing

@testable import Evaluation

@Suite("Baselines")
struct BaselineTests {
  private func tokens(_ texts: [String]) -> [[String]] {
    texts.map { $0.split(separator: " ").map(String.init) }
  }

  @Test("TF-IDF and logistic regression agree with scikit-learn", arguments: 0..<4)
  func scikitLearn(index: Int) throws {
    let expected = ReferenceValues.baselines[index]
    var options = TextBaseline.Options()
    options.usesBigrams = expected.bigrams
    options.minimumDocuments = expected.minimumDocuments
    options.inverseStrength = expected.inverseStrength
    let baseline = try TextBaseline(
      training: tokens(ReferenceValues.trainingTexts),
      answers: KnownAnswers(ReferenceValues.trainingLabels), options: options)
    #expect(baseline.termCount == expected.termCount)
    let probabilities = baseline.probabilities(tokens(ReferenceValues.testTexts))
    #expect(probabilities.count == expected.probabilities.count)
    for (a, b) in zip(probabilities, expected.probabilities) { #expect(abs(a - b) < 1e-6) }
  }

  @Test(
    "A weak fit is as exact as a strong one: the tolerance is a share", arguments: [1, 1e-4, 1e-8])
  func tolerance(strength: Double) throws {
    var rows = SparseRows(columnCount: 1)
    for value in [-2, -1, 0.5, 1, 3, -0.5] as [Double] { rows.append([(0, value)]) }
    let fit = try LogisticRegression(
      rows: rows, labels: [false, false, true, true, true, true], inverseStrength: strength,
      tolerance: 1e-6)
    // w = −C Σ (p − y) x at the optimum.
    let targets = [0, 0, 1, 1, 1, 1] as [Double]
    let errors = zip(fit.logits(rows), targets).map { sigmoid($0) - $1 }
    let wanted = -strength * zip(errors, [-2, -1, 0.5, 1, 3, -0.5]).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(fit.weights[0] > 0 && abs(fit.weights[0] - wanted) <= 1e-5 * wanted)
  }

  @Test("Two documents give weights computed by hand")
  func weights() {
    let terms = TermWeights(
      training: [["a", "b"], ["a", "a"]], usesBigrams: false, minimumDocuments: 1)
    let rows = terms.rows([["b", "a", "x"], []])
    // idf(a) = 1, idf(b) = ln(3/2) + 1
    let b = 1.405_465_108_108_164_4
    let length = (1 + b * b).squareRoot()
    #expect(rows.columns == [0, 1])
    #expect(abs(rows.values[0] - 1 / length) < 1e-15)
    #expect(abs(rows.values[1] - b / length) < 1e-15)
    #expect(rows.starts == [0, 2, 2])
  }

  @Test("A pair of neighbours is not a pair across an unknown word")
  func bigrams() {
    let terms = TermWeights(training: [["a", "b"]], usesBigrams: true, minimumDocuments: 1)
    #expect(terms.termCount == 3)
    #expect(terms.rows([["a", "x", "b"]]).columns == [0, 1])
    #expect(terms.rows([["a", "b"]]).columns == [0, 1, 2])
  }

  @Test("Regression on one feature meets its stationarity conditions")
  func stationary() throws {
    var rows = SparseRows(columnCount: 1)
    let x = [-2.0, -1, 0.5, 1, 3]
    for value in x { rows.append([(0, value)]) }
    let labels = [false, true, false, true, true]
    let model = try LogisticRegression(rows: rows, labels: labels, inverseStrength: 2)
    var gradient = model.weights[0]
    var interceptGradient = 0.0
    for (value, label) in zip(x, labels) {
      let error = sigmoid(model.weights[0] * value + model.intercept) - (label ? 1 : 0)
      gradient += 2 * error * value
      interceptGradient += 2 * error
    }
    #expect(abs(gradient) < 1e-8)
    #expect(abs(interceptGradient) < 1e-8)
  }

  @Test("Separable classes and a weak penalty still converge")
  func separable() throws {
    var rows = SparseRows(columnCount: 2)
    for i in 0..<40 { rows.append([(i % 2, Double(1 + i % 5) * 100)]) }
    let labels = (0..<40).map { $0 % 2 == 0 }
    let model = try LogisticRegression(rows: rows, labels: labels, inverseStrength: 1e6)
    #expect(zip(model.logits(rows), labels).allSatisfy { ($0 > 0) == $1 })
    #expect(model.gradientNorm.isFinite)
  }

  @Test("A training subset of one class is refused with its counts")
  func oneClass() {
    #expect(
      errorText {
        _ = try TextBaseline(training: [["a"], ["b"]], answers: KnownAnswers([true, true]))
      }
      .hasPrefix("2 of 2 training labels are positive; expected both classes"))
  }

  @Test("The majority class answers with the share of positives")
  func majority() throws {
    let baseline = MajorityClass(KnownAnswers([true, false, false, false]))
    #expect(baseline.shares == [0.25])
    let evaluation = try BinaryEvaluation(
      labels: [false, false, true], probabilities: baseline.probabilities(count: 3))
    #expect(evaluation[.accuracy] == 2.0 / 3)
    #expect(evaluation[.auroc] == 0.5)
  }
}
