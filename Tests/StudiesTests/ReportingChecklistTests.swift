import Basics
import Datasets
import Evaluation
import Foundation
import Registry
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("What a paper must tell")
struct ReportingChecklistTests {
  @Test("Every item of TRIPOD+AI and of CLAIM 2024 has a row")
  func complete() {
    let tripod = Set(ReportingItem.allCases.flatMap(\.row.tripod))
    let whole = [1, 2, 4, 7, 10, 11, 13, 14, 15, 16, 17, 19, 21, 22, 24, 25, 26].map { "\($0)" }
    let parted: [(number: String, letters: String)] = [
      ("3", "abc"), ("5", "ab"), ("6", "abc"), ("8", "abc"), ("9", "abc"), ("12", "abcdefg"),
      ("18", "abcdef"), ("20", "abc"), ("23", "ab"), ("27", "abc"),
    ]
    let parts = parted.flatMap { item in item.letters.map { "\(item.number)\($0)" } }
    #expect(tripod == Set(whole + parts))
    #expect(Set(ReportingItem.allCases.flatMap(\.row.claim)) == Set(1...44))
  }

  @Test("What the run knows is filled in, the rest stands blank, each item once")
  func blanks() {
    let list = ReportingChecklist([.software: "EncoderZoo", .ensembles: "none"])
    #expect(list.filled.map(\.item) == [.ensembles, .software])
    #expect(list.blanks.count == ReportingItem.allCases.count - 2)
    #expect(!list.blanks.contains(.software))
    #expect(list.sentence.hasPrefix("2 of \(ReportingItem.allCases.count) items"))
    #expect(ReportingItem.ensembles.tripod == "–" && ReportingItem.ensembles.claim == "27")
  }

  @Test("It stands folded in the report, texts as themselves; without one there is none")
  func page() {
    var data = ReportSample.data()
    #expect(!ReportPage(data).html.contains("TRIPOD+AI"))
    data.checklist = ReportingChecklist([.dataSources: "A <set> & more"])
    let page = ReportPage(data).html
    #expect(page.contains("<summary>Reporting: TRIPOD+AI and CLAIM 2024</summary>"))
    #expect(page.contains("A &lt;set&gt; &amp; more"))
    #expect(page.contains("<em>to be told by a person</em>"))
    #expect(unbalancedTag(page) == nil)
  }

  @Test("A study of probes is not told as a training")
  func probes() throws {
    let text = """
      {"schema": 2, "name": "s",
       "data": {"format": "csv", "path": "t.csv", "labels": ["well", "ill"],
         "columns": {"id": "id", "image": "image", "text": "text", "label": "label"}},
       "text": {"name": "words", "encoder": "word2vec"},
       "image": {"name": "net", "encoder": "densenet121", "size": 32, "members": 3}}
      """
    let study = try StudySpecification(
      JSONValue.parse(Data(text.utf8), path: "study.json"), folder: "",
      registry: EncoderRegistry(try Catalogue(path: packageFile("registry.json"))))
    func answers(_ study: StudySpecification) -> [ReportingItem: String] {
      let set = CaseSet(
        name: "t", cases: [Case(id: "a", label: "ill", source: Place())], labels: ["well", "ill"])
      let cases = StudyCases(
        set: set, words: [], task: ClassificationTask(.binary, of: set), images: [:])
      return StudyTables(
        study: study, cases: cases, splits: [], cells: [], deviations: [], warnings: [], notes: [],
        headsFittedOnValidation: [], external: []
      ).checklist([]).known
    }
    let (trained, probed) = (answers(study), answers(try study.probing()))
    #expect(trained[.ensembles] == "net: 3 members; logits are averaged.")
    #expect(trained[.training]?.hasPrefix("All settings are under “Training”") == true)
    #expect(probed[.ensembles] == "None.")
    #expect(probed[.training]?.hasPrefix("No encoder was trained.") == true)
    #expect(probed[.studyGoal]?.contains("No model is developed for use") == true)
    #expect(probed[.selection]?.contains("number of neighbours") == true)
    #expect(probed[.use]?.hasPrefix("Each linear probe is kept") == true)
    #expect(Set(probed.keys) == Set(trained.keys))
  }
}
