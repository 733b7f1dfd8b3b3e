import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Registry
import TestSupport
import Testing

@testable import Studies

@Suite("What a study asks about its cases")
struct LabelSpecificationTests {
  private func json(_ text: String) throws -> JSONValue { try JSONValue.parse(Data(text.utf8)) }

  private func data(_ keys: String, format: String = "csv", columns: String = "\"label\": \"l\"")
    throws -> DataSpecification
  {
    let own = format == "csv" ? ", \"columns\": {\(columns)}" : ""
    return try DataSpecification(
      json("{\"format\": \"\(format)\", \"path\": \"t\"\(own)\(keys)}"), folder: "")
  }

  @Test("The task and its labels are read; a binary one is the default")
  func reads() throws {
    #expect(try data("").labels.task == .binary)
    let classes = try data(", \"task\": \"multi-class\", \"labels\": [\"a\", \"b\", \"c\"]")
    #expect(classes.labels.task == .multiClass && classes.labels.names == ["a", "b", "c"])
    let marks = try data(
      ", \"task\": \"multi-label\", \"uncertain\": \"positive\"",
      columns: "\"labels\": [\"Mass\", \"Edema\"]")
    #expect(marks.labels.names == ["Mass", "Edema"] && marks.labels.uncertain == .positive)
    let list = try data(
      ", \"task\": \"multi-label\", \"otherLabels\": \"ignored\"",
      columns: "\"label\": \"F\", \"labelSeparator\": \"|\", \"noLabel\": [\"No Finding\"]")
    #expect(list.columns?.labelSeparator == "|" && list.labels.ignoresOthers)
    let nih = try data(", \"task\": \"multi-label\"", format: "chestx-ray14")
    #expect(nih.labels.names?.count == 14)
  }

  @Test(
    "What does not fit a task is refused with what to do",
    arguments: [
      (", \"labels\": [\"a\", \"b\", \"c\"]", "csv", "set \"task\" to \"multi-class\""),
      (
        ", \"task\": \"multi-class\", \"labels\": [\"a\", \"b\", \"a\"]", "csv",
        "two labels are called \"a\""
      ),
      (
        ", \"task\": \"multi-class\", \"labels\": [\"a\"]", "csv",
        "labels: found 1; expected 2 or more"
      ),
      (
        ", \"uncertain\": \"masked\"", "csv",
        "\"uncertain\" is about labels that a case may have together"
      ),
      (", \"task\": \"multi-label\"", "open-i", "\"labels\" is missing"),
      (", \"task\": \"many\"", "csv", "unknown task \"many\""),
    ])
  func refuses(_ keys: String, _ format: String, _ message: String) {
    #expect(errorText { _ = try data(keys, format: format) }.contains(message))
  }

  @Test("A metric that does not fit the task is refused with those that do")
  func metric() throws {
    func study(_ task: String, _ metric: String) throws -> StudySpecification {
      try StudySpecification(
        json(
          """
          {"schema": 2, "name": "n", "metric": "\(metric)", "text": {"encoder": "word2vec"},
           "data": {"format": "csv", "path": "t", "task": "\(task)",
                    "columns": {"text": "t", "label": "l", "labelSeparator": "|"}}}
          """), folder: "", registry: EncoderRegistry(Catalogue(path: packageFile("registry.json")))
      )
    }
    #expect(try study("multi-label", "macro-auroc").metric == .macroAUROC)
    #expect(try study("multi-class", "quadratic-kappa").metric == .quadraticKappa)
    #expect(
      errorText { _ = try study("binary", "kappa") }.contains(
        "\"kappa\" is no metric of a binary task"))
    #expect(
      errorText { _ = try study("multi-label", "acuracy") }.contains(
        "no metric is called \"acuracy\""))
  }
}
