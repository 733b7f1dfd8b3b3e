import Basics
import TestSupport
import Testing

@testable import Datasets

/// Cases with random labels, patients of one to four cases, and some repeated texts.
private func randomSet(count: Int, seed: UInt64, positive: Double = 0.4) -> CaseSet {
  var stream = RandomStream(seed: seed)
  var patient = 0
  let cases = (0..<count).map { index in
    if stream.uniform() < 0.6 { patient += 1 }
    let text = stream.uniform() < 0.1 ? "same \(stream.below(20))" : "text \(index)"
    return Case(
      id: "c\(index)", text: text, label: stream.uniform() < positive ? "yes" : "no",
      group: "p\(patient)", source: Place(path: "t.csv", line: index + 2))
  }
  return CaseSet(name: "random", cases: cases)
}

private func smallSet(_ labels: String) -> CaseSet {
  CaseSet(
    name: "small",
    cases: labels.enumerated().map {
      Case(id: "\($0)", label: String($1), source: Place(path: "s.csv", line: $0 + 2))
    })
}

@Suite("Folds")
struct FoldPlanTests {
  @Test("Patients and equal reports are united across both")
  func groups() {
    func make(_ group: String?, _ text: String?) -> Case {
      Case(id: "", text: text, label: nil, group: group, source: Place())
    }
    let cases = [
      make("p1", "Clear."), make("p2", "A mass"), make("p1", "Edema"), make(nil, "edema "),
      make(nil, ""), make(nil, " ."), make("p3", nil), make("p2", "EDEMA!"), make("p3", "x"),
    ]
    #expect(CaseGroups(cases).indices == [0, 0, 0, 0, 1, 2, 3, 0, 3])
    #expect(CaseGroups(cases).sizes == [5, 1, 1, 2])
    #expect(CaseGroups(cases, byText: false).indices == [0, 1, 0, 2, 3, 4, 5, 1, 5])
    #expect(CaseGroups(cases, byPatient: false).indices == [0, 1, 2, 2, 3, 4, 5, 2, 6])
    #expect(CaseGroups(cases, byPatient: false, byText: false).count == 9)
  }

  @Test("Without groups every fold has its exact share of every label")
  func exactShares() throws {
    let set = smallSet("aaaaaaaaaabbbbb")
    let plan = FoldPlan(kind: .folds(count: 5, repeats: 1), validationFraction: 0.25, seed: 1)
    for split in try plan.splits(of: set) {
      #expect(split.test.map { set.cases[$0].label } == ["a", "a", "b"])
      #expect(split.validation.map { set.cases[$0].label } == ["a", "a", "b"])
      #expect(split.training.count == 9)
    }
  }

  @Test(
    "Folds test every case once, keep groups together and the shares of labels",
    arguments: [(2, 1, 0.0), (5, 2, 0.1), (10, 1, 0.2)])
  func foldProperties(_ count: Int, _ repeats: Int, _ validation: Double) throws {
    let set = randomSet(count: 600, seed: 5)
    let plan = FoldPlan(
      kind: .folds(count: count, repeats: repeats), validationFraction: validation, seed: 9)
    let splits = try plan.splits(of: set)
    #expect(splits.map(\.index) == Array(0..<count * repeats))
    for round in 0..<repeats {
      let tested = splits.filter { $0.repeatIndex == round }.flatMap(\.test)
      #expect(tested.sorted() == Array(0..<600))
    }
    for split in splits { try checkSplit(split, set, plan, tolerance: 0.03) }
    #expect(splits[0].name == "r1f1")
    #expect(splits.last?.name == "r\(repeats)f\(count)")
  }

  @Test("Random splits have the size asked for, and are repeats of their own")
  func splitProperties() throws {
    let set = randomSet(count: 800, seed: 6)
    let plan = FoldPlan(
      kind: .splits(count: 4, testFraction: 0.2), validationFraction: 0.125, seed: 9)
    let splits = try plan.splits(of: set)
    #expect(splits.map(\.name) == ["s1", "s2", "s3", "s4"])
    #expect(splits.map(\.repeatIndex) == [0, 1, 2, 3])
    for split in splits {
      #expect(abs(split.test.count - 160) <= 4)
      #expect(abs(split.validation.count - 80) <= 4)
      try checkSplit(split, set, plan, tolerance: 0.03)
    }
    #expect(Set(splits.map(\.test)).count == 4)
  }

  @Test("The same seed gives the same splits, another seed others, more splits the same first ones")
  func seeds() throws {
    let set = randomSet(count: 200, seed: 7)
    func splits(_ count: Int, _ seed: UInt64) throws -> [Split] {
      try FoldPlan(kind: .splits(count: count, testFraction: 0.3), seed: seed).splits(of: set)
    }
    #expect(try splits(3, 1) == splits(3, 1))
    #expect(try splits(3, 1) != splits(3, 2))
    #expect(try Array(splits(5, 1).prefix(3)) == splits(3, 1))
    func folds(_ repeats: Int, _ seed: UInt64) throws -> [Split] {
      try FoldPlan(kind: .folds(count: 3, repeats: repeats), seed: seed).splits(of: set)
    }
    #expect(try folds(1, 1)[0].test != folds(1, 2)[0].test)
    #expect(try Array(folds(2, 1).prefix(3)) == folds(1, 1))
    #expect(try folds(2, 1)[0].test != folds(2, 1)[3].test)
  }

  @Test(
    "What can't be divided is refused with the reason",
    arguments: [
      ("aaaaa", FoldPlan.Kind.folds(count: 2, repeats: 1), "all 5 cases have the label \"a\""),
      (
        "aaaaaaaabb", .folds(count: 3, repeats: 1),
        "the label \"b\" has 2 independent groups of cases; 3 subsets need at least 3"
      ),
      ("aaaabbbb", .folds(count: 1, repeats: 1), "folds: 1 folds; expected 2 to 1000"),
      ("aaaabbbb", .folds(count: 2, repeats: 0), "repeats: 0 repeats"),
      ("aaaabbbb", .splits(count: 0, testFraction: 0.5), "splits: 0 splits"),
      ("aaaabbbb", .splits(count: 1, testFraction: 1), "testFraction: the test fraction is 1.0"),
      ("aaaabbbb", .splits(count: 1, testFraction: .nan), "testFraction: the test fraction is nan"),
      (
        "aaaaaaaaaabbb", .splits(count: 1, testFraction: 0.05),
        "the validation subset of split s1 has none of the 3 cases labelled \"b\""
      ),
    ])
  func refuses(_ labels: String, _ kind: FoldPlan.Kind, _ message: String) {
    let text = errorText { _ = try FoldPlan(kind: kind, seed: 1).splits(of: smallSet(labels)) }
    #expect(text.hasPrefix(message))
  }

  @Test("A validation fraction out of range and a case without label are refused")
  func refusesMore() {
    let plan = FoldPlan(kind: .folds(count: 2, repeats: 1), validationFraction: 1, seed: 1)
    #expect(
      errorText { _ = try plan.splits(of: smallSet("aabb")) }
        .hasPrefix("validationFraction: the validation fraction is 1.0"))
    let set = CaseSet(
      name: "x", cases: [Case(id: "q", source: Place(path: "q.csv", line: 2))], labels: ["a", "b"])
    #expect(
      errorText { _ = try FoldPlan(kind: .folds(count: 2, repeats: 1), seed: 1).splits(of: set) }
        == "q.csv:2: case \"q\" has no label of the set")
  }

  @Test("Official lists make a split, and lists that divide a patient are refused")
  func official() throws {
    let set = randomSet(count: 100, seed: 8)
    let groups = CaseGroups(set.cases)
    let ids = set.cases.map(\.id)
    let cut = groups.indices.map { $0 % 3 == 0 }
    let test = ids.indices.filter { cut[$0] }
    let rest = ids.indices.filter { !cut[$0] }
    let plan = FoldPlan(
      kind: .lists(training: "", test: ""), validationFraction: 0.2, seed: 1)
    let split = try plan.official(
      set, training: rest.map { ids[$0] } + ["elsewhere"], test: test.map { ids[$0] })
    #expect(split.name == "official")
    #expect(split.test == test)
    #expect((split.training + split.validation).sorted() == rest)
    #expect(!split.validation.isEmpty)
    #expect(
      errorText {
        _ = try plan.official(set, training: ids, test: ["c4"])
      } == "\"c4\" is in the training list and in the test list")
    let pair = try #require(
      ids.indices.dropLast().first { groups.indices[$0] == groups.indices[$0 + 1] })
    #expect(
      errorText {
        _ = try plan.official(set, training: [ids[pair]], test: [ids[pair + 1]])
      }.contains("the lists divide a group"))
    #expect(
      errorText {
        _ = try plan.official(set, training: ids, test: ["z"])
      } == "no case of the set \"random\" is in the test list")
  }
}

/// Parts are disjoint and complete, groups whole, label shares near those of the set.
func checkSplit(_ split: Split, _ set: CaseSet, _ plan: FoldPlan, tolerance: Double) throws {
  let all = split.training + split.validation + split.test
  #expect(all.sorted() == Array(set.cases.indices))
  let groups = plan.groups(of: set)
  let positive = try #require(set.labels.last)
  let whole = Double(set.cases.count { $0.label == positive }) / Double(set.cases.count)
  var owner: [Int: Split.Subset] = [:]
  for subset in Split.Subset.allCases where !split[subset].isEmpty {
    #expect(split[subset] == split[subset].sorted())
    for index in split[subset] {
      #expect(owner.updateValue(subset, forKey: groups.indices[index]) ?? subset == subset)
    }
    let share = split[subset].count { set.cases[$0].label == positive }
    #expect(abs(Double(share) / Double(split[subset].count) - whole) < tolerance)
  }
}
