import Basics

extension JSONValue {
  /// The member at a dotted key, such as `training.learningRate`; nil where there is none.
  subscript(dotted key: String) -> JSONValue? {
    var value = self
    for name in key.split(separator: ".") {
      guard case .object(let members) = value.content,
        let next = members.first(where: { $0.key == name })?.value
      else { return nil }
      value = next
    }
    return value
  }

  /// The same with a member in place of what is at a dotted key; objects on the way are made where they lack.
  ///
  /// - Throws: `ZooError` where the way leads through something that is no object.
  func setting(dotted key: String, to value: JSONValue) throws -> JSONValue {
    let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
    guard let name = parts.first else { return value }
    var members = try object().members
    let index = members.firstIndex { $0.key == name }
    let inner: JSONValue
    if parts.count == 1 {
      inner = value
    } else {
      var before = index.map { members[$0].value } ?? [:]
      if case .null = before.content { before = [:] }
      inner = try before.setting(dotted: parts[1], to: value)
    }
    if let index {
      members[index].value = inner
    } else {
      members.append((name, inner))
    }
    return JSONValue(.object(members), at: place)
  }
}
