import Basics
import Foundation

/// What a model's circles find of the lesions whose boxes are known.
package struct Detection: Sendable {
  /// One way to see: a method at a sensitivity.
  package struct Row: Sendable {
    /// Such as `integrated-gradients-black`.
    package let method: String
    package let title: String
    package let sensitivity: Double
    package let score: LocalisationScore
  }

  /// A circle on an image of the data, in its pixels.
  package struct Found: Sendable {
    package let image: String
    /// The finding that was looked for; nil for a model of one question.
    package let finding: String?
    package let method: String
    package let sensitivity: Double
    package let circle: Circle
    /// The sum of its signals' scores.
    package let mass: Double
  }

  /// The setting that does best on some splits, asked on the one left out.
  package struct Choice: Sendable {
    package let question: LocalisationQuestion
    /// For each split left out, what the others chose.
    package let chosen: [(split: String, title: String, sensitivity: Double)]
    /// What the choices give together on the splits they were not made on.
    package let answer: LocalisationScore.Answer
  }

  package let settings: DetectionSettings
  /// The model's folder, or the run's.
  package let model: String
  package let boxes: String
  package let description: String
  package let isSynthetic: Bool
  package let warnings: [String]
  /// How many images of the box table are not at hand.
  package let missing: Int
  /// The splits whose test subsets were looked at; empty for a model of its own.
  package let splits: [String]
  /// Method by method, each by shape and then by sensitivity.
  package let rows: [Row]
  package let found: [Found]
  /// Empty without splits.
  package let choices: [Choice]
  /// What is known of each model.
  package var records: [ModelRecord] = []

  /// The shares of all pictures of the cases that were looked at; empty where the model reads one picture a case.
  package var shares: [Share] = []

  /// The titles of the methods with their names, in order.
  package var methods: [(name: String, title: String)] {
    var seen: Set<String> = []
    return rows.compactMap { seen.insert($0.method).inserted ? ($0.method, $0.title) : nil }
  }

  /// The rows of a method and a shape, by ascending sensitivity.
  package func rows(method: String, shape: Overlap.Shape) -> [Row] {
    rows.filter { $0.method == method && $0.score.shape == shape }
  }

  /// What is said of every figure.
  package static let notice =
    "This is no diagnosis. Circles show what a model reacted to; how often that is where a lesion was "
    + "marked is what is measured here."
}

extension Detection {
  /// The first table for a terminal: a line a method at the settings' sensitivity.
  package var lines: [String] {
    let page = DetectionPage(self)
    let width = max(24, methods.map(\.title.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      text.padding(toLength: width, withPad: " ", startingAt: 0)
    }
    func figure(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
    let questions = LocalisationQuestion.all.map(\.shortName)
    let head =
      padded("accuracy (control)", width)
      + questions.map { "  " + padded($0, 13) }.joined()
    let rows = methods.compactMap { method -> String? in
      guard let row = page.row(method.name) else { return nil }
      return padded(method.title, width)
        + row.score.answers.map {
          "  " + padded("\(figure($0.macro)) (\(figure($0.controlMacro)))", 13)
        }.joined()
    }
    let score = self.rows[0].score
    return [
      "\(score.images) images, \(score.lesions) lesions, sight sensitivity \(page.sensitivity), "
        + "mean over \(score.answers[0].kinds.count) kinds",
      head,
    ] + rows
  }
}
