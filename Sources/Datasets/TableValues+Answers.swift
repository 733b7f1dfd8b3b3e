import Basics

extension TableValues {
  /// Whether a finding is there.
  enum Answer { case present, absent, uncertain, unknown }

  /// What a row says of a finding: 1 or true, 0 or false, −1 for uncertain, nothing or a word for it
  /// where nothing is known; numbers may have decimals, with a point or a comma.
  ///
  /// - Throws: `ZooError` of code `.badValue` with file, line and column for anything else.
  mutating func answer(_ row: Int, _ column: Int) throws -> Answer {
    guard let value = value(row, column, doubt: .unknown) else { return .unknown }
    switch value.lowercased() {
    case "true": return .present
    case "false": return .absent
    default: break
    }
    let number = DecimalComma.number(value)
    let answers: [Double: Answer] = [1: .present, 0: .absent, -1: .uncertain]
    guard let number, let answer = answers[number.value] else {
      throw ZooError(
        .badValue, "found \"\(value)\"; expected 1, 0, -1 (uncertain) or nothing",
        at: table.place(ofRow: row, column: column))
    }
    if number.hasComma { sawDecimalComma(in: column) }
    return answer
  }
}
