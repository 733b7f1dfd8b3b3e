/// Ages as groups that tables tell figures of: 0–17, 18–39, 40–59, 60–79 and 80+.
package enum AgeBand {
  /// The first year of each band.
  private static let starts = [0, 18, 40, 60, 80]
  /// Beyond any life: published tables hold such ages.
  private static let end = 121.0

  /// The band of an age in years, such as `40–59`; nil below 0 and beyond any life.
  package static func name(years: Double) -> String? {
    guard years < end, let place = starts.lastIndex(where: { Double($0) <= years }) else {
      return nil
    }
    return place + 1 < starts.count ? "\(starts[place])–\(starts[place + 1] - 1)" : "80+"
  }

  /// The band of an age such as `58`, `058Y` or `013M`; nil where it is none.
  package static func name(_ text: String) -> String? {
    let digits = text.prefix { $0.isNumber }
    guard let number = Double(digits) else { return nil }
    let unit = text.dropFirst(digits.count).lowercased()
    let perYear: Double? =
      switch unit {
      case "", "y": 1
      case "m": 12
      case "w": 52
      case "d": 365
      default: unit.hasPrefix(".") || unit.hasPrefix(",") ? 1 : nil
      }
    return perYear.flatMap { name(years: number / $0) }
  }
}
