/// A simple rule over the features of an untouched encoder.
package enum ProbeRule: String, Sendable, CaseIterable {
  /// Logistic regression.
  case linear = "linear probe"
  /// A vote of the nearest training cases.
  case neighbours = "nearest neighbours"
}
