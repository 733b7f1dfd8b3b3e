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
  @Test(
    "Models of all splits are evaluated: means, drops with intervals, a folder a split; kept and mended"
  )
  func evaluated() throws {
    try withTemporaryFolder { folder in
      let run = try StudyScene.run(folder)
      try StudyScene.table("\(folder)/north.csv")
      let external = try StudyScene.study(folder, StudyScene.item()).external[0]
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
      try StudyScene.table("\(folder)/north.csv")
      let unmapped = try StudyScene.study(folder, StudyScene.item("")).external[0]
      let text = errorText {
        _ = try unmapped.load(
          labels: ["normal", "abnormal"], needs: (images: false, texts: true), skipsBad: false)
      }
      #expect(text.contains("north.csv") && text.contains("none of the study's"), "\(text)")
      let twice = errorText {
        _ = try StudyScene.study(folder, StudyScene.item("") + ", " + StudyScene.item(""))
      }
      #expect(twice.contains("two external data sets are called \"north\""), "\(twice)")
      let single = try StudyScene.study(folder, StudyScene.item(#", "labels": ["path."]"#))
        .external[0]
      let few = errorText {
        _ = try single.load(
          labels: ["normal", "abnormal"], needs: (images: false, texts: true), skipsBad: false)
      }
      #expect(few.contains("names 1; the study has 2"), "\(few)")
      let repeated = errorText {
        _ = try StudyScene.study(folder, StudyScene.item(#", "labels": ["path.", "path."]"#))
      }
      #expect(repeated.contains("a word stands twice"), "\(repeated)")
    }
  }
}
