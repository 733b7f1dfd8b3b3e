/// A value that can stand in a JSON document.
///
/// ```swift
/// let value: JSONValue = ["name": name.json, "size": size.json, "bits": bits.json]
/// ```
///
/// Dictionaries are none: their members have no order, and the same value must give the same bytes.
package protocol JSONConvertible {
  /// The value in a document.
  var json: JSONValue { get }
}

extension JSONValue: JSONConvertible {
  package var json: JSONValue { self }
}

extension String: JSONConvertible {
  package var json: JSONValue { JSONValue(.string(self)) }
}

extension Int: JSONConvertible {
  package var json: JSONValue { JSONValue(.integer(self)) }
}

extension Double: JSONConvertible {
  package var json: JSONValue { JSONValue(.number(self)) }
}

extension Bool: JSONConvertible {
  package var json: JSONValue { JSONValue(.boolean(self)) }
}

extension Optional: JSONConvertible where Wrapped: JSONConvertible {
  /// `null` where there is no value.
  package var json: JSONValue { self?.json ?? nil }
}

extension Array: JSONConvertible where Element: JSONConvertible {
  package var json: JSONValue { JSONValue(.array(map(\.json))) }
}
