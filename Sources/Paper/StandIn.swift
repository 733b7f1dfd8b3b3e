import Basics
import Foundation

/// What takes the place of data or weights that are not at hand, for some of the studies.
struct StandIn: Sendable {
  /// The studies' names.
  let studies: [String]
  /// What must be there for it to be used.
  let needs: [String]
  /// What makes it needless: where any of it is there, it is not used.
  let better: [String]
  /// The sentence that the document begins with; nil where nothing differs.
  let says: String?
  /// What changes in the specifications.
  let patch: JSONValue
  /// Tables of a part of the patients that are made first.
  let tables: [PatientHalf]

  /// Reads one element of the list.
  ///
  /// - Throws: `ZooError` that names the key.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    studies = try object.strings("studies") ?? []
    needs = try object.strings("if") ?? []
    better = try object.strings("unless") ?? []
    says = try object.optionalString("says")
    patch = try object.required("patch")
    tables = try object.value("tables")?.array().map(PatientHalf.init) ?? []
    try object.finish()
    guard !studies.isEmpty else {
      throw ZooError(
        .badValue, "a stand-in for no study; list some in \"studies\"", at: value.place)
    }
  }

  /// Reads the file that lists them.
  ///
  /// - Throws: `ZooError` that names line and key.
  static func read(_ path: String) throws -> [StandIn] {
    var object = try JSONValue.parse(contentsOf: path).object()
    _ = try object.integer("schema", in: 1...1, default: 1)
    let all = try object.required("standIns").array().map(StandIn.init)
    try object.finish()
    return all
  }
}

/// The rows of a table that belong to one half of the patients.
struct PatientHalf: Sendable {
  let source: String
  let column: String
  /// 1 or 2.
  let half: Int
  let target: String

  init(_ value: JSONValue) throws {
    var object = try value.object()
    source = try object.string("from")
    column = try object.string("patient")
    half = try object.integer("half", in: 1...2, default: 1)
    target = try object.string("to")
    try object.finish()
  }
}

extension JSONValue {
  /// This value with the changes of a merge patch (RFC 7396, https://www.rfc-editor.org/rfc/rfc7396): members of
  /// objects are merged, `null` takes one away, anything else takes its place.
  ///
  /// Beyond the RFC, an object merged into a list of objects that have names changes those that its keys name.
  ///
  /// - Throws: `ZooError` for a name that the list does not have.
  func patched(with patch: JSONValue) throws -> JSONValue {
    guard case .object(let changes) = patch.content else { return patch }
    if case .array(let elements) = content {
      var changed = elements
      for (name, change) in changes {
        guard let index = try elements.firstIndex(where: { try $0.name == name }) else {
          throw ZooError(
            .badValue, "no element of the list is named \"\(name)\"", at: patch.place,
            advice:
              "name one of: \(try elements.compactMap { try $0.name }.joined(separator: ", "))")
        }
        changed[index] = try elements[index].patched(with: change)
      }
      return JSONValue(.array(changed), at: place)
    }
    var members: [(key: String, value: JSONValue)] = []
    if case .object(let own) = content { members = own }
    for (key, change) in changes {
      let index = members.firstIndex { $0.key == key }
      if case .null = change.content {
        if let index { members.remove(at: index) }
      } else if let index {
        members[index].value = try members[index].value.patched(with: change)
      } else {
        members.append((key, try JSONValue(.object([])).patched(with: change)))
      }
    }
    return JSONValue(.object(members), at: place)
  }

  private var name: String? {
    get throws {
      guard case .object(let members) = content else { return nil }
      return try members.first { $0.key == "name" }?.value.string()
    }
  }

  /// This value with every text changed.
  func mappingTexts(_ change: (String) -> String) -> JSONValue {
    switch content {
    case .string(let text): JSONValue(.string(change(text)), at: place)
    case .array(let elements):
      JSONValue(.array(elements.map { $0.mappingTexts(change) }), at: place)
    case .object(let members):
      JSONValue(
        .object(members.map { (key: $0.key, value: $0.value.mappingTexts(change)) }), at: place)
    default: self
    }
  }

  /// Whether any text of this value begins so.
  func holdsText(beginning start: String) -> Bool {
    switch content {
    case .string(let text): text.hasPrefix(start)
    case .array(let elements): elements.contains { $0.holdsText(beginning: start) }
    case .object(let members): members.contains { $0.value.holdsText(beginning: start) }
    default: false
    }
  }
}
