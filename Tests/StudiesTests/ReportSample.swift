import Basics
import Evaluation
import Foundation
import Pages
import Studies

/// A study with invented numbers, for the tests of the report.
enum ReportSample {
  /// Three combinations and two baselines over ten splits; seeded.
  static func data(splitCount: Int = 10, withBaselines: Bool = true) -> ReportData {
    let names = ["image", "text", "multimodal"]
    let splits = (0..<splitCount).map { "r\($0 / 5 + 1)f\($0 % 5 + 1)" }
    var rows: [ResultRow] = []
    var epochs: [EpochRow] = []
    for (index, level) in [0.845, 0.93, 0.955].enumerated() {
      for (number, split) in splits.enumerated() {
        var draw = RandomStream(seed: 5).derived(index).derived(number)
        let shift = 0.012 * RandomStream(seed: 9).derived(number).normalOnce()
        for subset in [ResultSubset.validation, .test] {
          rows += metrics(
            names[index], split, subset, level: level + shift + 0.008 * draw.normal(), &draw)
        }
        epochs += curve(names[index], split, level: level + shift, &draw)
      }
    }
    if withBaselines {
      for (name, level) in [("majority class", 0.504), ("TF-IDF + logistic regression", 0.892)] {
        for (number, split) in splits.enumerated() {
          var draw = RandomStream(seed: 6).derived(name).derived(number)
          rows += metrics(name, split, .test, level: level + 0.01 * draw.normal(), &draw)
        }
      }
    }
    var data = ReportData(
      title: "Radiograph, report, or both?",
      dataDescription: "Invented numbers, for the tests of the report.",
      foldsDescription: "5 folds, stratified by label, grouped by patient, repeated twice; "
        + "10 % of each training subset is cut off for validation.",
      splits: splits,
      combinations: [
        ReportCombination(
          name: "image", imageEncoder: "ResNet-18", weights: "random",
          parameterCount: 11_170_753, seconds: 512),
        ReportCombination(
          name: "text", textEncoder: "1-D CNN on Word2Vec", parameterCount: 982_301, seconds: 41.2),
        ReportCombination(
          name: "multimodal", imageEncoder: "ResNet-18", weights: "random",
          textEncoder: "1-D CNN on Word2Vec", fusionHead: "concatenate, dense 512",
          parameterCount: 12_563_201, seconds: 3_912),
      ],
      results: rows,
      comparisons: PairComparisons(
        names: names, rows: rows, metric: .accuracy, testToTrainingRatio: 0.28),
      command: "zoo compare study.json --output results")
    if withBaselines {
      data.baselines = [
        ReportBaseline(
          name: "majority class", summary: "Answers every case with the more frequent class."),
        ReportBaseline(
          name: "TF-IDF + logistic regression",
          summary: "Weighted word counts of the text and a linear model (C = 1)."),
      ]
    }
    data.labels = ["normal", "abnormal"]
    data.epochs = epochs
    data.counts = [
      PageFact("cases", "818"), PageFact("abnormal", "412"), PageFact("normal", "406"),
      PageFact("patients", "790"),
    ]
    data.leftOut = [
      ReportLeftOutCase(identifier: "00000165_001", reason: "pairs.csv:6: the text is empty"),
      ReportLeftOutCase(
        identifier: "00000193_019",
        reason: "images/00000193_019.png: truncated; 4,096 bytes where 51,233 are expected"),
    ]
    data.settings = [
      PageFact("optimiser", "Adam, learning rate 0.001"), PageFact("epochs", "12 at most"),
      PageFact("early stopping", "validation log loss, patience 3"),
      PageFact("threshold", "0.5"), PageFact("seed", "1"),
    ]
    data.environment = [
      PageFact("EncoderZoo", "0.1.0"), PageFact("processor", "AMD EPYC (Zen 4), AVX-512"),
      PageFact("threads", "2"), PageFact("kernels", "oneDNN 2.6.3, OpenBLAS 0.3.21"),
    ]
    return data
  }

  /// Twelve combinations with names of up to 80 characters, over five splits; one fitted threshold each.
  static func large() -> ReportData {
    let images = [
      "densenet121-imagenet-224-pixels-augmented", "densenet121-chestxray14-224-pixels-augmented",
    ]
    let texts = ["word2vec", "glove-6b-300d-lower-case-frozen"]
    var names = images + texts
    for image in images {
      for text in texts {
        for head in ["concat", "gated"] { names.append("\(image)+\(text) \(head)") }
      }
    }
    names = names.map { String($0.prefix(80)) }
    let splits = (1...5).map { "r1f\($0)" }
    var rows: [ResultRow] = []
    var epochs: [EpochRow] = []
    let baselines = [("majority class", 0.504), ("TF-IDF + logistic regression", 0.892)]
    for (index, name) in names.enumerated() {
      let level = 0.84 + 0.01 * Double(index)
      for (number, split) in splits.enumerated() {
        var draw = RandomStream(seed: 15).derived(index).derived(number)
        let own = level + 0.012 * draw.normal()
        for subset in [ResultSubset.validation, .test, .fitted(.test)] {
          rows += metrics(name, split, subset, level: own, &draw)
        }
        rows.append(threshold(name, split, 0.3 + 0.4 * draw.uniform()))
        epochs += curve(name, split, level: own, &draw)
      }
    }
    for (name, level) in baselines {
      for (number, split) in splits.enumerated() {
        var draw = RandomStream(seed: 16).derived(name).derived(number)
        for subset in [ResultSubset.validation, .test, .fitted(.test)] {
          rows += metrics(name, split, subset, level: level + 0.01 * draw.normal(), &draw)
        }
        rows.append(threshold(name, split, 0.5))
      }
    }
    var data = data()
    data.splits = splits
    data.combinations = names.map {
      ReportCombination(name: $0, parameterCount: 6_966_034, seconds: 512)
    }
    data.results = rows
    data.epochs = epochs
    data.validationCounts = [82, 83, 82, 83, 82]
    data.comparisons = PairComparisons(
      names: names, references: baselines.map(\.0), rows: rows, metric: .accuracy,
      testToTrainingRatio: 0.28)
    data.baselines[0].constantAnswer = "abnormal"
    return data
  }

  private static func threshold(_ name: String, _ split: String, _ value: Double) -> ResultRow {
    ResultRow(
      combination: name, split: split, subset: .fitted(.test), metric: .threshold, value: value)
  }

  private static func metrics(
    _ name: String, _ split: String, _ subset: ResultSubset, level: Double,
    _ draw: inout RandomStream
  ) -> [ResultRow] {
    let accuracy = min((level * 164).rounded() / 164, 1)
    let isConstant = level < 0.6
    let values: [(ScoreMetric, Double?)] = [
      (.accuracy, accuracy),
      (.auroc, isConstant ? 0.5 : min(accuracy + 0.05 + 0.005 * draw.normal(), 1)),
      (.sensitivity, isConstant ? 1 : min(accuracy + 0.02 * draw.normal(), 1)),
      (.specificity, isConstant ? 0 : min(accuracy + 0.02 * draw.normal(), 1)),
      (.precision, isConstant ? accuracy : min(accuracy + 0.02 * draw.normal(), 1)),
      (.f1, isConstant ? 0.67 : min(accuracy + 0.01 * draw.normal(), 1)),
      (.logLoss, 0.12 + 2 * (1 - accuracy) * 0.6 + 0.01 * draw.normal()),
    ]
    return values.map { metric, value in
      ResultRow(
        combination: name, split: split, subset: subset, metric: .score(metric), value: value)
    }
  }

  private static func curve(
    _ name: String, _ split: String, level: Double, _ draw: inout RandomStream
  ) -> [EpochRow] {
    (1...(8 + draw.below(5))).flatMap { epoch -> [EpochRow] in
      let rise = 1 - exp(-Double(epoch) / 2.2)
      let training = min(0.55 + (level + 0.04 - 0.55) * rise + 0.004 * draw.normal(), 1)
      let validation = min(0.55 + (level - 0.55) * rise + 0.012 * draw.normal(), 1)
      return [(ResultSubset.training, training), (.validation, validation)].flatMap {
        subset, value in
        [
          EpochRow(
            combination: name, split: split, epoch: epoch, subset: subset,
            metric: .score(.accuracy),
            value: value),
          EpochRow(
            combination: name, split: split, epoch: epoch, subset: subset,
            metric: .score(.logLoss),
            value: 0.1 + 1.3 * (1 - value)),
        ]
      }
    }
  }
}

extension RandomStream {
  /// A normal draw from a stream that is used once.
  fileprivate func normalOnce() -> Double {
    var copy = self
    return copy.normal()
  }
}
