import Basics

/// Cases whose pictures stand in rows of their own: rows of one id are one case.
struct JoinedRows {
  private var cases: [Case] = []
  private var places: [String: Int] = [:]
  private var faults: [Int: String] = [:]

  /// Whether a table's columns say that rows may share an id.
  static func areJoined(_ columns: CSVColumns) -> Bool {
    columns.id != nil && columns.haveSeveralPictures
  }

  /// Takes a row as a case of its own, or its pictures as further ones of the case that has its id.
  mutating func add(_ item: Case) {
    guard let place = places[item.id] else {
      places[item.id] = cases.count
      cases.append(item)
      return
    }
    if let what = JoinedRows.difference(cases[place], item) {
      faults[place] =
        "the rows of case \"\(item.id)\" differ in their \(what), first at \(item.source)"
    }
    cases[place].images += item.images
  }

  /// Refuses the whole case of an id, whose row can't be used.
  mutating func refuse(_ id: String, _ message: String, at source: Place) {
    let place = places[id] ?? cases.count
    if places[id] == nil {
      places[id] = place
      cases.append(Case(id: id, source: source))
    }
    faults[place] = faults[place] ?? message
  }

  /// Every case in the order of the rows; those that can't be used with the reason.
  var all: [(item: Case, fault: String?)] {
    cases.enumerated().map { place, item in (item, faults[place]) }
  }

  /// What rows of one case must have in common and do not; nil where they do.
  static func difference(_ one: Case, _ other: Case) -> String? {
    if one.text != other.text { return "text" }
    if one.label != other.label || one.findings != other.findings
      || one.unknownFindings != other.unknownFindings
    {
      return "label"
    }
    if one.group != other.group { return "patient" }
    return Set(one.attributes.keys).union(other.attributes.keys).sorted()
      .first { one.attributes[$0] != other.attributes[$0] }.map { "attribute \"\($0)\"" }
  }
}
