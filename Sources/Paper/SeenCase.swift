import Basics
import Datasets
import EncoderZoo
import Explanation
import Foundation
import Images
import Pages
import Studies

/// The case of Figures 2 and 3: an abnormal one of the test subset whose report is nearest to the paper's.
struct SeenCase {
  let isSynthetic: Bool
  private let explanation: CaseExplanation
  private let report: String

  /// The sight sensitivities of Figure 2.
  static let sights: [(name: String, value: Double)] = [
    ("high", 0.9), ("middle", 0.7), ("low", 0.4),
  ]

  /// Explains the case; nil where the model is not trained yet.
  ///
  /// - Throws: `ZooError` for a model or cases that can't be used; `Interrupted`.
  init?(_ results: PaperResults) throws {
    let folder = results.folder(.model)
    guard FileManager.default.fileExists(atPath: "\(folder)/model.json") else { return nil }
    let resolved = try results.studies.resolved(.model)
    let selection = try CaseSelection(
      model: folder, combination: nil, study: results.zoo.specification(resolved.study),
      part: .test, skipsBad: false)
    let positive = try results.zoo.model(folder).labels.last
    let cases = selection.groups.flatMap(\.cases).filter { $0.label == positive }
    let likeness = ReportLikeness(PaperNumbers.report)
    guard let found = likeness.nearest(of: cases), let text = found.text else { return nil }
    isSynthetic = resolved.isSynthetic
    report = text
    var settings = ExplanationSettings()
    settings.methods = [.integratedGradients]
    settings.baselines = [.black]
    settings.integration.maximumNodes = 100
    explanation = try results.zoo.model(folder).explain(
      images: found.images, text: text, finding: nil, settings: settings,
      progress: results.progress
    ).details
  }

  /// How many circles each sight sensitivity shows, in the order of `sights`.
  var circleCounts: [Int] {
    SeenCase.sights.map { sight in
      var shown = explanation
      shown.settings.sensitivity = sight.value
      return shown.sights.first?.neighbourhoods.count ?? 0
    }
  }

  /// What is shown, in sentences.
  var sentence: String {
    let shared = ReportLikeness(PaperNumbers.report).shared(with: report).sorted()
    let words =
      shared.isEmpty
      ? "none of its words" : shared.map { "\u{201c}\($0)\u{201d}" }.joined(separator: ", ")
    return
      "The paper shows a radiograph whose report tells of \"\(PaperNumbers.report)\". Here it is the abnormal test case"
      + " with the most of these words (\(words)); the model calls it \(explanation.label)"
      + " (probability of \(explanation.labels[1]) \(NumberText.fixed(explanation.probability, digits: 2)))."
      + " Integrated gradients from a black picture; words by the paper's score, a word's share of the squared gradients."
  }

  /// Writes the overlays and the coloured words.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to folder: String) throws {
    try AtomicFile.makeFolder(folder)
    if let picture = explanation.picture, let image = explanation.images.first {
      for sight in SeenCase.sights {
        var shown = explanation
        shown.settings.sensitivity = sight.value
        try shown.overlay(of: image, on: picture)
          .savePNG(path: "\(folder)/figure-2-\(sight.name).png")
      }
    }
    if let words = explanation.words?.words {
      try AtomicFile.write(
        SVGFile.text(WordsDrawing(words).html, width: 760), to: "\(folder)/figure-3.svg")
    }
  }
}
