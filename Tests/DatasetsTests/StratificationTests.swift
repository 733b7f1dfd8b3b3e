import Basics
import Testing

@testable import Datasets

@Suite("Iterative stratification")
struct StratificationTests {
  /// Labels of the given rates, patients of one to four cases, some answers unknown.
  private func scene(
    _ count: Int, rates: [Double], unknown: Double = 0, seed: UInt64 = 7
  ) -> (matrix: LabelMatrix, groups: CaseGroups, cases: [Case]) {
    var stream = RandomStream(seed: seed)
    var (patient, answers, known): (Int, [Bool], [Bool]) = (0, [], [])
    let cases = (0..<count).map { index in
      if stream.uniform() < 0.6 { patient += 1 }
      for rate in rates {
        answers.append(stream.uniform() < rate)
        known.append(stream.uniform() >= unknown)
      }
      return Case(id: "c\(index)", group: "p\(patient)", source: Place(path: "t.csv", line: index))
    }
    let names = rates.indices.map { "L\($0)" }
    return (
      LabelMatrix(names: names, answers: answers, isKnown: known), CaseGroups(cases), cases
    )
  }

  private func singles(_ count: Int) -> CaseGroups {
    CaseGroups((0..<count).map { Case(id: "\($0)", source: Place()) })
  }

  private func count(_ cases: [Int], _ label: Int, _ matrix: LabelMatrix) -> Int {
    cases.count { matrix.answers[$0 * matrix.names.count + label] }
  }

  @Test("Labels that divide evenly are divided evenly, alone and together")
  func exact() throws {
    // Two labels in all four combinations, five cases each.
    let answers = (0..<20).flatMap { (index: Int) -> [Bool] in [index % 2 == 0, index % 4 < 2] }
    let matrix = LabelMatrix(names: ["a", "b"], answers: answers)
    let plan = FoldPlan(kind: .folds(count: 5, repeats: 2), validationFraction: 0.25, seed: 3)
    for split in try plan.splits(of: matrix, groups: singles(20)) {
      #expect(split.test.count == 4)
      #expect(split.validation.count == 4)
      for part in [split.test, split.validation] {
        #expect(count(part, 0, matrix) == 2)
        #expect(count(part, 1, matrix) == 2)
      }
    }
  }

  @Test(
    "Folds test every case once, keep patients together and the shares of labels",
    arguments: [0.0, 0.3])
  func properties(unknown: Double) throws {
    let (matrix, groups, cases) = scene(
      600, rates: [0.5, 0.2, 0.05, 0.9, 0.02], unknown: unknown)
    let plan = FoldPlan(kind: .folds(count: 5, repeats: 2), validationFraction: 0.1, seed: 4)
    let splits = try plan.splits(of: matrix, groups: groups, cases: cases)
    #expect(splits.count == 10)
    #expect(try plan.splits(of: matrix, groups: groups) == splits)
    for round in 0..<2 {
      let tested = splits.filter { $0.repeatIndex == round }.flatMap(\.test)
      #expect(tested.sorted() == Array(0..<600))
    }
    for split in splits {
      var owner: [Int: Split.Subset] = [:]
      for subset in Split.Subset.allCases {
        for index in split[subset] {
          let group = groups.indices[index]
          #expect(owner[group, default: subset] == subset)
          owner[group] = subset
        }
      }
      for label in 0..<5 {
        let expected = Double(matrix.positives[label]) / 5
        #expect(abs(Double(count(split.test, label, matrix)) - expected) <= max(2, 0.08 * expected))
      }
      #expect(abs(split.test.count - 120) <= 6)
    }
    var more = plan
    more.kind = .folds(count: 5, repeats: 3)
    #expect(Array(try more.splits(of: matrix, groups: groups)[..<10]) == splits)
  }

  @Test("A held-out share has its share of every label")
  func heldOut() throws {
    let (matrix, groups, _) = scene(1000, rates: [0.4, 0.1, 0.03])
    let plan = FoldPlan(kind: .splits(count: 3, testFraction: 0.2), seed: 4)
    let splits = try plan.splits(of: matrix, groups: groups)
    #expect(Set(splits.map(\.test)).count == 3)
    for split in splits {
      #expect(abs(split.test.count - 200) <= 8)
      for label in 0..<3 {
        let expected = Double(matrix.positives[label]) / 5
        #expect(abs(Double(count(split.test, label, matrix)) - expected) <= max(2, 0.08 * expected))
      }
    }
  }

  @Test("A label with as many groups as folds is in each of them")
  func rare() throws {
    var stream = RandomStream(seed: 2)
    for round in 0..<20 {
      let rare = Set(stream.permutation(60)[..<5])
      // The rare label comes with the common one, which must not crowd it out.
      let answers = (0..<60).flatMap { (index: Int) -> [Bool] in
        [index % 2 == 0 || rare.contains(index), rare.contains(index), index % 7 == 0]
      }
      let matrix = LabelMatrix(names: ["common", "rare", "other"], answers: answers)
      let plan = FoldPlan(
        kind: .folds(count: 5, repeats: 1), validationFraction: 0, seed: UInt64(round))
      for split in try plan.splits(of: matrix, groups: singles(60)) {
        #expect(count(split.test, 1, matrix) == 1)
      }
    }
  }

  @Test("Classes are divided as labels of which each case has one")
  func classes() throws {
    let classes = (0..<50).map { $0 < 30 ? 0 : $0 < 45 ? 1 : 2 }
    let matrix = LabelMatrix(classes: classes, names: ["a", "b", "c"])
    let plan = FoldPlan(kind: .folds(count: 5, repeats: 1), validationFraction: 0.2, seed: 1)
    for split in try plan.splits(of: matrix, groups: singles(50)) {
      #expect((0..<3).map { count(split.test, $0, matrix) } == [6, 3, 1])
      #expect((0..<3).allSatisfy { count(split.validation, $0, matrix) > 0 })
    }
  }

  @Test("A label that can't be in every subset is named with its count and what to do")
  func refused() {
    func message(_ matrix: LabelMatrix, _ groups: CaseGroups? = nil, cases: [Case] = []) -> String {
      let plan = FoldPlan(kind: .folds(count: 5, repeats: 1), validationFraction: 0, seed: 1)
      do {
        _ = try plan.splits(
          of: matrix, groups: groups ?? singles(matrix.count), cases: cases)
        return ""
      } catch { return "\(error)" }
    }
    let rare = LabelMatrix(
      names: ["Mass", "Hernia"], answers: (0..<20).flatMap { [$0 % 2 == 0, $0 < 3] })
    #expect(
      message(rare).contains(
        "the label \"Hernia\" has 3 positive cases, in 3 independent groups; 5 subsets need at least 5"
      ))
    #expect(message(rare).contains("leave the label out"))
    let none = LabelMatrix(names: ["Mass"], answers: [Bool](repeating: false, count: 20))
    #expect(message(none).contains("the label \"Mass\" has no positive cases"))
    let known = LabelMatrix(
      names: ["Mass"], answers: (0..<20).map { $0 < 10 }, isKnown: (0..<20).map { $0 < 12 })
    #expect(
      message(known).contains(
        "has 2 negative cases (8 of 20 answers are not known), in 2 independent groups"))
    let classes = LabelMatrix(
      classes: (0..<20).map { $0 < 18 ? 0 : 1 }, names: ["normal", "nodule"])
    #expect(message(classes).contains("the class \"nodule\" has 2 cases, in 2 independent groups"))
    // Ten positive cases of one patient are one group.
    let cases = (0..<40).map {
      Case(id: "\($0)", group: $0 < 10 ? "p" : "q\($0)", source: Place())
    }
    let linked = LabelMatrix(names: ["Mass"], answers: (0..<40).map { $0 < 10 })
    let text = message(linked, CaseGroups(cases), cases: cases)
    #expect(text.contains("has 10 positive cases, in 1 independent group;"))
    #expect(text.contains("10 have the patient \"p\""))
  }

  @Test("Three thousand cases of fourteen labels take less than seconds")
  func large() throws {
    let rates = [
      0.1, 0.02, 0.12, 0.18, 0.05, 0.05, 0.01, 0.05, 0.04, 0.02, 0.02, 0.01, 0.03, 0.002,
    ]
    let (matrix, groups, _) = scene(3000, rates: rates)
    let start = ContinuousClock.now
    _ = LabelDivider(matrix, groups: groups)
      .divide(shares: Array(repeating: 0.1, count: 10), stream: RandomStream(seed: 1))
    #expect(ContinuousClock.now - start < .seconds(30))
  }
}
