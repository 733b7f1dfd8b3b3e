import Basics

/// The settings that are searched over together.
package struct SearchSpace: Sendable, Equatable {
  /// In the order in which they are drawn: a condition asks for a setting before its own.
  package private(set) var parameters: [SearchParameter]

  /// - Parameter parameters: in any order.
  ///
  /// - Throws: `ZooError` for a condition on a setting that is not searched over, or on one that waits for it.
  package init(_ parameters: [SearchParameter]) throws {
    var (ordered, rest): ([SearchParameter], [SearchParameter]) = ([], parameters)
    while !rest.isEmpty {
      let ready = rest.filter { parameter in
        parameter.condition.map { condition in ordered.contains { $0.key == condition.key } }
          ?? true
      }
      guard let first = ready.first else {
        let stuck = rest[0]
        throw ZooError(
          .badValue,
          "\"\(stuck.key)\" depends on \"\(stuck.condition?.key ?? "")\", which is not searched over,"
            + " or depends on it in turn", at: stuck.place)
      }
      ordered.append(first)
      rest.removeAll { $0.key == first.key }
    }
    self.parameters = ordered
  }

  /// Whether there is nothing to search over.
  package var isEmpty: Bool { parameters.isEmpty }

  /// Settings of one value for each parameter whose condition holds.
  ///
  /// - Parameter value: gives the value of a parameter.
  /// - Returns: values by dotted keys.
  package func settings(_ value: (SearchParameter) -> JSONValue) -> [String: JSONValue] {
    var chosen: [String: JSONValue] = [:]
    for parameter in parameters where isAsked(parameter, chosen) {
      chosen[parameter.key] = value(parameter)
    }
    return chosen
  }

  private func isAsked(_ parameter: SearchParameter, _ chosen: [String: JSONValue]) -> Bool {
    guard let condition = parameter.condition else { return true }
    return chosen[condition.key].map(condition.values.contains) ?? false
  }
}
