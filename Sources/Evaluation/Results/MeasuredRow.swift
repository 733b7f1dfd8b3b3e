import Basics

/// A row of a results table: names that no other row has together, and one number.
package protocol MeasuredRow: Sendable {
  /// The names of the columns, the value's last.
  static var columns: [String] { get }

  var combination: String { get }
  /// As in `folds.csv`.
  var split: String { get }
  /// 0 in tables without epochs.
  var epoch: Int { get }
  var subset: ResultSubset { get }
  var metric: ResultMetric { get }
  /// Finite; nil where the metric is undefined.
  var value: Double? { get }
  /// The fields before the value.
  var keys: [String] { get }

  /// Reads a row.
  ///
  /// - Throws: `ZooError` at the place for a subset, metric or number that is none.
  init(keys: [String], value: Double?, at place: Place) throws
}

/// The subset or metric of a name.
///
/// - Throws: `ZooError` at the place, with the nearest name.
func named<Name: RawRepresentable<String>>(
  _ text: String, _ what: String, among known: [String], at place: Place
) throws -> Name {
  if let found = Name(rawValue: text) { return found }
  throw ZooError(
    .badValue, "unknown \(what) \"\(text)\"; \(suggestion(for: text, among: known))",
    at: Place(path: place.path, line: place.line, key: what))
}
