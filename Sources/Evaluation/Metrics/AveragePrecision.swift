/// The average precision of a ranking.
///
///     AP = Σᵢ (Rᵢ − Rᵢ₋₁) Pᵢ,
///
/// over the distinct scores from the highest down, with Pᵢ the precision and Rᵢ the recall among the
/// cases of at least that score: the area below the precision–recall curve as steps, not interpolated
/// (as scikit-learn's `average_precision_score`; Zhu, "Recall, precision and average precision", 2004;
/// Davis & Goadrich 2006, https://doi.org/10.1145/1143844.1143874, on why not to interpolate).
///
/// Within 0…1; of random scores it is near the prevalence, so it is told beside it. O(n log n).
///
/// - Parameters:
///   - labels: the true classes.
///   - scores: any increasing function of the probability; finite.
/// - Returns: undefined where one class is absent (of positives alone it would be 1 whatever the
///   scores).
/// - Precondition: as many labels as scores.
package func averagePrecision(labels: [Bool], scores: [Double]) -> Determined<Double> {
  RankedScores(labels: labels, scores: scores).averagePrecision
}
