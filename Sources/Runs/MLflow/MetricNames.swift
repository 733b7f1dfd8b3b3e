import Basics
import Studies

/// What metrics are called where letters, digits and `_ - . : /` and spaces alone are allowed.
struct MetricNames {
  private var names: [String: String] = [:]
  private var taken: Set<String> = []
  /// Those that became another name, with it, in the order in which they came; commas apart.
  private(set) var changed: [(String, String)] = []

  /// Gives names to metrics that have none.
  mutating func add(_ metrics: [String]) {
    for metric in metrics where names[metric] == nil {
      var name = Self.allowed(metric)
      // " mean" and " sd" follow.
      if name.utf8.count > 240 || taken.contains(name) {
        let mark = (try? sha256(of: metric)).map { String($0.prefix(8)) } ?? ""
        name = String(name.prefix(60)) + " " + mark
      }
      taken.insert(name)
      names[metric] = name
      if name != metric.replacing(", ", with: " ") { changed.append((metric, name)) }
    }
  }

  /// The name of a metric.
  subscript(metric: String) -> String { names[metric] ?? Self.allowed(metric) }

  /// A text with `_` in the place of what is not allowed, and commas left out; one slash parts subset and metric.
  static func allowed(_ text: String) -> String {
    var hasSlash = false
    let kept = text.replacing(", ", with: " ").map { character -> Character in
      if character == "/" {
        defer { hasSlash = true }
        return hasSlash ? "_" : "/"
      }
      return character.isLetter || character.isNumber || "_-.: ".contains(character)
        ? character : "_"
    }
    return String(kept)
  }
}
