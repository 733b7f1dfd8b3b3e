import Basics
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite("Linear models of any task")
struct LinearModelTests {
  private static let features: [[Double]] = [
    [1, 0, 0.5], [0, 2, -1], [1.5, 1, 0], [-1, 0.5, 2], [0, -1, 1], [2, 2, -0.5], [-0.5, 0, 0],
    [1, -2, 1.5],
  ]
  private static let labels = [0, 1, 0, 2, 2, 1, 0, 2]

  private func rows(_ features: [[Double]] = LinearModelTests.features) -> SparseRows {
    var rows = SparseRows(columnCount: 3)
    for row in features { rows.append(row.enumerated().map { ($0.offset, $0.element) }) }
    return rows
  }

  private func oneHot(_ labels: [Int?], _ count: Int) -> KnownAnswers {
    KnownAnswers(
      .multiClass,
      labels.flatMap { label in
        (0..<count).map { place -> Float in
          guard let label else { return .nan }
          return label == place ? 1 : 0
        }
      }, outputs: count)
  }

  /// C, and the probabilities of `LogisticRegression(C=…, tol=1e-14)` of scikit-learn 1.9 for two rows.
  static let scikitLearn: [(strength: Double, probabilities: [Double])] = [
    (
      1,
      [
        0.5941209686008201, 0.28287254357536257, 0.12300648782381733, 0.6098931149281406,
        0.1278884548563392, 0.26221843021552016,
      ]
    ),
    (
      0.01,
      [
        0.37806077278242217, 0.2567856146685384, 0.36515361254903944, 0.37560509948040616,
        0.24838033308269952, 0.3760145674368944,
      ]
    ),
    (
      100,
      [
        0.9827707222730524, 0.016947825235285964, 0.00028145249166181463, 0.9897189146907385,
        0.0002667632032060331, 0.010014322106055452,
      ]
    ),
  ]

  @Test("Several classes are scikit-learn's multinomial regression", arguments: 0..<3)
  func multinomial(index: Int) throws {
    let wanted = Self.scikitLearn[index]
    let model = try LinearModel(
      rows: rows(), answers: oneHot(Self.labels, 3), inverseStrength: wanted.strength)
    let found = model.probabilities(rows([[0.3, 0.7, -0.2], [0, 0, 0]]))
    for (a, b) in zip(found, wanted.probabilities) { #expect(abs(a - b) < 1e-6) }
    #expect(abs(model.intercepts.reduce(0, +)) < 1e-9)
    // The penalty leaves the weights of a feature with sum zero.
    for column in 0..<3 {
      #expect(abs(model.weights.reduce(0) { $0 + $1[column] }) < 1e-6)
    }
  }

  @Test("A case whose class is not known is left out")
  func unknown() throws {
    let whole = try LinearModel(rows: rows(), answers: oneHot(Self.labels, 3))
    let more = Self.features + [[50, -50, 9]]
    let masked = try LinearModel(rows: rows(more), answers: oneHot(Self.labels + [nil], 3))
    #expect(masked.weights == whole.weights && masked.intercepts == whole.intercepts)
  }

  @Test("Two classes are the binary regression")
  func two() throws {
    let yes = Self.labels.map { $0 == 2 }
    let binary = try LinearModel(rows: rows(), answers: KnownAnswers(yes))
    let two = try LinearModel(rows: rows(), answers: oneHot(yes.map { $0 ? 1 : 0 }, 2))
    let (one, both) = (binary.probabilities(rows()), two.probabilities(rows()))
    for (index, p) in one.enumerated() {
      #expect(abs(both[2 * index + 1] - p) < 1e-15 && abs(both[2 * index] - (1 - p)) < 1e-15)
    }
  }

  @Test(
    "A label is the regression of the cases where it is known; with one answer alone it is constant"
  )
  func labels() throws {
    let nan = Float.nan
    let answers = KnownAnswers(
      .multiLabel,
      [
        1, 0, nan, 0, 0, nan, 1, nan, nan, 0, 0, nan, 0, nan, nan, 1, 0, nan, nan, 0, nan, 1, 0,
        nan,
      ], outputs: 3)
    let model = try LinearModel(rows: rows(), answers: answers)
    #expect(model.constantOutputs == [1, 2])
    let known = [0, 1, 2, 3, 4, 5, 7]
    let alone = try LogisticRegression(
      rows: rows(known.map { Self.features[$0] }),
      labels: [true, false, true, false, false, true, true])
    let found = model.probabilities(rows())
    for (index, logit) in alone.logits(rows()).enumerated() {
      #expect(abs(found[3 * index] - sigmoid(logit)) < 1e-12)
      // Six times no, and half an answer of each kind; nothing known at all.
      #expect(abs(found[3 * index + 1] - 0.5 / 7) < 1e-12 && found[3 * index + 2] == 0.5)
    }
  }

  @Test("A class without a case is refused, named by its place")
  func absent() {
    let text = errorText {
      _ = try LinearModel(rows: rows(), answers: oneHot(Self.labels.map { $0 % 2 }, 3))
    }
    #expect(
      text.hasPrefix("none of 8 training cases is of class 3 of 3; expected every class"), "\(text)"
    )
  }

  @Test("The majority answers with shares of classes and of known labels")
  func majority() {
    let classes = MajorityClass(oneHot(Self.labels, 3))
    #expect(classes.probabilities(count: 2) == [0.375, 0.25, 0.375, 0.375, 0.25, 0.375])
    let labels = KnownAnswers(.multiLabel, [1, .nan, 0, .nan, 0, .nan], outputs: 2)
    #expect(MajorityClass(labels).shares == [1.0 / 3, 0.5])
  }

  @Test("The text baseline answers each output of a document")
  func texts() throws {
    let documents = [
      "heart large", "lungs clear", "heart large big", "lungs clear all", "nodule left",
    ]
    .map { $0.split(separator: " ").map(String.init) }
    let classes = try TextBaseline(training: documents, answers: oneHot([0, 1, 0, 1, 2], 3))
    let found = classes.probabilities([["heart"], ["nodule"]])
    #expect(found[0] > found[1] && found[0] > found[2] && found[5] > found[3])
    #expect(abs(found[0] + found[1] + found[2] - 1) < 1e-12)
    let labels = try TextBaseline(
      training: documents,
      answers: KnownAnswers(.multiLabel, [1, 0, 0, 0, 1, .nan, 0, 0, 0, 0], outputs: 2))
    #expect(labels.constantOutputs == [1])
    let pair = labels.probabilities([["heart"], ["lungs"]])
    #expect(pair[0] > pair[2] && pair[1] == pair[3])
  }
}
