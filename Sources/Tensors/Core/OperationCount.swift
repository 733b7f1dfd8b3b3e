/// Counts the multiply-adds of a pass: convolutions, matrix products, attention and recurrences.
///
/// What is linear in the number of values (normalisation, element-wise functions, pooling) is not
/// counted, as in the field's tables. All depends on shapes alone, so a count need not compute.
package final class OperationCount {
  /// The multiply-adds so far.
  package private(set) var multiplyAdds = 0

  /// Whether what is counted is computed, too; where it is not, all but recurrences give zeros in a pass that records
  /// nothing.
  package let computes: Bool

  package init(computes: Bool = true) { self.computes = computes }

  func add(_ count: Int) { multiplyAdds += count }
}
