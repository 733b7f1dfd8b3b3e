/// Holm's adjusted p values ("A simple sequentially rejective multiple test procedure",
/// Scandinavian Journal of Statistics 6, 1979), in the order given.
///
/// Undefined values stay so and do not count among the hypotheses.
package func holmAdjusted(_ values: [Double?]) -> [Double?] {
  let defined = values.indices.filter { values[$0] != nil }
  let order = defined.sorted { (values[$0] ?? 1, $0) < (values[$1] ?? 1, $1) }
  var adjusted = [Double?](repeating: nil, count: values.count)
  var largest = 0.0
  for (rank, index) in order.enumerated() {
    largest = max(largest, min(1, (values[index] ?? 1) * Double(order.count - rank)))
    adjusted[index] = largest
  }
  return adjusted
}
