import Basics

extension FoldPlan {
  /// Divides cases by a matrix of labels, so that every subset has its share of each, groups kept together.
  ///
  /// Labels whose answers are partly unknown are balanced by both known answers. Seed, order of cases, more
  /// repeats: as for one label.
  ///
  /// - Parameters:
  ///   - matrix: a row for each case.
  ///   - groups: what stays together.
  ///   - cases: for advice in errors, such as which patient links too many cases; may be left out.
  /// - Returns: splits as of one label.
  /// - Throws: `ZooError` of code `.badValue`: a count or fraction out of range, a label that has fewer
  ///   groups than there are subsets, with or without it, or that a subset lacks.
  /// - Precondition: the groups are those of the matrix' cases.
  package func splits(of matrix: LabelMatrix, groups: CaseGroups, cases: [Case] = []) throws
    -> [Split]
  {
    try checkSettings()
    let divider = labelDivider(matrix, groups, cases)
    try divider.check(subsets: partCount)
    return try splits(by: divider)
  }

  /// What deals out cases that may have several labels.
  func labelDivider(of set: CaseSet, _ groups: CaseGroups) -> LabelDivider {
    labelDivider(set.labelMatrix, groups, set.cases)
  }

  private func labelDivider(_ matrix: LabelMatrix, _ groups: CaseGroups, _ cases: [Case])
    -> LabelDivider
  {
    LabelDivider(
      matrix, groups: groups, cases: cases, links: links, needsEveryLabel: needsEveryLabel)
  }
}
