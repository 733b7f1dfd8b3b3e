extension JSONValue {
  /// This value as JSON text, the same bytes for the same value.
  ///
  /// Numbers are the shortest that read back equal. Pretty text has two spaces a level and short
  /// arrays of plain values on one line; it ends without a line feed.
  public func text(pretty: Bool = true, sortedKeys: Bool = false) -> String {
    var output = ""
    write(to: &output, indent: pretty ? 0 : nil, sortedKeys: sortedKeys)
    return output
  }

  private func write(to output: inout String, indent: Int?, sortedKeys: Bool) {
    switch content {
    case .null: output += "null"
    case .boolean(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .number(let value): output += value.isFinite ? "\(value)" : "null"
    case .string(let value): output += JSONValue.quoted(value)
    case .array(let elements):
      let isPlain = elements.allSatisfy(\.isScalar)
      let inner = isPlain ? nil : indent.map { $0 + 1 }
      output += "["
      for (position, element) in elements.enumerated() {
        if position > 0 { output += isPlain && indent != nil ? ", " : "," }
        if let inner { output += JSONValue.newLine(inner) }
        element.write(to: &output, indent: inner, sortedKeys: sortedKeys)
      }
      if inner != nil, !elements.isEmpty { output += JSONValue.newLine(indent ?? 0) }
      output += "]"
    case .object(let members):
      let ordered = sortedKeys ? members.sorted { $0.key < $1.key } : members
      let inner = indent.map { $0 + 1 }
      output += "{"
      for (position, member) in ordered.enumerated() {
        if position > 0 { output += "," }
        if let inner { output += JSONValue.newLine(inner) }
        output += JSONValue.quoted(member.key) + (indent == nil ? ":" : ": ")
        member.value.write(to: &output, indent: inner, sortedKeys: sortedKeys)
      }
      if !members.isEmpty, let indent { output += JSONValue.newLine(indent) }
      output += "}"
    }
  }

  private var isScalar: Bool {
    switch content {
    case .array, .object: false
    default: true
    }
  }

  private static func newLine(_ indent: Int) -> String {
    "\n" + String(repeating: "  ", count: indent)
  }

  private static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }
}
