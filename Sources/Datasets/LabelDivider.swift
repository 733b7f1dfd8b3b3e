import Basics

/// Cases with a matrix of labels and what dividing them needs: iterative stratification, and the
/// promise that each label can be learnt and scored in every subset.
struct LabelDivider: CaseDividing {
  private let matrix: LabelMatrix
  private let cases: [Case]
  private let links: [GroupLink]
  /// Whether each subset must have every label.
  private let needsEveryLabel: Bool
  private let stratification: IterativeStratification
  /// `[groups, labels, 2]`: the cases of each group that have a label and that are known to lack it.
  private let counts: [Int32]
  private let members: [[Int]]

  /// Prepares cases; `cases` and `links`, which made the groups, serve advice alone.
  ///
  /// - Precondition: the groups are those of the matrix' cases.
  init(
    _ matrix: LabelMatrix, groups: CaseGroups, cases: [Case] = [], links: [GroupLink] = [],
    needsEveryLabel: Bool = true
  ) {
    self.matrix = matrix
    self.needsEveryLabel = needsEveryLabel
    self.cases = cases
    self.links = cases.count == matrix.count ? links : []
    stratification = IterativeStratification(matrix, groups: groups)
    let width = matrix.names.count
    var counts = [Int32](repeating: 0, count: groups.count * width * 2)
    for (row, group) in groups.indices.enumerated() {
      for label in 0..<width where matrix.isKnown[row * width + label] {
        let isAbsent = matrix.answers[row * width + label] ? 0 : 1
        counts[(group * width + label) * 2 + isAbsent] += 1
      }
    }
    self.counts = counts
    members = groups.members
  }

  var caseCount: Int { matrix.count }

  /// Refuses labels that can't be in every one of some subsets.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the label, its cases and what to do.
  func check(subsets: Int) throws {
    guard needsEveryLabel else { return }
    let width = matrix.names.count
    let (positives, negatives) = (matrix.positives, matrix.negatives)
    for label in 0..<width {
      // That a class leaves cases to others follows from theirs.
      let asked = matrix.isExclusive ? [positives[label]] : [positives[label], negatives[label]]
      for (isAbsent, total) in asked.enumerated() {
        let groups = members.indices.count { counts[($0 * width + label) * 2 + isAbsent] > 0 }
        guard groups < subsets else { continue }
        let what = describe(label, isAbsent: isAbsent == 1, total: total)
        throw ZooError(
          .badValue,
          total == 0
            ? what
            : what + ", in \(groups) independent \(groups == 1 ? "group" : "groups"); \(subsets) "
              + "subsets need at least \(subsets)",
          advice: advice(label, isAbsent: isAbsent == 1))
      }
    }
  }

  func divide(_ cases: [Int], shares: [Double], stream: RandomStream) -> [[Int]] {
    let groups = stratification.groups
    var seen = [Bool](repeating: false, count: groups.count)
    var present: [Int] = []
    for index in cases where !seen[groups.indices[index]] {
      seen[groups.indices[index]] = true
      present.append(groups.indices[index])
    }
    var subsetOf = stratification.assign(present, shares: shares, stream: stream)
    fill(&subsetOf, present, subsets: shares.count)
    var subsets = [[Int]](repeating: [], count: shares.count)
    for index in cases { subsets[subsetOf[groups.indices[index]] ?? 0].append(index) }
    return subsets
  }

  /// Moves a group for each answer that a subset lacks, where no subset then lacks another.
  private func fill(_ subsetOf: inout [Int: Int], _ groups: [Int], subsets: Int) {
    let width = matrix.names.count * 2
    var held = [Int](repeating: 0, count: subsets * width)
    for group in groups {
      let subset = subsetOf[group] ?? 0
      for answer in 0..<width { held[subset * width + answer] += count(group, answer) }
    }
    for subset in 0..<subsets {
      for answer in 0..<width where held[subset * width + answer] == 0 {
        let givers = groups.filter { group in
          let from = subsetOf[group] ?? 0
          return from != subset && count(group, answer) > 0
            && (0..<width).allSatisfy {
              count(group, $0) == 0 || held[from * width + $0] > count(group, $0)
            }
        }
        guard let group = givers.min(by: { members[$0].count < members[$1].count }) else {
          continue
        }
        let from = subsetOf[group] ?? 0
        for own in 0..<width {
          held[from * width + own] -= count(group, own)
          held[subset * width + own] += count(group, own)
        }
        subsetOf[group] = subset
      }
    }
  }

  private func count(_ group: Int, _ answer: Int) -> Int {
    Int(counts[group * matrix.names.count * 2 + answer])
  }

  func checkLabels(of cases: [Int], _ subset: Split.Subset, _ name: String) throws {
    guard needsEveryLabel else { return }
    let width = matrix.names.count
    var held = [Int](repeating: 0, count: width * 2)
    for row in cases {
      for label in 0..<width where matrix.isKnown[row * width + label] {
        held[label * 2 + (matrix.answers[row * width + label] ? 0 : 1)] += 1
      }
    }
    guard let missing = held.firstIndex(of: 0) else { return }
    let (label, isAbsent) = (missing / 2, missing % 2 == 1)
    let total = isAbsent ? matrix.negatives[label] : matrix.positives[label]
    throw ZooError(
      .badValue,
      "the \(subset.rawValue) subset of split \(name) has none of these: "
        + describe(label, isAbsent: isAbsent, total: total),
      advice: advice(label, isAbsent: isAbsent))
  }

  /// "the label "Hernia" has 2 positive cases".
  private func describe(_ label: Int, isAbsent: Bool, total: Int) -> String {
    let name = "the \(matrix.isExclusive ? "class" : "label") \"\(matrix.names[label])\""
    let kind = isAbsent ? "negative" : "positive"
    let cases = "\(total == 0 ? "no" : "\(total)") \(kind) \(total == 1 ? "case" : "cases")"
    if matrix.isExclusive, !isAbsent {
      return "\(name) has \(total == 0 ? "no" : "\(total)") \(total == 1 ? "case" : "cases")"
    }
    let unknown = matrix.unknown[label]
    return "\(name) has \(cases)"
      + (unknown > 0 ? " (\(unknown) of \(matrix.count) answers are not known)" : "")
  }

  /// What to do: what links the cases, and what else helps.
  private func advice(_ label: Int, isAbsent: Bool) -> String {
    let width = matrix.names.count
    let own = cases.indices.filter {
      matrix.isKnown[$0 * width + label] && matrix.answers[$0 * width + label] != isAbsent
    }
    let found = links.compactMap { $0.largest(among: own.map { cases[$0] }) }
      .sorted { $0.count > $1.count }
    let kind = matrix.isExclusive ? "class" : "label"
    return
      (found.map { "of the cases of \"\(matrix.names[label])\" \($0.sentence)" }
      + ["use fewer folds or a larger fraction, gather more cases, or leave the \(kind) out"])
      .joined(separator: "\n  ")
  }
}
