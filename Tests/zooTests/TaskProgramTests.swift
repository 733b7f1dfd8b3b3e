import Basics
import Foundation
import TestSupport
import Testing

@Suite(
  "The program compares for every task", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct TaskProgramTests {
  /// A study of the phantom sample's kinds of lesions: an image encoder, a text encoder and both.
  private func study(_ folder: String, task: String, label: String, more: String = "") throws
    -> String
  {
    let path = "\(folder)/\(task).json"
    try AtomicFile.write(
      """
      {"schema": 2, "name": "\(task)", "seed": 3, \(more)
       "data": {"format": "csv", "path": "sample/kinds.csv", "task": "\(task)",
         "columns": {"id": "id", "image": "image", "text": "text", "patient": "patient", \(label)}},
       "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
       "image": {"name": "net", "encoder": "densenet121", "size": 32,
         "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
         "training": {"epochs": 1, "batchSize": 8}},
       "text": {"name": "words", "encoder": "word2vec",
         "options": {"dimension": 16, "epochs": 2, "filters": 8},
         "training": {"epochs": 2, "batchSize": 8}},
       "fusion": {"hidden": 8, "views": 1, "modalityDropout": 0.2, "training": {"epochs": 1},
         "fineTuning": {"epochs": 1}}}
      """, to: path)
    return path
  }

  private static let kinds = ["nodule", "opacity", "effusion", "cardiomegaly", "pneumothorax"]
  private static let list =
    #""label": "kinds", "labelSeparator": "|", "noLabel": ["normal"]"#

  private func sample(_ folder: String) throws {
    _ = try ProgramRunner.succeed([
      "data", "sample", "--output", "\(folder)/sample", "--count", "160", "--size", "64",
    ])
  }

  /// The rows of a run's table: combination, subset and metric, then the values over splits.
  private func results(_ run: String) throws -> [String: [Double?]] {
    var found: [String: [Double?]] = [:]
    for line in try String(contentsOfFile: "\(run)/results.csv", encoding: .utf8)
      .split(separator: "\n").dropFirst()
    {
      let fields = line.replacing(", ", with: "; ").replacing("\"", with: "").split(
        separator: ",", omittingEmptySubsequences: false)
      found["\(fields[0])/\(fields[2])/\(fields[3])", default: []].append(Double(fields[4]))
    }
    return found
  }

  @Test("Labels that a case may have together go through encoders, heads, baselines and prediction")
  func labels() throws {
    try withTemporaryFolder { folder in
      try sample(folder)
      let path = try study(folder, task: "multi-label", label: Self.list)
      let run = "\(folder)/run"
      let told = try ProgramRunner.run(["compare", path, "--output", run])
      #expect(told.status == 0, "\(told.error)")
      #expect(told.output.contains("macro AUROC") && told.output.contains("mAP"))
      let rows = try results(run)
      for name in ["net", "words", "net + words", "majority class", "TF-IDF + logistic regression"]
      {
        #expect(rows["\(name)/test/macro-auroc"]?.count == 2, "\(name)")
        for kind in Self.kinds {
          #expect(rows["\(name)/test/auroc of \(kind)"]?.compactMap { $0 }.count == 2)
          #expect(rows["\(name)/test; fitted threshold/threshold of \(kind)"]?.count == 2)
        }
      }
      #expect(rows["net + words/test; text only/macro-auroc"]?.count == 2)
      // Words name what is there: the linear model of them must be well above chance.
      let linear = rows["TF-IDF + logistic regression/test/macro-auroc"]?.compactMap { $0 } ?? []
      #expect(linear.allSatisfy { $0 > 0.7 }, "\(linear)")
      #expect(rows["majority class/test/macro-auroc"]?.allSatisfy { $0 == 0.5 } == true)
      let page = try String(contentsOfFile: "\(run)/report.html", encoding: .utf8)
      for part in [
        "Label by label", "one for each label", "Macro AUROC by epoch",
        "always giving each label its commoner answer",
      ] {
        #expect(page.contains(part), "\(part)")
      }
      let model = "\(run)/cells/r1f1/words/model"
      let text = try ProgramRunner.succeed([
        "predict", model, "--text", "There is a large left pleural effusion.",
      ])
      #expect(Self.kinds.allSatisfy(text.contains))
      let bundle = try behind(
        "\(run)/cells/r1f1/net + words", in: folder, "--threshold", "youden")
      #expect(bundle.contains("\"thresholds\": [") && bundle.contains("macro-average-precision"))
      let again = try ProgramRunner.run(["compare", path, "--output", run, "--resume"])
      #expect(again.status == 0, "\(again.error)")
    }
  }

  @Test("One of several classes: probabilities add up to 1, and the class is the most probable")
  func classes() throws {
    try withTemporaryFolder { folder in
      try sample(folder)
      let path = try study(
        folder, task: "multi-class", label: #""label": "kind""#, more: #""metric": "kappa","#)
      let run = "\(folder)/run"
      let told = try ProgramRunner.run(["compare", path, "--output", run])
      #expect(told.status == 0, "\(told.error)")
      let rows = try results(run)
      for name in ["net", "words", "net + words", "majority class", "TF-IDF + logistic regression"]
      {
        #expect(rows["\(name)/test/kappa"]?.count == 2, "\(name)")
        #expect(rows["\(name)/test/auroc of normal"]?.count == 2, "\(name)")
      }
      #expect(rows["majority class/test/kappa"]?.allSatisfy { $0 == 0 } == true)
      let page = try String(contentsOfFile: "\(run)/report.html", encoding: .utf8)
      #expect(page.contains("Class by class") && page.contains("The other combinations (2)"))
      #expect(page.components(separatedBy: "<table class=\"confusion\">").count - 1 == 3)
      let text = try ProgramRunner.succeed([
        "predict", "\(run)/cells/r1f1/words/model", "--text", "The lungs are clear.", "--json",
      ])
      let value = try JSONValue.parse(Data(text.utf8))
      var object = try value.object()
      let classes = try object.required("classes").array().map { one -> (String, Double) in
        var one = try one.object()
        return (try one.string("label"), try one.required("probability").number())
      }
      #expect(abs(classes.reduce(0) { $0 + $1.1 } - 1) < 1e-9)
      #expect(classes.map(\.1) == classes.map(\.1).sorted(by: >))
      #expect(try object.string("label") == classes[0].0)
      let bundle = try behind("\(run)/cells/r1f1/net + words", in: folder)
      #expect(bundle.contains("\"log-loss\"") && bundle.contains("auroc of effusion"))
    }
  }

  /// What follows a training, for one cell: explanations, a bundle that verifies, exports; the text of the
  /// bundle's manifest.
  private func behind(_ cell: String, in folder: String, _ more: String...) throws -> String {
    let model = "\(cell)/model"
    let image = "\(folder)/sample/images/0001.png"
    let asked = [
      "explain", model, "--image", image, "--text", "A large left pleural effusion.", "--nodes",
      "8",
      "--maximum-nodes", "8", "--output",
    ]
    let own = try ProgramRunner.succeed(asked + ["\(folder)/own"])
    #expect(own.contains("is explained because it is the most probable"), "\(own)")
    let rather = try ProgramRunner.succeed(
      asked + ["\(folder)/rather", "--finding", "effusion", "--against", "opacity"])
    #expect(rather.contains("why “effusion” rather than “opacity”"), "\(rather)")
    let page = try String(contentsOfFile: "\(folder)/rather/explanation.html", encoding: .utf8)
    #expect(page.contains("Why effusion rather than opacity") && page.contains("All answers"))
    let bundle = "\(folder)/bundle"
    _ = try ProgramRunner.succeed(
      [
        "bundle", "create", cell, "--name", "several@1.0.0", "--licence", "CC0-1.0", "--output",
        bundle,
      ] + more)
    #expect(
      try ProgramRunner.succeed(["bundle", "verify", bundle])
        .contains("golden logits: 2 cases, largest difference 0"))
    _ = try ProgramRunner.succeed(["export", model, "--onnx", "\(folder)/model.onnx"])
    let weights = try ProgramRunner.succeed([
      "weights", "export", model, "--output", "\(folder)/encoder.safetensors",
    ])
    #expect(FileManager.default.fileExists(atPath: "\(folder)/encoder.safetensors"), "\(weights)")
    return try String(contentsOfFile: "\(bundle)/bundle.json", encoding: .utf8)
  }

  @Test("A task that the data do not fit is refused before anything is trained")
  func refused() throws {
    try withTemporaryFolder { folder in
      try sample(folder)
      for (label, more, message) in [
        (
          Self.list.replacing("kinds", with: "kind"), "",
          "\"|\" occurs in no value of the column \"kind\""
        ),
        (Self.list, #""metric": "kappa","#, "\"kappa\" is no metric of a multi-label task"),
        (#""label": "kinds""#, "", "nothing tells what parts them"),
      ] {
        let path = try study(folder, task: "multi-label", label: label, more: more)
        let refused = try ProgramRunner.run(["compare", path, "--output", "\(folder)/run"])
        #expect(refused.status == 1 && refused.error.contains(message), "\(refused.error)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
      }
    }
  }
}
