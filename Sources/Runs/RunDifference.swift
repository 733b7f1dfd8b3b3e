import Basics
import Studies

/// What two specifications set otherwise.
package enum RunDifference {
  /// A key that differs, as a path such as `image.resnet.training.epochs`; nil where a side does not set it.
  package struct Line: Sendable, Equatable {
    package let key: String
    package let first: String?
    package let second: String?
  }

  /// The differences of two runs' specifications, in the order of their keys; former names of keys count as today's.
  ///
  /// Members of lists that have a name are compared by it, whatever their order.
  ///
  /// - Throws: `ZooError` for a file that can't be read.
  package static func lines(_ first: String, _ second: String) throws -> [Line] {
    let sides = try [first, second].map { folder in
      values(FormerNames.translated(try JSONValue.parse(contentsOf: "\(folder)/study.json")).value)
    }
    let known = sides.map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
    var seen: Set<String> = []
    return sides.joined().map(\.0).filter { seen.insert($0).inserted }.compactMap { key in
      let (one, other) = (known[0][key], known[1][key])
      return one == other ? nil : Line(key: key, first: one, second: other)
    }
  }

  /// The leaves of a value with their paths.
  static func values(_ value: JSONValue, _ path: String = "") -> [(String, String)] {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    switch value.content {
    case .object(let members):
      return members.flatMap { values($0.value, below($0.key)) }
    case .array(let items):
      return items.enumerated().flatMap { index, item in
        values(item, below(name(of: item) ?? "\(index + 1)"))
      }
    default: return [(path, value.text(pretty: false))]
    }
  }

  /// What tells a member of a list from the others: its name, else its encoder or head.
  private static func name(of item: JSONValue) -> String? {
    guard case .object(let members) = item.content else { return nil }
    return ["name", "encoder", "head"].lazy.compactMap { key in
      members.first { $0.key == key }.flatMap { try? $0.value.string() }
    }.first
  }
}
