import Basics

/// The values of a table as cases take them: white space around them dropped, and words that mean
/// "not there" told from values.
///
/// All readers of cases read through it, so that "nan" means the same in every column. Which words mean
/// nothing the owner says (`"missing"` in `data`); where nothing is said and one of `doubtful` occurs,
/// `finish` asks.
struct TableValues {
  /// What becomes of a doubtful word.
  enum Doubt {
    /// The owner is asked.
    case asked
    /// It is no value: of a finding "unknown" is an answer of its own.
    case unknown
  }

  /// Words that programs and people write where there is no value; compared without regard to case.
  static let doubtful: Set<String> = [
    "nan", "na", "n/a", "n.a.", "<na>", "#n/a", "#nv", "nat", "none", "null", "nil", "-", "--", "–",
    "—", "?", ".", "unknown", "missing", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!",
  ]

  let table: CSVTable
  private let missing: Set<String>?
  private var counts: [Int: Counts] = [:]

  private struct Counts {
    var asks = 0
    var blank = 0
    var trimmed = 0
    /// By the word as it was written.
    var taken: [String: Int] = [:]
    var doubts: [String: Int] = [:]
    var firstDoubt = 0
    var decimalCommas = 0
  }

  init(_ table: CSVTable, missing: [String]?) {
    self.table = table
    self.missing = missing.map { Set($0.map { tidied($0).lowercased() }) }
  }

  /// A value, or nil where there is none; `known` are values that no one need be asked about.
  mutating func value(
    _ row: Int, _ column: Int?, known: [String] = [], doubt: Doubt = .asked
  ) -> String? {
    guard let column else { return nil }
    let written = table[row, column]
    let value = tidied(written)
    guard let value = judged(value, row, column, known: known, doubt: doubt) else { return nil }
    if value.utf8.count != written.utf8.count { counts[column, default: Counts()].trimmed += 1 }
    return value
  }

  /// A text as it was written, or nil where there is none.
  mutating func text(_ row: Int, _ column: Int?) -> String? {
    guard let column else { return nil }
    let written = table[row, column]
    return judged(written.utf8.count > 32 ? written : tidied(written), row, column) == nil
      ? nil : written
  }

  /// Notes that a number was written with a decimal comma.
  mutating func sawDecimalComma(in column: Int) {
    counts[column, default: Counts()].decimalCommas += 1
  }

  private mutating func judged(
    _ value: String, _ row: Int, _ column: Int, known: [String] = [], doubt: Doubt = .asked
  ) -> String? {
    counts[column, default: Counts()].asks += 1
    if value.isEmpty || value.utf8.count > 32 && isBlank(value) {
      counts[column]?.blank += 1
      return nil
    }
    guard value.utf8.count <= 32, !known.contains(value) else { return value }
    let word = value.lowercased()
    if let missing {
      guard missing.contains(word) else { return value }
    } else {
      guard TableValues.doubtful.contains(word) else { return value }
      if doubt == .asked {
        if counts[column]?.doubts.isEmpty == true { counts[column]?.firstDoubt = row }
        counts[column]?.doubts[value, default: 0] += 1
        return value
      }
    }
    counts[column]?.taken[value, default: 0] += 1
    return nil
  }

  /// What was changed, in sentences.
  ///
  /// - Throws: `ZooError` of code `.badValue` where words occur of which the owner must say what they
  ///   mean.
  func finish(patient: Int? = nil) throws -> [String] {
    let columns = counts.sorted { $0.key < $1.key }
    try ask(columns.filter { !$0.value.doubts.isEmpty })
    return columns.flatMap { column, count in
      let name = "the column \"\(table.columns[column])\""
      var notes: [String] = []
      if count.trimmed > 0 {
        notes.append(
          "white space or unseen marks were dropped around \(count.trimmed) of \(count.asks) values of"
            + " \(name)")
      }
      if count.decimalCommas > 0 {
        notes.append(
          "\(count.decimalCommas) numbers of \(name) have a decimal comma, read as a point")
      }
      if !count.taken.isEmpty {
        let total = count.taken.values.reduce(0, +)
        notes.append(
          "\(total) of \(count.asks) values of \(name) (\(shown(count.taken))) are read as not there"
        )
      }
      let lacking = count.blank + count.taken.values.reduce(0, +)
      if column == patient, lacking > 0 {
        notes.append(
          "\(lacking) of \(count.asks) cases have no patient: each is taken for a patient of its own"
        )
      }
      return notes.map { "\(table.path): \($0)" }
    }
  }

  private func ask(_ columns: [(key: Int, value: Counts)]) throws {
    guard !columns.isEmpty else { return }
    let found = columns.map { column, count in
      let total = count.doubts.values.reduce(0, +)
      return "\n  line \(table.line(ofRow: count.firstDoubt)): column \"\(table.columns[column])\":"
        + " \(total) of \(count.asks) values (\(shown(count.doubts)))"
    }
    let words = Set(columns.flatMap(\.value.doubts.keys)).sorted()
    let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
    throw ZooError(
      .badValue, "there are words that may mean \"not there\":\(found.joined())",
      at: Place(path: table.path),
      advice: table.isOnCommandLine
        ? "if they do, give --missing WORD, once for each; if they are values like any other, --missing \"\""
        : "if they do, set \"missing\": [\(list)] in \"data\" (a case without a patient is then a"
          + " patient of its own); if they are values like any other, set \"missing\": []")
  }

  private func shown(_ words: [String: Int]) -> String {
    words.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5)
      .map { "\"\($0.key)\" \($0.value)" }.joined(separator: ", ") + (words.count > 5 ? ", …" : "")
  }
}
