import Basics
import EncoderZoo
import Evaluation
import Foundation
import Registry
import Studies
import Training

/// What the studies have found so far.
struct PaperResults {
  /// One finished comparison.
  struct Comparison {
    let scores: StudyResults
    let epochs: [EpochRow]
    /// The combinations by what they read.
    let combinations: [Combination]

    /// The combination of an image branch, a text branch and a head, by their names; nil stands for none of the
    /// encoders, or for the only head.
    func name(image: String? = nil, text: String? = nil, head: String? = nil) -> String? {
      combinations.first {
        $0.image?.name == image && $0.text?.name == text && (head == nil || $0.head.name == head)
      }?.name
    }

    /// A metric of one combination on every split, in their order.
    func values(_ name: String) -> [Double] { scores.values(.accuracy, of: name) }

    /// Test cases by training cases, the mean over the splits.
    var testRatio: Double { ratio(\.test) }

    /// Validation cases by training cases, the mean over the splits.
    var validationRatio: Double { ratio(\.validation) }

    private func ratio(_ subset: KeyPath<StudyResults.FoldCounts, Int>) -> Double {
      mean(scores.counts.map { Double($0[keyPath: subset]) / Double(max(1, $0.training)) }) ?? 0
    }

    /// The accuracy on a subset after an epoch, split by split; the last one where nil.
    func accuracies(_ name: String, on subset: ResultSubset, epoch: Int? = nil) -> [Double] {
      let rows = epochs.filter {
        $0.combination == name && $0.subset == subset && $0.metric == .score(.accuracy)
      }
      let last = epoch ?? rows.map(\.epoch).max()
      return scores.folds.compactMap { fold in
        rows.first { $0.split == fold && $0.epoch == last }?.value
      }
    }
  }

  let studies: PaperStudies
  let zoo: Zoo
  let progress: ProgressReporter
  /// The comparisons that are finished.
  let comparisons: [PaperStudy: Comparison]
  /// What is different from the paper's own data, in sentences, each once.
  let differences: [String]
  /// Whether all cases were made by a program.
  let isSynthetic: Bool

  /// Reads the folders of the studies.
  ///
  /// - Throws: `ZooError` for results that are damaged.
  init(_ studies: PaperStudies, zoo: Zoo, progress: ProgressReporter) throws {
    self.studies = studies
    self.zoo = zoo
    self.progress = progress
    var found: [PaperStudy: Comparison] = [:]
    var sentences: [String] = []
    var kinds: Set<Bool> = []
    for study in PaperStudy.allCases {
      let resolved = try studies.resolved(study)
      for sentence in resolved.differences where !sentences.contains(sentence) {
        sentences.append(sentence)
      }
      kinds.insert(resolved.isSynthetic)
      let folder = "\(studies.places.output)/\(study.rawValue)"
      guard !study.isModel, FileManager.default.fileExists(atPath: "\(folder)/report.html") else {
        continue
      }
      found[study] = Comparison(
        scores: try StudyResults(contentsOf: folder),
        epochs: try EpochsFile.read("\(folder)/epochs.csv"),
        combinations: try zoo.specification(resolved.study).combinations)
    }
    comparisons = found
    differences = sentences
    isSynthetic = kinds == [true]
  }

  /// The folder of a study's run.
  func folder(_ study: PaperStudy) -> String { "\(studies.places.output)/\(study.rawValue)" }
}
