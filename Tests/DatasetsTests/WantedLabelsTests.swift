import Basics
import Datasets
import TestSupport
import Testing

@Suite("Labels of other data")
struct WantedLabelsTests {
  private func set(_ labels: [String], isMultiLabel: Bool = true) -> CaseSet {
    CaseSet(
      name: "north", cases: [Case(id: "a", label: labels[0], source: Place(path: "t"))],
      labels: labels, isMultiLabel: isMultiLabel)
  }

  @Test("A label that data say nothing of is refused, not read as absent; others are told")
  func wanted() throws {
    let text = errorText {
      _ = try set(["Mass", "Oedema"]).checkLabels(
        wanted: ["Mass", "Edema"], by: "the model", at: Place(path: "north.csv"))
    }
    #expect(
      text.hasPrefix(
        "north.csv: nothing is said of \"Edema\", which the model answers; the data have \"Mass\", \"Oedema\""
      ),
      "\(text)")
    let notes = try set(["Mass", "Edema", "Hernia"]).checkLabels(
      wanted: ["Mass", "Edema"], by: "the model", at: Place())
    #expect(notes == ["north: \"Hernia\" are labels of the data that the model does not answer"])
    #expect(
      try set(["a", "b"], isMultiLabel: false).checkLabels(wanted: ["c"], by: "", at: Place())
        .isEmpty)
  }
}
