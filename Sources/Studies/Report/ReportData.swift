import Evaluation
import Pages

/// Everything that `report.html` tells of a study.
///
/// The page is a function of this value alone: equal data give equal bytes, and a date is in it only
/// where it is given.
package struct ReportData: Sendable {
  package var title: String
  package var date: String?
  /// A sentence on where the cases come from.
  package var dataDescription: String
  /// Counts of the data, such as ("cases", "818") and ("abnormal", "412").
  package var counts: [PageFact] = []
  package var leftOut: [ReportLeftOutCase] = []
  /// Shows a note that the images and texts are generated.
  package var isSynthetic = false
  /// What a reader must know before the scores, a sentence each: that some are optimistic, and why.
  package var warnings: [String] = []
  /// What was left out, cut, guessed or chosen by default, a sentence each; shown beside the data.
  package var notes: [String] = []
  /// Combinations that learnt something from the validation subset, which can't choose them.
  package var fittedOnValidation: Set<String> = []
  /// How the splits were made, in a sentence.
  package var foldsDescription: String
  /// The splits in their order.
  package var splits: [String]
  /// How many times each was trained, from another seed each.
  package var seeds = 1
  /// What is asked about a case.
  package var task = TaskKind.binary
  /// The negative and the positive class, the classes, or the labels, in their order.
  package var labels = ["negative", "positive"]
  /// How often each label is there; empty of a binary task.
  package var labelCounts = ReportLabelCounts()
  /// The same for combinations that are scored on some of the cases alone, by their names.
  package var ownLabelCounts: [String: ReportLabelCounts] = [:]
  /// Of several classes: what each combination answered to the cases of each class, all test subsets
  /// together.
  package var confusions: [String: MulticlassCounts] = [:]
  /// In the order of the study.
  package var combinations: [ReportCombination]
  package var baselines: [ReportBaseline] = []
  /// Validation cases of each split, which choose the combination and the threshold.
  package var validationCounts: [Int] = []
  /// Why the comparison's metric is that one, in a sentence; empty where there is nothing to say.
  package var metricReason = ""
  /// Rows of combinations and baselines.
  package var results: [ResultRow]
  package var epochs: [EpochRow] = []
  /// Its metric is the one that the study is about.
  package var comparisons: PairComparisons
  /// What was searched for; nil where settings are those of the specification.
  package var tuning: ReportTuning?
  /// The names of the views of a case's pictures; empty where they are not told apart.
  package var views: [String] = []
  /// What the models are worth on other data.
  package var external: [ReportExternal] = []
  /// How training was done, thresholds, seeds.
  package var settings: [PageFact] = []
  /// Versions, processor, threads.
  package var environment: [PageFact] = []
  /// What a paper on the study must tell; nil shows nothing of it.
  package var checklist: ReportingChecklist?
  /// The command that makes the study again.
  package var command: String
  /// Limits that are this study's own, a sentence each; those of every study are added.
  package var limits: [String] = []

  package init(
    title: String, dataDescription: String, foldsDescription: String, splits: [String],
    combinations: [ReportCombination], results: [ResultRow], comparisons: PairComparisons,
    command: String
  ) {
    self.title = title
    self.dataDescription = dataDescription
    self.foldsDescription = foldsDescription
    self.splits = splits
    self.combinations = combinations
    self.results = results
    self.comparisons = comparisons
    self.command = command
  }
}
