import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Folds by site")
struct SiteFoldTests {
  /// Cases of a site, every other one abnormal, two of a patient.
  private func cases(_ site: String?, _ count: Int, patients: String? = nil) -> [Case] {
    (0..<count).map { index in
      var item = Case(
        id: "\(site ?? "none")-\(index)", label: (index / 2).isMultiple(of: 2) ? "n" : "a",
        group: "\(patients ?? site ?? "none")-\(index / 2)", source: Place(path: "t", line: index))
      if let site { item.attributes["site"] = site }
      return item
    }
  }

  private let plan = FoldPlan(kind: .groupOut(column: "site"), validationFraction: 0.2, seed: 3)

  private func set(_ cases: [Case]) -> CaseSet { CaseSet(name: "s", cases: cases) }

  @Test("Each site is the test subset once, whole; the rest is trained on and validated by patient")
  func sites() throws {
    let set = set(cases("B/Süd", 40) + cases("A", 24) + cases("c", 32))
    let splits = try plan.splits(of: set)
    #expect(splits.map(\.name) == ["site A", "site B_Süd", "site c"])
    for (split, range) in zip(splits, [40..<64, 0..<40, 64..<96]) {
      #expect(split.test == Array(range))
      let rest = Set(split.training).union(split.validation)
      #expect(rest == Set(0..<96).subtracting(range))
      let patients = { (subset: [Int]) in Set(subset.compactMap { set.cases[$0].group }) }
      #expect(patients(split.training).isDisjoint(with: patients(split.validation)))
      #expect(!split.validation.isEmpty)
    }
    #expect(try plan.splits(of: set) == splits)
    try withTemporaryFolder { folder in
      try FoldsFile.write(splits, cases: set, to: "\(folder)/folds.csv")
      let groups = CaseGroups(set.cases)
      #expect(
        try FoldsFile.read(path: "\(folder)/folds.csv", cases: set, groups: groups) == splits)
    }
  }

  @Test("A patient of two sites is kept out of training where one of them is tested, and said")
  func shared() throws {
    let set = set(cases("A", 40, patients: "p") + cases("B", 40) + cases("C", 8, patients: "p"))
    let splits = try plan.splits(of: set)
    // The 8 cases of C are of the first four patients of A, who have 8 cases there.
    #expect(Set(splits[0].training + splits[0].validation) == Set(40..<80))
    #expect(splits[2].test == Array(80..<88))
    #expect(Set(splits[2].training + splits[2].validation) == Set(8..<80))
    let notes = plan.notes(on: set, splits: splits)
    #expect(notes.contains { $0.hasPrefix("site A: 8 cases of other sites are left out") })
    #expect(notes.contains { $0.hasPrefix("site C: a label has 4 of its 8 cases") })
    #expect(notes.contains { $0.contains("corrected t-test") })
  }

  @Test("What can't be divided by is refused by name and count")
  func refused() {
    func text(_ cases: [Case], _ column: String = "site") -> String {
      errorText {
        _ = try FoldPlan(kind: .groupOut(column: column), seed: 1).splits(of: set(cases))
      }
    }
    let whole = cases("A", 20) + cases("B", 20)
    #expect(text(whole, "machine").contains("there are: site"))
    #expect(text(whole + cases(nil, 2)).contains("2 of the 42 cases have no \"site\""))
    #expect(text(cases("A", 20)).contains("all 20 cases are of the site \"A\""))
    let small = text(whole + cases("C", 2))
    #expect(small.contains("\"C\" (2 cases) has no \"a\""), "\(small)")
  }

  @Test("Names of splits are folders' on any disk, none twice")
  func names() {
    #expect(
      Sites.splitNames(["x", "X", "a/b", "a:b", "..", "e "], "site")
        == ["site x", "site X +2", "site a_b", "site a_b +2", "site __", "site e"])
  }
}
