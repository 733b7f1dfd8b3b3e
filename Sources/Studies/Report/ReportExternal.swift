import Basics
import Evaluation

/// What a comparison's models are worth on one data set that is not the study's.
package struct ReportExternal: Sendable {
  /// One figure, the mean over the splits' models (and, of several outputs, over these).
  package struct Figure: Sendable, Equatable {
    /// Its name in files, such as "auroc".
    package let key: String
    /// Its name on a page, such as "AUROC".
    package let title: String
    /// Of the internal test cases of each split by that split's model.
    package let inside: Determined<Double>
    /// Of all external cases, with its interval.
    package let outside: Determined<ClusterBootstrap>
    /// Internal less external, with its interval.
    package let drop: Determined<ClusterBootstrap>
    /// Of how many models (and outputs of these) it is the mean.
    package let averaged: Int
    /// How many are in none of the three, since one side does not define them.
    package let leftOut: Int

    package init(
      key: String, title: String, inside: Determined<Double>,
      outside: Determined<ClusterBootstrap>, drop: Determined<ClusterBootstrap>, averaged: Int,
      leftOut: Int
    ) {
      (self.key, self.title, self.averaged, self.leftOut) = (key, title, averaged, leftOut)
      (self.inside, self.outside, self.drop) = (inside, outside, drop)
    }
  }

  package let name: String
  package let description: String
  package let cases: Int
  package let patients: Int
  package let isSynthetic: Bool
  /// By combination, in the order of the study.
  package let rows: [(combination: String, figures: [Figure])]
  /// By split the page of all figures, relative to the run's folder.
  package let pages: [(split: String, path: String)]
  /// Sentences that nobody may miss.
  package let warnings: [String]

  package init(
    name: String, description: String, cases: Int, patients: Int, isSynthetic: Bool,
    rows: [(combination: String, figures: [Figure])], pages: [(split: String, path: String)],
    warnings: [String]
  ) {
    self.name = name
    self.description = description
    self.cases = cases
    self.patients = patients
    self.isSynthetic = isSynthetic
    self.rows = rows
    self.pages = pages
    self.warnings = warnings
  }

  /// A line a combination, for a terminal.
  var lines: [String] {
    rows.map { row in
      let figures = row.figures.map { figure in
        "\(figure.title) internal \(NumberText.metric(figure.inside.value)), external \(text(figure.outside)), drop"
          + " \(text(figure.drop))"
      }
      return "\(row.combination) on \(name): \(figures.joined(separator: "; "))"
    }
  }

  private func text(_ found: Determined<ClusterBootstrap>) -> String {
    switch found {
    case .undefined(let reason): "undefined (\(reason.sentence))"
    case .value(let value):
      "\(NumberText.metric(value.estimate)) (\(NumberText.metric(value.interval.lower)) to"
        + " \(NumberText.metric(value.interval.upper)))"
    }
  }
}
