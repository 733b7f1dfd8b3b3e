import Basics

extension JSONValue {
  /// The same, with the path of its keys as the place of what was made in code, so that messages
  /// name it.
  ///
  /// - Parameter key: the path so far.
  /// - Returns: an equal value.
  func keyed(_ key: String = "") -> JSONValue {
    var value = self
    if value.place.path == nil, value.place.line == nil { value.place = Place(key: key) }
    switch content {
    case .object(let members):
      value.content = .object(
        members.map {
          (key: $0.key, value: $0.value.keyed(key.isEmpty ? $0.key : "\(key).\($0.key)"))
        })
    case .array(let elements):
      value.content = .array(
        elements.enumerated().map { index, element in element.keyed("\(key)[\(index)]") })
    default: break
    }
    return value
  }
}
