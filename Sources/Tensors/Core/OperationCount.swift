/// Counts the multiply-adds of a pass: convolutions, matrix products, attention and recurrences.
///
/// What is linear in the number of values (normalisation, element-wise functions, pooling) is not
/// counted, as in the field's tables.
package final class OperationCount {
  /// The multiply-adds so far.
  package private(set) var multiplyAdds = 0

  package init() {}

  func add(_ count: Int) { multiplyAdds += count }
}
