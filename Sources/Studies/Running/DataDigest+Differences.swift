import Basics
import Datasets

extension DataDigest {
  /// What is otherwise than it was, in sentences without an end: how many and which; empty where all
  /// is the same.
  ///
  /// `set` is today's, whose paths name its pictures. With `ofCommonCases` cases that only one of both
  /// has, and their order, are passed over.
  package func differences(
    from earlier: DataDigest, of set: CaseSet, ofCommonCases: Bool = false
  ) -> [String] {
    let before = Dictionary(
      earlier.rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let now = Set(rows.map(\.id))
    var found: [String] = []
    if !ofCommonCases {
      let gone = earlier.rows.map(\.id).filter { !now.contains($0) }
      let new = rows.map(\.id).filter { before[$0] == nil }
      if !gone.isEmpty {
        found.append("\(counted(gone, "case is", "cases are")) not there any more: \(listed(gone))")
      }
      if !new.isEmpty {
        found.append("\(counted(new, "case was", "cases were")) not there: \(listed(new))")
      }
      if gone.isEmpty, new.isEmpty, rows.map(\.id) != earlier.rows.map(\.id) {
        found.append("the cases stand in another order")
      }
    }
    let paths = Dictionary(
      set.cases.map { item in
        (item.id, item.images.isEmpty ? item.id : item.images.map(\.path).joined(separator: " or "))
      }, uniquingKeysWith: { first, _ in first })
    func differing(_ field: (Row) -> String) -> [String] {
      rows.filter { row in before[row.id].map { field($0) != field(row) } ?? false }.map(\.id)
    }
    let pictures = differing(\.image)
    if !pictures.isEmpty {
      found.append(
        "\(counted(pictures, "picture is another file", "pictures are other files")): "
          + listed(pictures.map { paths[$0] ?? $0 }))
    }
    for (ids, what) in [
      (differing(\.text), "text"), (differing(\.label), "label"), (differing(\.patient), "patient"),
    ] where !ids.isEmpty {
      found.append(
        ids.count == 1
          ? "the \(what) of 1 case differs: \(ids[0])"
          : "the \(what)s of \(ids.count) cases differ: \(listed(ids))")
    }
    return found
  }

  /// What differs between the data of this digest's run and a set whose pictures were hashed, as a
  /// sentence for a reader; none where nothing does.
  ///
  /// What one of both does not have at all, as texts where a study reads none, is passed over.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  package func deviations(of set: CaseSet, ofCommonCases: Bool) throws -> [String] {
    var (before, now) = (self, try DataDigest(set))
    for field in [\Row.image, \Row.text, \Row.patient]
    where [before, now].contains(where: { $0.rows.allSatisfy { $0[keyPath: field].isEmpty } }) {
      before.clear(field)
      now.clear(field)
    }
    let found = now.differences(from: before, of: set, ofCommonCases: ofCommonCases)
    guard !found.isEmpty else { return [] }
    return [
      "The data are not those that the model was trained on and tested with: "
        + found.joined(separator: "; ") + "."
    ]
  }

  private mutating func clear(_ field: WritableKeyPath<Row, String>) {
    for index in rows.indices { rows[index][keyPath: field] = "" }
  }

  /// The set as this digest knows it: its cases alone, in its order, with the pictures it saw shared.
  package func restored(_ set: CaseSet) -> CaseSet {
    let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let known = rows.compactMap { row in cases[row.id].map { (row, $0) } }
    return set.with(
      cases: known.map { row, item in
        var item = item
        let pictures = row.pictures
        for place in item.images.indices {
          item.images[place].picture = place < pictures.count ? pictures[place] : nil
        }
        return item
      }, leftOut: set.leftOut)
  }

  private func counted(_ ids: [String], _ one: String, _ many: String) -> String {
    "\(ids.count) \(ids.count == 1 ? one : many)"
  }

  private func listed(_ names: [String]) -> String {
    names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }
}
