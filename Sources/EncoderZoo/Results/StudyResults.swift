import Basics
import Evaluation
import Foundation
import Studies

/// The scores of a finished study or training, as typed values.
///
/// ```swift
/// let results = try StudyResults(contentsOf: "run")
/// for name in results.combinations {
///   print(name, results.values(.auroc, of: name), results.summary(.auroc, of: name)?.mean ?? .nan)
/// }
/// ```
public struct StudyResults: Sendable {
  /// The run's folder.
  public let folder: String
  /// The combinations in the order of the study; of a training in that of their names.
  public let combinations: [String]
  /// What they are compared with: always answering the commoner class, and a linear model of the
  /// words.
  public let baselines: [String]
  /// The folds in their order, such as `r1f1`.
  public let folds: [String]
  /// Cases of each fold's training, validation and test subset.
  public let counts: [FoldCounts]
  private let rows: [ResultRow]
  /// One for each seed of a split.
  private let trained: [ResultRow]

  /// How many cases a fold's subsets hold.
  public struct FoldCounts: Sendable, Equatable {
    /// The fold.
    public let fold: String
    /// Cases that were trained on.
    public let training: Int
    /// Cases that were kept for choices.
    public let validation: Int
    /// Cases that were tested on.
    public let test: Int
  }

  /// Reads what a finished run or training left in its folder.
  ///
  /// - Throws: `ZooError` that names the file that is missing or damaged, and its line.
  public init(contentsOf folder: String) throws {
    self.folder = folder
    trained = try ResultsFile.read("\(folder)/results.csv")
    rows = SeedAverage.rows(trained)
    let splits = try DataNote(folder: folder).splits
    let own = SplitName.withoutSeeds(splits.map(\.name))
    counts = splits.filter { own[$0.name] == $0.name }.map {
      FoldCounts(
        fold: $0.name, training: $0.counts[0], validation: $0.counts[1], test: $0.counts[2])
    }
    folds = counts.map(\.fold)
    var seen: Set<String> = []
    let names = rows.map(\.combination).filter { seen.insert($0).inserted }
    baselines = names.filter(StudyTables.baselineNames.contains)
    combinations = names.filter { !StudyTables.baselineNames.contains($0) }
  }

  /// The page that shows all of it; nil of a training, which has none.
  public var report: String? {
    let path = "\(folder)/report.html"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// The model of a combination and fold, for ``Zoo/model(_:sampleBits:)``.
  ///
  /// - Throws: `ZooError` of code `.notFound` where there is none.
  public func modelFolder(of combination: String, fold: String) throws -> String {
    let cell = try FolderName.cell(combination, split: fold, in: folder) + "/model"
    for path in [cell, folder] where FileManager.default.fileExists(atPath: "\(path)/model.json") {
      return path
    }
    throw ZooError(
      .notFound, "holds no model of \(combination) on \(fold)", at: Place(path: folder))
  }

  /// A metric on one fold, the mean over its seeds; nil where it is undefined or was not measured.
  public func value(
    _ metric: Metric, of combination: String, fold: String, on subset: Subset = .test
  ) -> Double? {
    rows.first { matches($0, .score(metric.score), combination, subset) && $0.split == fold }?
      .value
  }

  /// The threshold that a fold's validation subset chose for the model of the first seed, a probability; nil where none
  /// was.
  public func fittedThreshold(of combination: String, fold: String) -> Double? {
    trained.first {
      matches($0, .threshold, combination, .testAtFittedThreshold)
        && $0.split == fold
    }?.value
  }

  /// A metric on every fold where it is defined, in the order of the folds.
  public func values(
    _ metric: Metric, of combination: String, on subset: Subset = .test
  ) -> [Double] {
    folds.compactMap { value(metric, of: combination, fold: $0, on: subset) }
  }

  /// A metric over all folds: mean, deviation, interval; nil where it is defined on none.
  public func summary(
    _ metric: Metric, of combination: String, on subset: Subset = .test
  ) -> ScoreSummary? {
    let values = self.values(metric, of: combination, on: subset)
    guard let mean = Evaluation.mean(values) else { return nil }
    let interval = correctedInterval(
      values, testToTrainingRatio: testToTrainingRatio, within: metric.score.bounds)
    return ScoreSummary(
      values: values, mean: mean, standardDeviation: standardDeviation(values),
      interval: interval.map { $0.lower...$0.upper })
  }

  /// Every pair of combinations, and each against every baseline, by the corrected resampled t-test
  /// over the folds; p is adjusted by Holm over the pairs, and anew over those with baselines.
  ///
  /// Pairs without two folds in common are left out.
  public func comparisons(by metric: Metric, on subset: Subset = .test) -> [Comparison] {
    let found = PairComparisons(
      names: combinations, references: baselines, rows: rows, metric: metric.score,
      subset: subset.subset, testToTrainingRatio: testToTrainingRatio)
    return (found.pairs + found.againstReferences).map(Comparison.init)
  }

  /// The mean over folds of test cases by training cases, which corrects for shared training cases.
  private var testToTrainingRatio: Double {
    Evaluation.mean(counts.map { Double($0.test) / Double(max(1, $0.training)) }) ?? 0
  }

  private func matches(
    _ row: ResultRow, _ metric: ResultMetric, _ combination: String, _ subset: Subset
  ) -> Bool {
    row.combination == combination && row.metric == metric && row.subset == subset.subset
  }
}
