import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Cases of two labels by turns, each with a text and a patient of its own; `edit` changes them.
private func madeSet(_ count: Int, _ edit: (Int, inout Case) -> Void) -> CaseSet {
  CaseSet(
    name: "made",
    cases: (0..<count).map { index in
      var item = Case(
        id: "c\(index)", imagePath: "images/c\(index).png", text: "Film number \(index).",
        label: index % 2 == 0 ? "abnormal" : "normal", group: "p\(index)",
        source: Place(path: "t.csv", line: index + 2))
      item.images[0].picture = CasePicture(file: "f\(index)")
      edit(index, &item)
      return item
    }, labels: ["normal", "abnormal"])
}

/// Cases 4k and 4k+2 show one picture, and so do 4k+1 and 4k+3.
private let pairs = madeSet(60) { index, item in
  item.images[0].picture = CasePicture(file: "f\(index)", shared: "s\(index / 4 * 2 + index % 2)")
}

private let plan = FoldPlan(kind: .folds(count: 5, repeats: 1), validationFraction: 0.2, seed: 1)

private func leaks(_ set: CaseSet, _ splits: [Split]) -> Int {
  splits.reduce(0) { sum, split in
    let seen = Set(
      (split.training + split.validation).map { set.cases[$0].images[0].picture?.shared })
    return sum + split.test.count { seen.contains(set.cases[$0].images[0].picture?.shared) }
  }
}

@Suite("What links cases is said")
struct GroupNotesTests {
  @Test("Nearly equal pictures stay together where the plan says so, and only there")
  func nearPictures() throws {
    var plan = FoldPlan(kind: .folds(count: 5, repeats: 1), seed: 1)
    let set = CaseSet(
      name: "t",
      cases: (0..<60).map { index in
        var item = Case(
          id: "c\(index)", imagePath: "c\(index).png", label: index % 2 == 0 ? "a" : "b",
          source: Place(path: "t"))
        item.images[0].picture = CasePicture(file: "f\(index)", near: index < 8 ? "c0" : nil)
        return item
      })
    #expect(CaseGroups(set.cases).count == 60)
    let before = try plan.splits(of: set)
    plan.groupsByNearImage = true
    #expect(plan.groups(of: set).sizes.max() == 8)
    for split in try plan.splits(of: set) {
      let subsets = [split.training, split.validation, split.test]
      #expect(subsets.count { $0.contains { $0 < 8 } } == 1)
    }
    #expect(plan.withoutPictures.groups(of: set).count == 60)
    // Without the key nothing looks at them.
    let plain = set.with(
      pictures: set.cases.map { CasePicture(file: $0.images[0].picture?.file ?? "") })
    plan.groupsByNearImage = false
    #expect(try plan.splits(of: plain) == before)
  }

  @Test("Cases that show one picture stay together, unless groupByImage is false")
  func pictures() throws {
    #expect(CaseGroups(pairs.cases).count == 30)
    #expect(CaseGroups(pairs.cases, byImage: false).count == 60)
    let splits = try plan.splits(of: pairs)
    #expect(leaks(pairs, splits) == 0)
    #expect(
      plan.notes(on: pairs, splits: splits) == [
        "60 cases share a picture with another (the same file, bytes or pixels): 30 groups, "
          + "kept together in folds"
      ])
    let apart = plan.withoutPictures
    let parted = try apart.splits(of: pairs)
    let count = leaks(pairs, parted)
    #expect(count > 0)
    let note = try #require(apart.notes(on: pairs, splits: parted).first)
    #expect(note.contains("\"groupByImage\" is false, so folds may part them"))
    #expect(note.contains("\(count) of the 60 cases that are tested over all splits"))
  }

  @Test("Where no picture is shared the folds are those of plans that do not look at pictures")
  func unchanged() throws {
    let set = madeSet(60) { _, _ in }
    #expect(try plan.splits(of: set) == plan.withoutPictures.splits(of: set))
    #expect(plan.notes(on: set, splits: try plan.splits(of: set)).isEmpty)
  }

  @Test("One picture under two labels is named")
  func conflicts() throws {
    let set = madeSet(60) { index, item in
      if index == 6 || index == 7 { item.images[0].picture = CasePicture(file: "f", shared: "s") }
    }
    let notes = plan.notes(on: set, splits: try plan.splits(of: set))
    #expect(
      notes.contains(
        "1 picture stands in cases of different labels: c6 (abnormal) and c7 (normal)"))
  }

  @Test("Lists that divide a picture are taken, and it is said; validation does not divide it")
  func lists() throws {
    let ids = pairs.cases.map(\.id)
    let plan = FoldPlan(kind: .lists(training: "", test: ""), validationFraction: 0.3, seed: 1)
    let split = try plan.official(
      pairs, training: Array(ids[..<38]), test: Array(ids[38...]))
    let trained = Set(split.training.map { pairs.cases[$0].images[0].picture?.shared })
    #expect(
      !split.validation.contains { trained.contains(pairs.cases[$0].images[0].picture?.shared) })
    let note = try #require(plan.notes(on: pairs, splits: [split]).first)
    #expect(note.contains("30 groups; the lists divide them; 2 of the 22 cases that are tested"))
  }

  @Test("Ids of a list that the data lack are counted")
  func absent() throws {
    try withTemporaryFolder { folder in
      let ids = pairs.cases.map(\.id)
      func write(_ name: String, _ ids: [String]) throws -> String {
        try Data(ids.map { "\($0).png\n" }.joined().utf8).write(
          to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
      }
      let training = try write("training.txt", ["gone1", "gone2"] + ids[..<38])
      let plan = try FoldPlan(
        kind: .lists(training: training, test: write("test.txt", Array(ids[38...]))), seed: 1)
      let notes = plan.notes(on: pairs, splits: try plan.splits(of: pairs))
      #expect(
        notes.contains(
          "2 of the 40 ids of the training list are not in the data, such as \"gone1\""), "\(notes)"
      )
    }
  }

  @Test("A template report under most normal cases is said with its size, its key and the folds")
  func template() throws {
    let set = madeSet(60) { index, item in
      if index % 2 == 1, index < 44 { item.text = "No acute abnormality." }
    }
    let notes = plan.notes(on: set, splits: try plan.splits(of: set))
    #expect(
      notes.contains(
        "22 of the 60 cases form one group that is kept together: 22 have the same text "
          + "(\"No acute abnormality.\"): \"groupByText\": false in \"folds\" parts equal texts"))
    let uneven = try #require(notes.first { $0.contains("uneven") })
    #expect(uneven.contains("cases (12 expected)"), "\(uneven)")
    #expect(uneven.contains("\"abnormal\" is "), "\(uneven)")
    #expect(uneven.contains("(50 % of all cases)"), "\(uneven)")
    var apart = plan
    apart.groupsByText = false
    #expect(apart.notes(on: set, splits: try apart.splits(of: set)).isEmpty)
  }

  @Test("A refusal for want of groups names what links the cases, and the key")
  func refusal() throws {
    let set = madeSet(60) { index, item in
      if index % 2 == 1 { item.text = "No acute abnormality." }
    }
    let text = errorText { _ = try plan.splits(of: set) }
    #expect(text.contains("the label \"normal\" has 1 independent group of cases"))
    #expect(text.contains("30 have the same text (\"No acute abnormality.\")"), "\(text)")
    #expect(text.contains("\"groupByText\": false in \"folds\""), "\(text)")
    let patients = madeSet(60) { index, item in if index % 2 == 1 { item.group = "nan" } }
    let other = errorText { _ = try plan.splits(of: patients) }
    #expect(other.contains("30 have the patient \"nan\""), "\(other)")
    #expect(other.contains("\"groupByPatient\": false"), "\(other)")
  }

  @Test("One patient with more than a fifth of the cases is named, with the key")
  func patient() throws {
    let set = madeSet(60) { index, item in if index % 4 < 2 { item.group = "unknown" } }
    let notes = plan.notes(on: set, splits: try plan.splits(of: set))
    #expect(
      notes.contains {
        $0.hasPrefix("30 of the 60 cases form one group that is kept together: 30 have the patient")
          && $0.contains("\"unknown\"") && $0.contains("\"groupByPatient\": false")
      }, "\(notes)")
  }
}
