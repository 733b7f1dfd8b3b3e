/// What all checks of one encoder or fusion head found.
public struct ConformanceReport: Sendable {
  /// Its name in specifications.
  public let name: String
  /// The checks in their order.
  public let checks: [ConformanceCheck]

  package init(name: String, checks: [ConformanceCheck]) {
    self.name = name
    self.checks = checks
  }

  /// Whether none failed; what could not be checked is no failure.
  public var passed: Bool { checks.allSatisfy { $0.outcome != .failed } }

  /// A line a check, what was expected where it failed.
  public var lines: [String] {
    checks.map { check in
      let name = check.kind.rawValue
      let pad = String(repeating: " ", count: max(0, 12 - name.count))
      let tail = check.outcome == .failed ? "; expected \(check.expected)" : ""
      return "\(name)\(pad) \(check.outcome.rawValue): \(check.found)\(tail)"
    }
  }
}
