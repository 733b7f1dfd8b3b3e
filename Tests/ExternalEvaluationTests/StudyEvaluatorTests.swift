import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Studies
import TestSupport
import Testing
import Training

@testable import ExternalEvaluation

@Suite("A study's external data")
struct StudyEvaluatorTests {
  private static let logits = [
    "r1f1": "test,t1,abnormal,1,2\ntest,t2,abnormal,0,-1\ntest,t3,abnormal,1,-1.5\n",
    "r1f2": "test,u1,abnormal,1,1\ntest,u2,abnormal,0,-1\ntest,u3,abnormal,0,-2\n",
  ]

  /// A comparison of one combination on two splits: the shipped model of words in both.
  private func run(_ folder: String) throws -> FinishedComparison {
    for (split, rows) in Self.logits {
      let cell = "\(folder)/run/cells/\(split)/words"
      try AtomicFile.makeFolder("\(cell)/model")
      for name in ["model.json", "model.safetensors", "vocabulary.txt"] {
        try FileManager.default.copyItem(
          atPath: packageFile("weights/phantom-words/\(name)"), toPath: "\(cell)/model/\(name)")
      }
      try AtomicFile.write("{}", to: "\(cell)/scores.json")
      try AtomicFile.write(
        "subset,id,label,target,logit\nvalidation,v1,abnormal,1,3\nvalidation,v2,abnormal,0,-1\n"
          + rows, to: "\(cell)/logits.csv")
    }
    try AtomicFile.write(
      "id,image,picture,text,label,patient\nt1,,,,l,p1\nt2,,,,l,p1\nu1,,,,l,p2\n",
      to: "\(folder)/run/data-digest.csv")
    return FinishedComparison(
      folder: "\(folder)/run", splits: ["r1f1", "r1f2"], combinations: ["words"], task: .binary,
      labels: ["normal", "abnormal"], rule: .youden, seed: 1, skipsBad: false,
      session: Session(
        registry: try ShippedModel.registry(), kernels: ReferenceKernels(),
        progress: ProgressReporter(mode: .quiet, write: { _ in })))
  }

  /// A table whose every third label is wrong, in another hospital's words.
  private func table(_ path: String) throws {
    var writer = CSVWriter(columns: ["id", "report", "finding", "patient", "sex"])
    for index in 0..<60 {
      let place = index % ShippedModel.words.count
      let isAbnormal = [1, 3].contains(place) != (index % 3 == 0)
      writer.append([
        "c\(index)", ShippedModel.words[place] + " \(index)", isAbnormal ? "path." : "o. B.",
        "p\(index / 2)", index % 2 == 0 ? "F" : "M",
      ])
    }
    try writer.write(to: path)
  }

  private func study(_ folder: String, _ external: String) throws -> StudySpecification {
    let text = """
      {"schema": 2, "name": "s",
       "data": {"format": "csv", "path": "own.csv", "columns": {"text": "t", "label": "l"},
         "labels": ["normal", "abnormal"]},
       "text": {"name": "words", "encoder": "word2vec"}, "external": [\(external)]}
      """
    return try StudySpecification(
      JSONValue.parse(Data(text.utf8), path: "study.json"), folder: folder,
      registry: ShippedModel.registry())
  }

  private func item(_ labels: String) -> String {
    """
    {"name": "north", "groups": ["sex"]\(labels),
     "data": {"format": "csv", "path": "north.csv", "labels": ["o. B.", "path."],
       "columns": {"id": "id", "text": "report", "label": "finding", "patient": "patient"}}}
    """
  }

  @Test(
    "Models of all splits are evaluated: means, drops with intervals, a folder a split; kept and mended"
  )
  func evaluated() throws {
    try withTemporaryFolder { folder in
      let run = try run(folder)
      try table("\(folder)/north.csv")
      let external = try study(folder, item(#", "labels": ["o. B.", "path."]"#)).external[0]
      let set = try external.load(
        labels: run.labels, needs: (images: false, texts: true), skipsBad: false)
      #expect(set.cases[1].label == "abnormal" && set.cases[0].label == "abnormal")
      let evaluator = StudyEvaluator(resamples: 100)
      let report = try evaluator.evaluate(external, set, of: run)
      #expect(report.cases == 60 && report.patients == 30 && report.rows.count == 1)
      let figure = try #require(report.rows[0].figures.first)
      // Inside: t has one pair right of two (2 > -1 > -1.5), u both; the mean is 0.75.
      #expect(figure.key == "auroc" && figure.inside.value == 0.75)
      let place = "\(run.folder)/external/north"
      let rows = try CSVTable(path: "\(place)/r1f2/predictions.csv")
      let own = (0..<rows.rowCount)
      let area = try #require(
        auroc(
          labels: own.map { rows[$0, 4] == "1" }, scores: own.compactMap { Double(rows[$0, 5]) }))
      // Both splits hold the same model.
      let outside = try #require(figure.outside.value)
      #expect(abs(outside.estimate - area) < 1e-12)
      let drop = try #require(figure.drop.value)
      #expect(abs(drop.estimate - (0.75 - area)) < 1e-12)
      #expect(drop.interval.lower < drop.estimate && drop.estimate < drop.interval.upper)
      let files = ["evaluation.html", "evaluation.json", "predictions.csv", "digests.json"]
      for name in files { #expect(FileManager.default.fileExists(atPath: "\(place)/r1f1/\(name)")) }
      let page = try String(contentsOfFile: "\(place)/r1f1/evaluation.html", encoding: .utf8)
      #expect(page.contains("sex"))

      let summary = try readFile("\(place)/summary.json")
      let text = String(decoding: summary, as: UTF8.self)
      #expect(text.contains("\"agreement\"") && text.contains("\"distance-from-threshold\""))
      // Stamps of files that have just changed, too.
      let before = FileStamp.of("\(place)/r1f1/predictions.csv", now: .max)
      _ = try evaluator.evaluate(external, set, of: run)
      #expect(FileStamp.of("\(place)/r1f1/predictions.csv", now: .max) == before)
      let bytes = try readFile("\(place)/r1f1/predictions.csv")
      try AtomicFile.write("data\n", to: "\(place)/r1f1/predictions.csv")
      try FileManager.default.removeItem(atPath: "\(place)/r1f2/digests.json")
      _ = try evaluator.evaluate(external, set, of: run)
      #expect(try readFile("\(place)/r1f1/predictions.csv") == bytes)
      #expect(try readFile("\(place)/summary.json") == summary)
    }
  }

  @Test(
    "Words that are none of the study's labels, repeated words and equal names are refused before training"
  )
  func refused() throws {
    try withTemporaryFolder { folder in
      try table("\(folder)/north.csv")
      let unmapped = try study(folder, item("")).external[0]
      let text = errorText {
        _ = try unmapped.load(
          labels: ["normal", "abnormal"], needs: (images: false, texts: true), skipsBad: false)
      }
      #expect(text.contains("north.csv") && text.contains("none of the study's"), "\(text)")
      let twice = errorText { _ = try study(folder, item("") + ", " + item("")) }
      #expect(twice.contains("two external data sets are called \"north\""), "\(twice)")
      let single = try study(folder, item(#", "labels": ["path."]"#)).external[0]
      let few = errorText {
        _ = try single.load(
          labels: ["normal", "abnormal"], needs: (images: false, texts: true), skipsBad: false)
      }
      #expect(few.contains("names 1; the study has 2"), "\(few)")
      let repeated = errorText { _ = try study(folder, item(#", "labels": ["path.", "path."]"#)) }
      #expect(repeated.contains("a word stands twice"), "\(repeated)")
    }
  }
}
