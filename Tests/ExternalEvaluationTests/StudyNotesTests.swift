import Basics
import Datasets
import Evaluation
import Studies
import TestSupport
import Testing
import Training

@testable import ExternalEvaluation

@Suite("What is said of a study's external data")
struct StudyNotesTests {
  /// What an evaluation of the folder's comparison noted, and its report.
  private func evaluated(_ folder: String) throws -> (notes: [String], report: ReportExternal) {
    let progress = ProgressReporter(mode: .quiet, write: { _ in })
    let run = try StudyScene.run(folder, progress)
    let external = try StudyScene.study(folder, StudyScene.item()).external[0]
    let set = try external.load(
      labels: run.labels, needs: (images: false, texts: true), skipsBad: false)
    let report = try StudyEvaluator(resamples: 200).evaluate(external, set, of: run)
    return (progress.notes, report)
  }

  @Test("What several splits say is said once, with their number, and the same on resume")
  func said() throws {
    try withTemporaryFolder { folder in
      try StudyScene.table(
        "\(folder)/north.csv", turned: true, more: [["odd", "Xyzzy plugh.", "path.", "p0", "F"]])
      let first = try evaluated(folder)
      let unknown = first.notes.filter { $0.contains("knows no word of 1 of the 61 texts") }
      #expect(unknown.count == 1 && unknown[0].hasSuffix("(2 of 2 splits)"), "\(first.notes)")
      let warnings = first.report.warnings
      #expect(warnings.count == 1 && warnings[0].contains("are the labels turned round?"))
      #expect(warnings[0].hasSuffix("(2 of 2 splits)"), "\(warnings)")
      #expect(Set(first.notes).isSuperset(of: warnings))
      let again = try evaluated(folder)
      #expect(again.notes == first.notes)
      #expect(again.report.warnings == warnings)
    }
  }

  @Test("Cases with the study's own texts under other ids are counted")
  func overlap() throws {
    try withTemporaryFolder { folder in
      try StudyScene.table("\(folder)/north.csv")
      let run = try StudyScene.run(folder)
      let own = try sha256(of: ShippedModel.words[2] + " 2").prefix(16)
      try AtomicFile.write(
        "id,image,picture,text,label,patient\nt1,,,\(own),l,p1\nt2,,,,l,p1\nu1,,,,l,p2\n",
        to: "\(run.folder)/data-digest.csv")
      let (models, _) = try ModelSearch(try ShippedModel.registry(), split: "r1f1").models([
        run.folder
      ])
      var reading = ExternalData.Reading()
      reading.labels = ["o. B.", "path."]
      (reading.columns.text, reading.columns.label) = ("report", "finding")
      let results = try EvaluationRun(
        models: models, data: try ExternalData.all(["\(folder)/north.csv"], for: models, reading),
        settings: EvaluationSettings(), skipsBad: false, kernels: run.session.kernels,
        progress: run.session.progress
      ).run()
      let said = results.warnings + results.overlaps.flatMap(\.notes)
      #expect(
        said.contains { $0.contains("1 of the 60 cases of north") && $0.contains("text") },
        "\(said)")
    }
  }
}
