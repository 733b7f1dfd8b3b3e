/// The shape of answers `[cases, labels]`, row after row, some of them not known.
struct LabelShape {
  let caseCount: Int
  let labelCount: Int
  private let mask: [Bool]?

  /// - Precondition: as many answers as scores and, where there is one, entries of the mask; whole rows.
  init(_ answers: [Bool], _ mask: [Bool]?, _ scoreCount: Int, _ labelCount: Int) {
    precondition(
      labelCount > 0 && answers.count == scoreCount && answers.count % labelCount == 0
        && (mask?.count ?? answers.count) == answers.count,
      "\(answers.count) answers, \(scoreCount) scores, mask \(mask?.count ?? answers.count) "
        + "for rows of \(labelCount)")
    self.labelCount = labelCount
    self.mask = mask
    caseCount = answers.count / labelCount
  }

  /// Whether an entry's answer is known.
  func isKnown(_ entry: Int) -> Bool { mask?[entry] ?? true }

  /// The entries of one label whose answers are known.
  func entries(of label: Int) -> [Int] {
    stride(from: label, to: caseCount * labelCount, by: labelCount).filter(isKnown)
  }
}
