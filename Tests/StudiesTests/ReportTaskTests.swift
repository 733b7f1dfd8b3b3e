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

  /// Two combinations on two splits with a label whose AUROC is known.
  private func small(
    auroc: [Double?], positives: [Int], negatives: [Int] = [40, 40], label: String = "Mass"
  ) -> ReportData {
    let splits = ["s1", "s2"]
    let rows = zip(splits, auroc).flatMap { split, value in
      [ScoreMetric.auroc, .averagePrecision].map { metric in
        ResultRow(
          combination: "a", split: split, subset: .test, metric: .label(metric, label),
          value: value)
      }
    }
    var data = ReportData(
      title: "t", dataDescription: "d", foldsDescription: "f", splits: splits,
      combinations: [ReportCombination(name: "a")], results: rows,
      comparisons: PairComparisons(
        names: ["a"], rows: rows, metric: .macroAUROC, testToTrainingRatio: 0.25),
      command: "zoo compare")
    data.task = .multiLabel
    data.labels = [label]
    data.labelCounts = ReportLabelCounts(
      all: [.init(positives: 30, negatives: 70, unknown: 5)],
      subsets: [
        .test: zip(positives, negatives).map { [.init(positives: $0, negatives: $1)] }
      ])
    return data
  }

  private func table(_ data: ReportData) -> String {
    LabelTable(data: data, scores: ReportScores(data)).html(of: "a")
  }

  @Test("A label's row: counts, prevalence, AUROC with the corrected interval, average precision")
  func labelRow() {
    let table = table(small(auroc: [0.8, 0.84], positives: [10, 12], negatives: [40, 38]))
    // 22 of 100; mean 0.82, SD 0.0283, t(1) 12.706, √(1/2 + 0.25) 0.866: ± 0.311, at most 1.
    #expect(table.contains("<td data-key=\"11.0\">10 to 12 of 50</td>"))
    #expect(table.contains("data-key=\"0.22\">0.220</td>"))
    #expect(table.contains(">0.820 <span class=\"sd\">0.509 to 1.000</span></td>"))
    #expect(table.contains(">0.820</td><td class=\"words\"></td>"))
  }

  @Test("Few positives are said, and what is undefined, with the reason and the split")
  func notes() {
    let few = table(small(auroc: [0.8, 0.84], positives: [9, 12]))
    #expect(few.contains("too few positives (9 to 12 a test subset) for a sure score"))
    #expect(!table(small(auroc: [0.8, 0.84], positives: [10, 12])).contains("too few"))
    let undefined = table(small(auroc: [0.8, nil], positives: [12, 0]))
    #expect(
      undefined.contains(
        "AUROC and average precision undefined in s2 (no case is positive), where no macro mean"))
    #expect(undefined.contains("<small class=\"sd\">(1 of 2 splits)</small>"))
    let never = small(auroc: [nil, nil], positives: [0, 0])
    #expect(
      table(never).contains(
        "AUROC and average precision undefined in every split (no case is positive)"))
    #expect(table(never).contains("<td data-key=\"\"><span class=\"none\""))
    #expect(
      table(small(auroc: [nil, 0.9], positives: [12, 12], negatives: [0, 12])).contains(
        "average precision undefined in s1 (no case is negative)"))
  }

  @Test("The labels of a combination that is scored on fewer cases are counted among those")
  func ownCounts() {
    var data = small(auroc: [0.8, 0.84], positives: [12, 12])
    data.ownLabelCounts["a"] = ReportLabelCounts(
      all: [.init(positives: 6, negatives: 10)],
      subsets: [.test: [[.init(positives: 3, negatives: 5)], [.init(positives: 3, negatives: 5)]]])
    #expect(table(data).contains(">3 of 8</td>"))
  }

  @Test("A plot for each label on one scale, the constant baseline a line at chance")
  func plots() {
    let data = ReportSample.multiLabel()
    let plots = LabelPlots(data: data, scores: ReportScores(data), selected: "multimodal")
    #expect(plots.html.components(separatedBy: "<svg").count - 1 == 6)
    // Three combinations and the linear model.
    #expect(plots.rowCount == 24)
    #expect(plots.html.contains("class=\"chance\"") == plots.showsChance)
    #expect(plots.showsChance)
    #expect(!plots.html.contains("majority class"))
    #expect(plots.html.contains("Dot plot of test AUROC of Cardiomegaly, a dot for each split."))
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
    var data = small(auroc: [0.8, 0.84], positives: [12, 12])
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

  @Test("The cases of each label: all, and the least and most of each subset")
  func counts() {
    var data = small(auroc: [0.8, 0.84], positives: [9, 12])
    data.labelCounts.subsets[.training] = [
      [.init(positives: 20, negatives: 40, unknown: 2)], [.init(positives: 18, negatives: 40)],
    ]
    let table = ReportTables(data: data, scores: ReportScores(data), selected: nil).countTable
    #expect(table.contains("<td>30</td><td>70</td><td class=\"apart\">5</td>"))
    #expect(
      table.contains(
        "<td>18 to 20<span class=\"sd\">negative 40<br>unknown 0 to 2</span></td><td>–</td>"))
    #expect(
      ReportTables(
        data: ReportSample.data(), scores: ReportScores(ReportSample.data()), selected: nil
      )
      .countTable.isEmpty)
  }
}
