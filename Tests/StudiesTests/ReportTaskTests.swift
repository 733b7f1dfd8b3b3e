import Basics
import Datasets
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("The report of several classes and of several labels")
struct ReportTaskTests {
  /// Set `ENCODERZOO_REPORT_SAMPLES` to a folder to look at the pages.
  @Test(
    "Pages of each task are whole",
    arguments: ["classes", "labels", "many labels", "many classes"])
  func pages(kind: String) throws {
    let many = (1...12).map { "net-\($0)-imagenet-and-more+word2vec-and-more-words concat" }
    let data =
      switch kind {
      case "classes": ReportSample.multiClass()
      case "labels": ReportSample.multiLabel()
      case "many labels":
        ReportSample.multiLabel(
          labels: ReportSample.findings + (7...14).map { "Finding number \($0)" }, names: many)
      default:
        ReportSample.multiClass(labels: (1...10).map { "class \($0)" }, names: many)
      }
    let page = ReportPage(data).html
    #expect(unbalancedTag(page) == nil)
    #expect(!page.contains("nan") && !page.contains("inf<"))
    if let folder = ProcessInfo.processInfo.environment["ENCODERZOO_REPORT_SAMPLES"] {
      try page.write(toFile: "\(folder)/\(kind).html", atomically: true, encoding: .utf8)
    }
  }

  @Test("The columns are the task's, with the losses named, and the compared metric among them")
  func columns() {
    func table(_ data: ReportData) -> String {
      ReportTables(data: data, scores: ReportScores(data), selected: nil).scoreTable
    }
    let labels = table(ReportSample.multiLabel())
    for head in ["Macro AUROC", "mAP", "Micro AUROC", "Macro F1", "Exact match", "Hamming loss"] {
      #expect(labels.contains("data-number>\(head)<"), "\(head)")
    }
    #expect(
      labels.contains("Lower is better for Hamming loss and log loss, higher for all others."))
    #expect(!labels.contains("sensitivity"))
    let classes = table(ReportSample.multiClass())
    for head in ["Accuracy", "Balanced accuracy", "Macro F1", "Macro AUROC", "Cohen's kappa"] {
      #expect(classes.contains("data-number>\(head)<"), "\(head)")
    }
    #expect(classes.contains("Lower is better for log loss, higher for all others."))
    var other = ReportSample.multiClass()
    other.comparisons = PairComparisons(
      names: other.combinations.map(\.name), rows: other.results, metric: .quadraticKappa,
      testToTrainingRatio: 0.25)
    #expect(
      ReportTables(data: other, scores: ReportScores(other), selected: nil).columns.count == 7)
  }

  @Test("The confusion matrix: counts, shares of the row, and a class without cases")
  func confusion() {
    let table = ConfusionTable(
      labels: ["a", "b", "c"],
      counts: MulticlassCounts(
        labels: [Int](repeating: 0, count: 250) + [1, 1],
        answers: [1] + [Int](repeating: 0, count: 249) + [1, 2], classCount: 3),
      name: "net"
    ).html
    #expect(
      table.contains(
        "<td class=\"share right\" style=\"--share:1.00\">249<span class=\"sd\">&gt;\u{202f}99"))
    #expect(table.contains(">1<span class=\"sd\">&lt;\u{202f}1\u{202f}%</span>"))
    #expect(table.contains("<td class=\"sum\">250</td>"))
    #expect(table.contains("style=\"--share:0.50\">1<span class=\"sd\">50\u{202f}%</span>"))
    #expect(
      table.contains("<td class=\"share right\" style=\"--share:0.00\">0<span class=\"sd\">–"))
  }

  @Test(
    "The most probable class of each case is read from its rows; rows that are none are refused")
  func answers() throws {
    func row(_ id: String, _ label: String, _ isPositive: Bool, _ logit: Double) -> LogitsFile.Row {
      LogitsFile.Row(subset: .test, id: id, label: label, isPositive: isPositive, logit: logit)
    }
    let rows = [
      row("1", "a", true, 0.5), row("1", "b", false, 2), row("2", "a", false, 1),
      row("2", "b", true, 1),
    ]
    let read = try ClassAnswers(rows, classes: ["a", "b"], path: "logits.csv")
    #expect(read.labels == [0, 1] && read.answers == [1, 0])
    for wrong in [
      Array(rows.dropLast()), [rows[1], rows[0]], [rows[0], rows[3]],
      [row("1", "a", false, 0), row("1", "b", false, 0)],
    ] {
      let error = errorText {
        _ = try ClassAnswers(wrong, classes: ["a", "b"], path: "logits.csv")
      }
      #expect(error.contains("other rows than one for each class"))
    }
  }

  @Test(
    "Thresholds: one for each label, with the reason where it is 0.5 by default; none of classes")
  func thresholds() {
    var data = ReportSample.oneLabel(auroc: [0.8, 0.84], positives: [12, 12])
    for (split, value) in zip(data.splits, [0.5, 0.31]) {
      for (metric, value) in [
        (ResultMetric.thresholdOf("Mass"), value), (.label(.f1, "Mass"), 0.7),
      ] {
        data.results.append(
          ResultRow(
            combination: "a", split: split, subset: .fitted(.test), metric: metric, value: value))
      }
    }
    data.labelCounts.subsets[.validation] = [
      [.init(positives: 0, negatives: 9)], [.init(positives: 2, negatives: 7)],
    ]
    let labels = ReportPage(data).html
    #expect(labels.contains("At thresholds fitted on validation, one for each label"))
    #expect(labels.contains("<td class=\"apart\">0.31–0.50</td>"))
    #expect(labels.contains("<td>0.700<span class=\"sd\">at 0.5: –</span></td>"))
    #expect(labels.contains("0.5 by default in s1 (no case is positive in the validation subset)"))
    let classes = ReportPage(ReportSample.multiClass()).html
    #expect(!classes.contains("fitted on validation"))
  }

  @Test("The answer's sentences fit several labels and classes")
  func sentences() {
    let labels = ReportPage(ReportSample.multiLabel())
    #expect(labels.headline.plainAnswer.contains("test macro AUROC"))
    #expect(
      labels.headline.plainAnswer.contains(
        "significantly better than always giving each label its commoner answer (0.500)"))
    #expect(
      labels.headline.findings.last
        == "Compared by macro AUROC, in which every label counts alike, the rare as much as the "
        + "common. “metric” in the study chooses another.")
    let classes = ReportPage(ReportSample.multiClass())
    #expect(classes.headline.plainAnswer.contains("always answering “frontal, female”"))
    var open = ReportSample.multiClass()
    open.baselines[0].constantAnswer = ""
    #expect(
      ReportPage(open).headline.plainAnswer.contains("always answering with the commonest class"))
  }

  @Test("Why the metric was chosen, by task; nothing where the study names it")
  func reason() {
    func reason(_ task: TaskKind, _ metric: ScoreMetric, isNamed: Bool = false) -> String {
      StudyTables.metricReason(
        metric, task, labels: ["a", "b", "c"], counts: [60, 35, 5], caseCount: 100,
        isNamed: isNamed)
    }
    #expect(
      reason(.multiClass, .macroAUROC)
        == "Compared by macro AUROC, in which every class counts alike, since no more than 5 of the "
        + "100 cases are “c”: accuracy would hardly tell whether these are found. “metric” in the "
        + "study chooses another.")
    #expect(
      reason(.binary, .auroc)
        == "Compared by AUROC, since 60 of the 100 cases are “a”: accuracy would reward calling every "
        + "case so. “metric” in the study chooses another.")
    #expect(reason(.multiClass, .accuracy).isEmpty)
    #expect(reason(.multiLabel, .macroAUROC, isNamed: true).isEmpty)
  }

  @Test("Learning curves and missing modalities show the task's metrics")
  func otherSections() {
    var data = ReportSample.multiLabel()
    for split in data.splits {
      for metric in [ScoreMetric.macroAUROC, .macroAveragePrecision] {
        data.results.append(
          ResultRow(
            combination: "multimodal", split: split, subset: .missingModality(.image),
            metric: .score(metric), value: 0.7))
      }
    }
    let page = ReportPage(data).html
    #expect(page.contains("Macro AUROC by epoch"))
    #expect(!page.contains("Accuracy by epoch"))
    #expect(page.contains("colspan=\"3\">macro AUROC</th>"))
    #expect(page.contains("colspan=\"3\">mean average precision (mAP)</th>"))
  }

  @Test(
    "Curves of several labels by their former name are drawn with today's; other tasks keep theirs")
  func formerCurves() {
    let old = EpochRow(
      combination: "a", split: "s1", epoch: 1, subset: .validation, metric: .score(.auroc),
      value: 0.7)
    #expect(StudyTables.named(old, .multiLabel).metric == .score(.macroAUROC))
    #expect(StudyTables.named(old, .binary) == old)
    var kept = old
    kept.metric = .score(.logLoss)
    #expect(StudyTables.named(kept, .multiLabel) == kept)
  }

  @Test("Names of labels are escaped wherever they stand")
  func escaping() {
    let hostile = "<img src=x onerror=\"a('&')\">"
    var labels = ReportSample.findings
    labels[1] = hostile
    labels[5] = hostile + "2"
    for data in [
      ReportSample.multiLabel(labels: labels), ReportSample.multiClass(labels: labels),
    ] {
      var data = data
      data.baselines[0].constantAnswer = hostile
      let page = ReportPage(data).html
      #expect(!page.contains("<img"))
      #expect(unbalancedTag(page) == nil)
    }
  }
}
