/// The area under the receiver operating characteristic: the share of pairs of a positive and a
/// negative case in which the positive one scores higher, ties counting one half.
///
/// It is Mann and Whitney's U by midranks, in whole numbers: exact whatever the ties. O(n log n).
///
/// - Parameters:
///   - labels: the true classes.
///   - scores: any increasing function of the probability; finite.
/// - Returns: the area, or nil where one class is absent.
/// - Precondition: as many labels as scores.
package func auroc(labels: [Bool], scores: [Double]) -> Double? {
  precondition(
    labels.count == scores.count, "\(labels.count) labels for \(scores.count) scores")
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  var twiceU = 0  // pairs won count 2, ties 1
  var negativesBelow = 0
  var positives = 0
  var i = 0
  while i < order.count {
    var tiedPositives = 0
    var tiedNegatives = 0
    let score = scores[order[i]]
    while i < order.count, scores[order[i]] == score {
      if labels[order[i]] { tiedPositives += 1 } else { tiedNegatives += 1 }
      i += 1
    }
    twiceU += tiedPositives * (2 * negativesBelow + tiedNegatives)
    negativesBelow += tiedNegatives
    positives += tiedPositives
  }
  let pairs = positives * negativesBelow
  return pairs == 0 ? nil : Double(twiceU) / Double(2 * pairs)
}
