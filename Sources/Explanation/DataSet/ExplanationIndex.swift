import Basics
import Datasets
import Evaluation

/// An index of explained cases.
package struct ExplanationIndex: Sendable {
  /// One explained case.
  package struct Row: Sendable {
    package let id: String
    /// The split whose model explained it; nil for a model of its own.
    package let split: String?
    /// The class that the data give; nil where they give none.
    package let truth: String?
    /// Relative to the index.
    package let folder: String
    package let label: String
    /// The class that is explained.
    package let positive: String
    package let probability: Double
    /// The circles of the first map; nil for a model without images.
    package let circles: Int?
    /// What the first map is called.
    package let method: String?
    /// The words with the largest integrated gradients, at most three.
    package let words: [String]
    /// The image's share of the decision; nil for one modality.
    package let imageShare: Double?
    /// How many warnings its page has: of words that are cut off or unknown, of the picture's file, of maps
    /// without contrast, of figures that did not settle.
    package let warnings: Int
    let task: TaskKind

    /// How far the probability is from the truth, 0…1; nil where no truth is known.
    package var error: Double? {
      truth.map { $0 == positive ? 1 - probability : probability }
    }

    /// Whether what the model says is not the truth; false where none is known.
    package var isWrong: Bool {
      guard let truth, let error else { return false }
      switch task {
      case .binary: return error > 0.5
      // The most probable of several classes may have less than half.
      case .multiClass: return truth != label
      // A contrast tells of the other finding, too.
      case .multiLabel: return truth != label && !label.hasPrefix("\(truth), ")
      }
    }

    /// Reads what a case's `explanation.json` says; `truth` tells what the data say of what is explained.
    ///
    /// - Throws: `ZooError` that names the file.
    init(
      id: String, split: String?, task: TaskKind, folder: String, explanation path: String,
      truth: (String) -> String?
    ) throws {
      self.id = id
      self.split = split
      self.task = task
      self.folder = folder
      var root = try JSONValue.parse(contentsOf: path).object()
      var prediction = try root.required("prediction").object()
      label = try prediction.string("label")
      let positive = try prediction.string("positive")
      (self.positive, self.truth) = (positive, truth(positive))
      probability = try prediction.required("probability").number()
      warnings = try root.required("warnings").array().count
      var image = try root.object("image")
      var first = try image?.required("methods").array().first?.object()
      circles = try first?.required("neighbourhoods").array().count
      method = try first?.string("title")
      var joint = try root.object("joint")
      imageShare = try joint?.value("imageShare")?.number()
      var text = try root.object("text")
      words =
        try (text?.required("words").array() ?? []).map { value in
          var word = try value.object()
          return (try word.string("written"), try word.required("integrated").number())
        }
        .filter { $0.1 != 0 }.sorted { abs($0.1) > abs($1.1) }.prefix(3).map(\.0)
    }
  }

  /// A case that could not be explained.
  package struct LeftOut: Sendable {
    package let id: String
    package let reason: String
  }

  package let model: String
  package let description: String
  package let isSynthetic: Bool
  package let warnings: [String]
  package let rows: [Row]
  package let leftOut: [LeftOut]
  /// What is known of each model.
  package var records: [ModelRecord] = []

  /// Writes `index.csv` and `index.html` beside the cases.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to folder: String) throws {
    var table = CSVWriter(columns: [
      "id", "split", "truth", "label", "probability", "error", "circles", "imageShare", "words",
      "warnings", "folder",
    ])
    for row in rows {
      table.append([
        row.id, row.split ?? "", row.truth ?? "", row.label, "\(row.probability)",
        row.error.map { "\($0)" } ?? "", row.circles.map { "\($0)" } ?? "",
        row.imageShare.map { "\($0)" } ?? "", row.words.joined(separator: " "),
        "\(row.warnings)", row.folder,
      ])
    }
    try table.write(to: "\(folder)/index.csv")
    try AtomicFile.write(ExplanationIndexPage(self).html, to: "\(folder)/index.html")
  }
}
