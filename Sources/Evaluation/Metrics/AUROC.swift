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
  RankedScores(labels: labels, scores: scores).auroc.value
}
