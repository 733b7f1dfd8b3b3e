import Basics

/// A part of a study's specification: an object of its JSON with typed properties.
///
/// What the properties set is what stands in the JSON, so a specification that was read from a file
/// and one that was built in code are the same. Keys without a property are reached by
/// ``subscript(_:)``; docs/compare.md lists all. A key that is left out has the default that stands
/// there; an unknown key or a value out of range is refused when the study is checked or run.
public protocol StudyPart: Sendable, Equatable {
  /// The object as JSON.
  var json: JSONValue { get set }
}

extension StudyPart {
  /// The value of a key; nil where it is left out.
  ///
  /// Setting nil leaves it out.
  public subscript(key: String) -> JSONValue? {
    get {
      guard case .object(let members) = json.content else { return nil }
      return members.first { $0.key == key }?.value
    }
    set {
      guard case .object(var members) = json.content else { return }
      let index = members.firstIndex { $0.key == key }
      switch (newValue, index) {
      case (let value?, let index?): members[index].value = value
      case (let value?, nil): members.append((key, value))
      case (nil, let index?): members.remove(at: index)
      case (nil, nil): break
      }
      json = JSONValue(.object(members), at: json.place)
    }
  }

  /// The same as a value of Swift; nil also where it is of another type.
  subscript<Value: StudyValue>(key: String, as type: Value.Type = Value.self) -> Value? {
    get { self[key].flatMap(Value.init(studyValue:)) }
    set { self[key] = newValue?.studyValue }
  }
}

/// What a property of a study's part may be.
protocol StudyValue {
  init?(studyValue: JSONValue)
  var studyValue: JSONValue { get }
}

extension StudyValue where Self: StudyPart {
  var studyValue: JSONValue { json }
}

extension String: StudyValue {
  init?(studyValue: JSONValue) {
    guard let text = try? studyValue.string() else { return nil }
    self = text
  }
  var studyValue: JSONValue { self.json }
}

extension Int: StudyValue {
  init?(studyValue: JSONValue) {
    guard let number = try? studyValue.integer() else { return nil }
    self = number
  }
  var studyValue: JSONValue { self.json }
}

extension Double: StudyValue {
  init?(studyValue: JSONValue) {
    guard let number = try? studyValue.number() else { return nil }
    self = number
  }
  var studyValue: JSONValue { self.json }
}

extension Bool: StudyValue {
  init?(studyValue: JSONValue) {
    guard let value = try? studyValue.boolean() else { return nil }
    self = value
  }
  var studyValue: JSONValue { self.json }
}

/// One element or a list of them, as specifications may write it.
extension Array: StudyValue where Element: StudyValue {
  init?(studyValue: JSONValue) {
    let values = (try? studyValue.array()) ?? [studyValue]
    self = values.compactMap(Element.init(studyValue:))
    guard count == values.count else { return nil }
  }
  var studyValue: JSONValue { JSONValue(.array(map(\.studyValue))) }
}

/// Options by name.
extension Dictionary: StudyValue where Key == String, Value == JSONValue {
  init?(studyValue: JSONValue) {
    guard case .object(let members) = studyValue.content else { return nil }
    self.init(members.map { ($0.key, $0.value) }) { first, _ in first }
  }
  var studyValue: JSONValue {
    JSONValue(.object(sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }))
  }
}
