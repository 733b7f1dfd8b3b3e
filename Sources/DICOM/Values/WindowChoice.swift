import Basics

/// Which range of a DICOM picture's values becomes black to white.
package enum WindowChoice: Sendable, Equatable {
  /// The file's VOI table or first window; its smallest to its largest value where it has none.
  case file
  /// From the smallest to the largest value of each picture.
  case minmax
  /// From one percentile of each picture's values to another, 0…100.
  case percentiles(low: Double, high: Double)
  /// The same window for all, in units of the modality.
  case window(centre: Double, width: Double)

  /// The percentiles where none are named.
  package static let usualPercentiles = (low: 1.0, high: 99.0)

  /// Reads `"file"`, `"minmax"`, `"percentiles"`, `{"percentiles": [LOW, HIGH]}` or
  /// `{"centre": C, "width": W}`.
  ///
  /// - Throws: `ZooError` for anything else.
  package init(_ value: JSONValue) throws {
    if case .string(let name) = value.content {
      switch name {
      case "file": self = .file
      case "minmax": self = .minmax
      case "percentiles":
        let usual = WindowChoice.usualPercentiles
        self = .percentiles(low: usual.low, high: usual.high)
      default:
        throw ZooError(
          .badValue,
          "unknown window \"\(name)\"; "
            + suggestion(for: name, among: ["file", "minmax", "percentiles"]),
          at: value.place, advice: "or {\"centre\": NUMBER, \"width\": NUMBER}")
      }
      return
    }
    var object = try value.object()
    if let pair = object.value("percentiles") {
      let numbers = try pair.array().map { try $0.number(in: 0...100) }
      guard numbers.count == 2, numbers[0] < numbers[1] else {
        throw ZooError(
          .badValue, "expected two percentiles, the lower first, such as [1, 99]", at: pair.place)
      }
      self = .percentiles(low: numbers[0], high: numbers[1])
    } else {
      let far = 1e9
      self = .window(
        centre: try object.required("centre").number(in: -far...far),
        width: try object.required("width").number(in: 1...far))
    }
    try object.finish()
  }

  /// The choice as a specification gives it.
  package var json: JSONValue {
    switch self {
    case .file: "file"
    case .minmax: "minmax"
    case .percentiles(let low, let high): ["percentiles": [low.json, high.json]]
    case .window(let centre, let width): ["centre": centre.json, "width": width.json]
    }
  }
}
