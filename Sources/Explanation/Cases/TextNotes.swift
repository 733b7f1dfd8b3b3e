import Basics
import Datasets
import Training

/// Counts the texts that the models of a selection are asked about: those cut, empty, or unknown to them.
struct TextNotes {
  private var tally: TextTally?
  private var reader = ""

  /// Counts the texts of cases as a model reads them; nothing for one that reads none.
  mutating func add(_ cases: [Case], readBy model: TrainedModel) {
    guard let branch = model.text, let texts = model.textReader else { return }
    reader = branch.name
    var counted = tally ?? TextTally(texts)
    for item in cases {
      // A blank text of a model that does without is a side that is missing.
      guard let text = item.text, !(isBlank(text) && model.acceptsMissingModality) else { continue }
      counted.add(texts.reading(text))
    }
    tally = counted
  }

  /// The notes, told to `progress`, and handed back for the page.
  func told(to progress: ProgressReporter) -> [String] {
    let notes = tally?.notes(of: reader) ?? []
    for note in notes { progress.note(note) }
    return notes
  }
}
