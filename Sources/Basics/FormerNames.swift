/// Keys and values of specifications, model descriptions and manifests that had other names before.
///
/// Old files go on being read: they are translated before anything else looks at them.
package enum FormerNames {
  private struct Renaming {
    var key: String
    var newKey: String
    /// Today's value for a former one; others stay.
    var value: @Sendable (JSONValue.Content) -> JSONValue.Content?
  }

  private static let renamings: [Renaming] = [
    Renaming(key: "mirrorAverage", newKey: "flipAveraging") { $0 },
    Renaming(key: "answersForOneSide", newKey: "acceptsMissingModality") { $0 },
    Renaming(key: "standIns", newKey: "missing") {
      if case .boolean(let isLearned) = $0 {
        .string(isLearned ? "learned" : "refused")
      } else {
        nil
      }
    },
    Renaming(key: "missing", newKey: "missing") {
      if case .string("stand-in") = $0 { .string("learned") } else { nil }
    },
    Renaming(key: "metric", newKey: "metric") {
      if case .string("area") = $0 { .string("auroc") } else { nil }
    },
  ]

  /// The same value by today's names, and a line for each former one with its place.
  ///
  /// What stands under `options` belongs to an encoder or head and is left as it is. Where both names of a
  /// key stand in one object, the former stays and is refused as unknown.
  package static func translated(_ value: JSONValue) -> (value: JSONValue, notes: [String]) {
    var notes: [String] = []
    return (translated(value, &notes), notes)
  }

  /// A metric's name in a results table or a bundle's manifest, by today's name.
  package static func metric(_ name: String) -> String {
    switch name {
    case "area": "auroc"
    case "mean area": "mean auroc"
    case _ where name.hasPrefix("area of "): "auroc of \(name.dropFirst("area of ".count))"
    default: name
    }
  }

  private static func translated(_ value: JSONValue, _ notes: inout [String]) -> JSONValue {
    var value = value
    switch value.content {
    case .array(let elements):
      value.content = .array(elements.map { translated($0, &notes) })
    case .object(let members):
      let keys = Set(members.map(\.key))
      value.content = .object(
        members.map { member in
          if member.key == "options" { return member }
          for one in renamings where one.key == member.key {
            guard one.newKey == one.key || !keys.contains(one.newKey),
              let content = one.value(member.value.content)
            else { continue }
            var renamed = member.value
            renamed.content = content
            notes.append(
              "\(member.value.place): \(spoken(member.key, member.value)) is called "
                + "\(spoken(one.newKey, renamed)) now; the old name is still read")
            return (key: one.newKey, value: renamed)
          }
          return (key: member.key, value: translated(member.value, &notes))
        })
    default: break
    }
    return value
  }

  /// A key, with its value where that is a text.
  private static func spoken(_ key: String, _ value: JSONValue) -> String {
    if case .string(let text) = value.content { "\"\(key)\": \"\(text)\"" } else { "\"\(key)\"" }
  }
}
