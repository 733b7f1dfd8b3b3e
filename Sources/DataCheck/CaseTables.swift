import Datasets
import Evaluation

/// How many cases of each kind there are.
package struct CaseTables: Sendable {
  /// A table of counts: rows of a kind, columns of labels.
  package struct Table: Sendable, Equatable {
    package let title: String
    package let rows: [(name: String, cases: Int, counts: [Int])]

    package static func == (one: Table, other: Table) -> Bool {
      one.title == other.title
        && one.rows.map(\.name) == other.rows.map(\.name)
        && one.rows.map(\.counts) == other.rows.map(\.counts)
    }
  }

  /// The labels or classes, the columns of all tables.
  package let labels: [String]
  package let all: Table
  /// By subset of each split.
  package let subsets: Table
  /// The most values of an attribute that are tabulated.
  static let mostValues = 40
  /// By value of each attribute, those of more than `mostValues` left out.
  package let attributes: [Table]
  /// The attributes that were left out for that.
  package let passedOver: [String]
  /// The attributes' association with the labels, the largest over labels: Cramér's V.
  package let associations: [(attribute: String, label: String, v: Double)]
  package let patients: (count: Int, unknown: Int, most: Int)

  package init(_ set: CaseSet, _ splits: [Split], attributes names: [String]) {
    let matrix = set.labelMatrix
    let width = matrix.names.count
    labels = matrix.names
    func counts(_ cases: [Int]) -> [Int] {
      (0..<width).map { label in cases.count { matrix.answers[$0 * width + label] } }
    }
    func table(_ title: String, _ rows: [(String, [Int])]) -> Table {
      Table(title: title, rows: rows.map { ($0.0, $0.1.count, counts($0.1)) })
    }
    all = table("All cases", [("all", Array(set.cases.indices))])
    subsets = table(
      "Subsets",
      splits.flatMap { split in
        Split.Subset.allCases.map { ("\(split.name) \($0.rawValue)", split[$0]) }
      })
    var tables: [Table] = []
    let views = Set(set.pictures.compactMap { $0?.view }).sorted()
    if !views.isEmpty {
      tables.append(
        table(
          "Cases with a picture of each view",
          views.map { view in
            (view, set.cases.indices.filter { set.cases[$0].images.contains { $0.view == view } })
          }))
    }
    var passedOver: [String] = []
    var found: [(attribute: String, label: String, v: Double)] = []
    for name in names {
      let groups = Dictionary(grouping: set.cases.indices) { set.cases[$0].attributes[name] }
      guard groups.count <= CaseTables.mostValues else {
        passedOver.append(name)
        continue
      }
      tables.append(
        table(
          name,
          groups.sorted { ($0.key ?? "\u{10FFFF}") < ($1.key ?? "\u{10FFFF}") }
            .map { ($0.key ?? "not known", $0.value) }))
      let known = set.cases.indices.filter { set.cases[$0].attributes[name] != nil }
      let strongest = (0..<width).map { label -> (label: String, v: Double) in
        let rows = known.filter { matrix.isKnown[$0 * width + label] }
        return (
          matrix.names[label],
          CramersV.value(
            rows.map { set.cases[$0].attributes[name] ?? "" },
            rows.map { matrix.answers[$0 * width + label] ? "1" : "0" })
        )
      }.max { $0.v < $1.v }
      if let strongest { found.append((name, strongest.label, strongest.v)) }
    }
    self.attributes = tables
    self.passedOver = passedOver
    associations = found
    let groups = Dictionary(grouping: set.cases.compactMap(\.group)) { $0 }.mapValues(\.count)
    patients = (
      groups.count, set.cases.count { $0.group == nil }, groups.values.max() ?? 0
    )
  }
}
