import Basics
import DataCheck
import Datasets
import NearDuplicates
import Testing

@Suite("What is wrong with data")
struct DataCheckTests {
  private func item(
    _ id: Int, _ label: String, group: String? = nil, text: String? = nil, site: String? = nil,
    shared: String? = nil
  ) -> Case {
    var item = Case(id: "c\(id)", text: text, label: label, group: group, source: Place(path: "t"))
    item.attributes["site"] = site
    if let shared {
      item.images = [CaseImage(path: "", picture: CasePicture(file: shared, shared: shared))]
    }
    return item
  }

  private func set(_ change: (Int, inout Case) -> Void = { _, _ in }) -> CaseSet {
    CaseSet(
      name: "t",
      cases: (0..<60).map { index in
        var item = item(
          index, index % 2 == 0 ? "a" : "b", group: "p\(index)",
          site: index % 4 < 2 ? "north" : "south")
        change(index, &item)
        return item
      }, labels: ["a", "b"])
  }

  private func findings(_ set: CaseSet, splits: [Split] = []) -> [DataFinding] {
    var input = DataCheck.Input(set)
    input.attributes = ["site"]
    input.splits = splits
    return DataCheck(input).findings
  }

  @Test("Sound data have no finding")
  func sound() { #expect(findings(set()).isEmpty, "\(findings(set()))") }

  @Test("A site that tells the label is found by Cramér's V")
  func site() throws {
    let found = findings(set { $1.attributes["site"] = $0 % 2 == 0 ? "north" : "south" })
    let finding = try #require(found.first)
    #expect(finding.kind == .attribute && finding.message.contains("Cramér's V 1.00"))
  }

  @Test("Rare labels, unknown patients and sites are counted, with their cases")
  func missing() throws {
    let found = findings(
      set { index, item in
        if index > 5 { item.label = "a" }
        if index < 3 { item.group = nil }
        if index == 7 { item.attributes["site"] = nil }
      })
    let rare = try #require(found.first { $0.kind == .rareLabel })
    #expect(rare.severity == .warning && rare.cases == ["c1", "c3", "c5"])
    let missing = found.filter { $0.kind == .missingValue }
    #expect(missing.map(\.cases) == [["c0", "c1", "c2"], ["c7"]])
  }

  @Test("One picture under two labels is an error, under two patients a warning")
  func pictures() {
    let found = findings(
      set { index, item in
        if index < 2 {
          item.images = [CaseImage(path: "", picture: CasePicture(file: "f", shared: "s"))]
        }
        if index == 4 || index == 6 {
          item.images = [CaseImage(path: "", picture: CasePicture(file: "g", shared: "t"))]
        }
        if index == 8 || index == 10 {
          item.images = [CaseImage(path: "", picture: CasePicture(file: "h", shared: "u"))]
          item.group = "p8"
        }
      })
    let duplicates = found.filter { $0.kind == .duplicatePicture }
    #expect(duplicates.map(\.severity) == [.error, .warning, .note])
    #expect(duplicates.map(\.cases) == [["c0", "c1"], ["c4", "c6"], ["c8", "c10"]])
  }

  @Test("Nearly equal texts are pairs, by labels, subsets and patients")
  func nearTexts() throws {
    let texts = (0..<60).map { index in (0..<60).map { "w\(index)x\($0)" } }
    func copy(_ index: Int) -> [String] { texts[index].dropLast() + ["other"] }
    var input = DataCheck.Input(
      set { index, item in if index == 59 { item.group = "p57" } })
    input.attributes = ["site"]
    // 1 is like 0 of the other label; 41 of the test subset like 3; 8 like 6 of another patient; 59 like 57.
    input.words = texts
    for (one, other) in [(1, 0), (41, 3), (8, 6), (59, 57)] { input.words[one] = copy(other) }
    input.nearTexts = try NearTexts(input.words)
    input.splits = [
      Split(
        name: "s1", index: 0, repeatIndex: 0, training: Array(0..<40), validation: [],
        test: Array(40..<60))
    ]
    let found = DataCheck(input).findings.filter { $0.kind == .nearText }
    #expect(
      found.map(\.cases) == [["c0", "c1"], ["c3", "c41"], ["c6", "c8"], ["c57", "c59"]])
    #expect(found.map(\.severity) == [.warning, .warning, .warning, .note])
    let pair = try #require(found.first?.pairs.first)
    #expect(pair.first == "c0" && pair.second == "c1" && pair.similarity == 57.0 / 59)
    #expect(found.allSatisfy { $0.message.contains("4 groups") })
  }

  @Test("A patient in training and test is found whatever the folds say")
  func crossing() throws {
    let set = set { index, item in if index == 50 { item.group = "p0" } }
    let split = Split(
      name: "s1", index: 0, repeatIndex: 0, training: Array(0..<40), validation: [],
      test: Array(40..<60))
    let finding = try #require(findings(set, splits: [split]).first { $0.kind == .crossing })
    #expect(finding.cases == ["c50"] && finding.message.contains("same patient"))
  }
}
