import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

private let absent: Comment = "the shared data folder is absent"

private func data(_ path: String) throws -> String {
  joinPath(try #require(dataFolder), path)
}

@Suite("Real data")
struct RealDataTests {
  // The counts were taken once more with Python's xml.etree and csv.

  @Test("The archive's 3,353 reports are all read", .enabled(if: dataFolder != nil, absent))
  func openI() throws {
    let path = try data("openi/NLMCXR_reports.tgz")
    let reports = try OpenI.reports(path: path)
    #expect(reports.count == 3353)
    #expect(reports.count { $0.label == "normal" } == 1176)
    #expect(reports.count { $0.label == nil } == 88)
    #expect(reports.count { $0.images.isEmpty } == 85)
    #expect(reports.reduce(0) { $0 + $1.images.count } == 6329)
    let findings = reports.map { $0.text(of: ["FINDINGS"]) }
    #expect(findings.count { $0.isEmpty } == 449)
    let spaced = findings.reduce(0) { $0 + $1.split(whereSeparator: \.isWhitespace).count }
    #expect(abs(Double(spaced) / 3353 - 27.312556) < 1e-6)

    let set = try CaseSet.openI(path: path)
    #expect(set.cases.count == 3353 - 88 - 446)
    #expect(set.leftOutCounts.map(\.reason) == [.emptyText, .notIndexed])
    #expect(set.leftOutCounts.map(\.count) == [446, 88])
    #expect(set.labels == ["normal", "abnormal"])
    let words = Tokenizer()
    let mean = Double(set.cases.reduce(0) { $0 + words.words($1.text ?? "").count })
    #expect(30...34 ~= mean / Double(set.cases.count))

    var options = OpenI.Options(sections: ["FINDINGS", "IMPRESSION"])
    options.rules.text = .optional
    #expect(try CaseSet.openI(path: path, options: options).cases.count == 3353 - 88)
  }

  @Test("Both forms of Open-i tell the same", .enabled(if: dataFolder != nil, absent))
  func kaggle() throws {
    let xml = try OpenI.reports(path: data("openi/NLMCXR_reports.tgz"))
    let kaggle = try OpenI.kaggleReports(path: data("openi/indiana_reports.csv"))
    #expect(kaggle.count == 3268)
    let byID = Dictionary(xml.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for report in kaggle {
      let other = try #require(byID[report.id])
      #expect(report.text(of: ["FINDINGS"]) == other.text(of: ["FINDINGS"]))
      #expect(report.text(of: ["IMPRESSION"]) == other.text(of: ["IMPRESSION"]))
      #expect(report.label == other.label)
    }
    // A spreadsheet once took two texts that begin with a sign for formulas.
    let different = kaggle.filter {
      $0.sections["INDICATION"] != byID[$0.id]?.sections["INDICATION"]
    }
    #expect(different.map(\.id) == ["CXR3477", "CXR3784"])
    #expect(different.allSatisfy { $0.sections["INDICATION"] == "#NAME?" })
  }

  @Test("Both forms name the frontal image", .enabled(if: dataFolder != nil, absent))
  func frontal() throws {
    let projections = try data("openi/indiana_projections.csv")
    let options = OpenI.Options(
      imageRoot: "/i", rules: CaseRules(labels: [OpenI.normal, OpenI.abnormal]))
    let xml = try CaseSet.openI(
      path: data("openi/NLMCXR_reports.tgz"), projections: projections, options: options)
    let kaggle = try CaseSet.openIKaggle(
      reports: data("openi/indiana_reports.csv"), projections: projections, options: options)
    #expect(kaggle.cases.count { $0.imagePath != nil } == 3052)
    let byID = Dictionary(xml.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(kaggle.cases.allSatisfy { (byID[$0.id]?.imagePath == nil) == ($0.imagePath == nil) })
    #expect(kaggle.cases.first?.imagePath == "/i/1_IM-0001-4001.dcm.png")
    #expect(byID["CXR1"]?.imagePath == "/i/CXR1_1_IM-0001-4001.png")
  }

  @Test("ChestX-ray14's table, images and boxes are read", .enabled(if: dataFolder != nil, absent))
  func chestXray14() throws {
    let table = try data("chestxray14/Data_Entry_2017_v2020.csv")
    let set = try CaseSet.chestXray14(table: table, imageRoot: data("chestxray14"))
    #expect(set.cases.count == 818)
    #expect(set.labelCounts == [406, 412])
    #expect(Set(set.cases.compactMap(\.group)).count == 548)
    #expect(
      set.cases[0].findings == [
        "Edema", "Effusion", "Infiltration", "Pleural_Thickening", "Pneumonia",
      ])
    let path = try data("chestxray14/BBox_List_2017.csv")
    let boxes = try ChestXray14.boxes(path: path).boxes
    // The published list has 984 boxes; copies may have fewer, so the lines are counted.
    let lines = try readFile(path).count { $0 == UInt8(ascii: "\n") }
    #expect(boxes.count == lines - 1)
    #expect(boxes.count > 900)
    #expect(Set(boxes.map(\.kind)).count == 8)
    let size = Double(ChestXray14.imageSize)
    #expect(boxes.allSatisfy { $0.x + $0.width <= size && $0.y + $0.height <= size })
  }

  @Test("The 818 pairs are divided by patient and report", .enabled(if: dataFolder != nil, absent))
  func pairs() throws {
    let columns = CSVColumns(
      id: "id", image: "image", text: "findings", label: "label", patient: "patient")
    let set = try CaseSet.csv(path: data("pairs.csv"), columns: columns)
    #expect(set.cases.count == 818)
    #expect(set.labels == ["abnormal", "normal"])
    #expect(set.labelCounts == [412, 406])
    let plan = FoldPlan(kind: .folds(count: 5, repeats: 2), validationFraction: 0.1, seed: 1)
    let splits = try plan.splits(of: set)
    #expect(splits.count == 10)
    for round in 0..<2 {
      let tested = splits.filter { $0.repeatIndex == round }.flatMap(\.test)
      #expect(tested.sorted() == Array(set.cases.indices))
    }
    for split in splits {
      #expect(abs(split.test.count - 164) <= 3)
      try checkSplit(split, set, plan, tolerance: 0.03)
    }
  }
}
