import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import ExternalEvaluation

@Suite("Models on other data")
struct EvaluationRunTests {
  private static let logits = """
    subset,id,label,target,logit
    validation,v1,abnormal,1,3
    validation,v2,abnormal,1,1
    validation,v3,abnormal,0,0.5
    validation,v4,abnormal,0,-2
    test,t1,abnormal,1,2
    test,t2,abnormal,0,-1
    test,t3,abnormal,1,-1.5

    """

  /// A comparison of one cell: the shipped model of words, with answers to internal cases beside it.
  private func run(_ folder: String) throws -> String {
    let cell = "\(folder)/run/cells/r1f1/words"
    try AtomicFile.makeFolder("\(cell)/model")
    for name in ["model.json", "model.safetensors", "vocabulary.txt"] {
      try FileManager.default.copyItem(
        atPath: packageFile("weights/phantom-words/\(name)"), toPath: "\(cell)/model/\(name)")
    }
    try AtomicFile.write("{}", to: "\(cell)/scores.json")
    try AtomicFile.write(Self.logits, to: "\(cell)/logits.csv")
    try AtomicFile.write(
      "id,image,picture,text,label,patient\nv1,,,,l,p1\nt1,,,,l,p2\nt2,,,,l,p2\nt3,,,,l,\n",
      to: "\(folder)/run/data-digest.csv")
    return "\(folder)/run"
  }

  private func search(_ combinations: [String] = [], split: String? = nil) throws -> ModelSearch {
    ModelSearch(try ShippedModel.registry(), combinations: combinations, split: split)
  }

  private func evaluate(
    _ models: [EvaluatedModel], _ table: String, groups: [String] = [], labels: [String] = []
  ) throws -> EvaluationResults {
    var reading = ExternalData.Reading()
    (reading.groups, reading.labels) = (groups, labels)
    var settings = EvaluationSettings()
    settings.resamples = 200
    return try EvaluationRun(
      models: models, data: try ExternalData.all([table], for: models, reading), settings: settings,
      skipsBad: false, kernels: ReferenceKernels(),
      progress: ProgressReporter(mode: .quiet, write: { _ in })
    ).run()
  }

  /// As many reports as asked for, labelled by what they say, or the contrary.
  private func table(
    _ count: Int, to path: String, words: [String] = ["normal", "abnormal"], turned: Bool = false
  ) throws {
    var writer = CSVWriter(columns: ["id", "text", "label", "patient", "sex"])
    for index in 0..<count {
      let place = index % ShippedModel.words.count
      let isAbnormal = [1, 3].contains(place) != turned
      writer.append([
        "c\(index)", ShippedModel.words[place] + (index % 7 == 0 ? " Effusion." : ""),
        words[isAbnormal ? 1 : 0], "p\(index / 2)", index % 3 == 0 ? "F" : "M",
      ])
    }
    try writer.write(to: path)
  }

  @Test(
    "A comparison's models are found by split and combination, with answers and patients beside them"
  )
  func models() throws {
    try withTemporaryFolder { folder in
      let run = try run(folder)
      let (models, _) = try search().models([run, "phantom-words", "\(run)/cells/r1f1/words/model"])
      #expect(models.map(\.name) == ["run/words", "phantom-words", "words"])
      let model = models[0]
      #expect(model.validation["abnormal"]?.logits == [3, 1, 0.5, -2])
      #expect(model.test["abnormal"]?.labels == [true, false, true])
      // t1 and t2 are of one patient, t3 of none that is known.
      #expect(model.test["abnormal"]?.patients.count == 2)
      // Youden's: between 0.5 and 1, in probabilities.
      let threshold = try #require(model.thresholds["abnormal"])
      #expect(threshold.source == .internalValidation && threshold.cases == 4)
      #expect(abs(threshold.value - (sigmoid(0.5) + sigmoid(1)) / 2) < 1e-12)
      #expect(model.thresholdSentence == "fitted on 4 internal validation cases")
      #expect(models[1].thresholds["abnormal"]?.source == .model)
      #expect(models[1].thresholdSentence.hasPrefix("the bundle's"))
      #expect(models[1].notes.contains { $0.contains("no answers to validation and test cases") })
      let unknown = errorText { _ = try search(["wods"]).models([run]) }
      #expect(unknown.contains("words"))
      #expect(errorText { _ = try search(split: "r9f9").models([run]) }.contains("r1f1"))
    }
  }

  @Test("Everything is written, undefined figures with their reasons, and the same bytes again")
  func written() throws {
    try withTemporaryFolder { folder in
      let run = try run(folder)
      try table(90, to: "\(folder)/there.csv")
      let (models, _) = try search().models([run, "phantom-words"])
      let results = try evaluate(models, "\(folder)/there.csv", groups: ["sex"])
      try results.write(to: "\(folder)/out")
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out").sorted()
      #expect(names == ["evaluation.html", "evaluation.json", "predictions.csv"])
      let rows = try CSVTable(path: "\(folder)/out/predictions.csv")
      #expect(
        rows.columns == [
          "data", "model", "id", "label", "target", "logit", "probability", "decision",
        ])
      #expect(rows.rowCount == 180 && rows[0, 0] == "there" && rows[0, 1] == "words")
      #expect(rows[1, 2] == "c1" && rows[1, 3] == "abnormal" && rows[1, 4] == "1")
      // The figures are those of the table that was written.
      let own = (0..<90)
      let area = auroc(
        labels: own.map { rows[$0, 4] == "1" }, scores: own.compactMap { Double(rows[$0, 5]) })
      var root = try JSONValue.parse(contentsOf: "\(folder)/out/evaluation.json").object()
      #expect(try root.required("schema").integer() == 1)
      var first = try root.required("results").array()[0].object()
      var question = try first.required("questions").array()[0].object()
      var metrics = try question.required("metrics").object()
      var told = try metrics.required("auroc").object()
      #expect(try told.required("value").number() == area)
      let text = try String(contentsOfFile: "\(folder)/out/evaluation.json", encoding: .utf8)
      #expect(text.contains("\"undefined\": \"no-internal-answers\""))
      let page = try String(contentsOfFile: "\(folder)/out/evaluation.html", encoding: .utf8)
      for part in ["nan", "NaN", "Optional("] { #expect(!page.contains(part)) }
      // Equal models decide alike but for their thresholds; their AUROC has no difference.
      let pair = try #require(results.pairs.first)
      #expect(pair.deLong.value?.difference == 0 && pair.deLong.value?.p == 1)
      let again = try evaluate(models, "\(folder)/there.csv", groups: ["sex"])
      #expect(again.json.text() == results.json.text())
      #expect(errorText { try results.write(to: run) }.contains("something else is already there"))
    }
  }

  @Test(
    "Turned labels raise the alarm in page, file and terminal; other words for labels are mapped")
  func labels() throws {
    try withTemporaryFolder { folder in
      try table(100, to: "\(folder)/turned.csv", turned: true)
      try table(100, to: "\(folder)/words.csv", words: ["o. B.", "path."])
      let (models, _) = try search().models(["phantom-words"])
      let turned = try evaluate(models, "\(folder)/turned.csv")
      #expect(
        turned.warnings.count == 1 && turned.warnings[0].contains("are the labels turned round?"))
      #expect(EvaluationPage(turned).html.contains("are the labels turned round?"))
      let refused = errorText { _ = try evaluate(models, "\(folder)/words.csv") }
      #expect(refused.contains("o. B."))
      let mapped = try evaluate(models, "\(folder)/words.csv", labels: ["o. B.", "path."])
      #expect(mapped.warnings.isEmpty)
      #expect((mapped.results[0].questions[0].estimates[.auroc]?.value.value ?? 0) > 0.8)
      #expect(mapped.notes.contains { $0.contains("o. B. as normal, path. as abnormal") })
    }
  }
}
