import Evaluation
import Foundation
import Pages
import TestSupport
import Testing

@testable import Studies

@Suite("The report page")
struct ReportPageTests {
  @Test("One encoder from several weights is drawn in one figure, a line for each of them")
  func transfer() {
    var data = ReportSample.data()
    #expect(!ReportPage(data).html.contains("Transfer:"))
    data.combinations[0].family = "image"
    data.combinations[0].name = "image random"
    var other = data.combinations[0]
    other.name = "image <mine>"
    other.weights = "mine"
    data.combinations.insert(other, at: 1)
    data.epochs = data.epochs.flatMap { row -> [EpochRow] in
      guard row.combination == "image" else { return [row] }
      var (first, second) = (row, row)
      first.combination = "image random"
      second.combination = "image <mine>"
      return [first, second]
    }
    let page = ReportPage(data).html
    #expect(page.contains("Transfer: the same encoder from other weights"))
    #expect(page.contains("class=\"curve weights-1\""))
    #expect(page.contains("class=\"curve weights-2\""))
    #expect(page.contains(">&lt;mine&gt;</text>"))
    #expect(page.contains("on cases it has not seen"))
    // A model whose weights knew the images has seen them, and that stands before the scores.
    data.warnings = ["image <mine>: its weights were trained on 3 of the images."]
    let warned = ReportPage(data).html
    #expect(warned.contains("<strong>Mind:</strong> image &lt;mine&gt;: its weights"))
    #expect(!warned.contains("on cases it has not seen"))
    #expect(unbalancedTag(warned) == nil)
    #expect(unbalancedTag(page) == nil)
  }

  @Test(
    "What learnt from the validation subset is not chosen by it, and a missing side has its table")
  func taught() {
    var data = ReportSample.data()
    #expect(ReportPage(data).headline.selected == "multimodal")
    #expect(!ReportPage(data).html.contains("When one side is missing"))
    data.fittedOnValidation = ["multimodal"]
    #expect(ReportPage(data).headline.selected == "text")
    for (index, split) in data.splits.enumerated() {
      data.results.append(
        ResultRow(
          combination: "multimodal", split: split, subset: .missingModality(.image),
          metric: .score(.accuracy), value: index % 2 == 0 ? 0.5 : 0.7))
    }
    let page = ReportPage(data).html
    #expect(page.contains("<a href=\"#one-sided\">One side missing</a>"))
    #expect(page.contains("0.600<br><small class=\"sd\">−"))
    #expect(unbalancedTag(page) == nil)
  }

  /// Set `ENCODERZOO_REPORT_SAMPLE` to a path to look at the page.
  @Test("Twelve combinations: a matrix of pairs, folded charts and lists, sorted columns")
  func large() throws {
    let page = ReportPage(ReportSample.large()).html
    #expect(unbalancedTag(page) == nil)
    #expect(page.contains("<table class=\"matrix\">"))
    #expect(page.contains("<summary>All 66 pairs</summary>"))
    #expect(page.contains("<summary>Each combination against each baseline (24)</summary>"))
    #expect(page.contains("<summary>Accuracy by epoch (12 charts)</summary>"))
    #expect(page.contains("<summary>At a threshold fitted on validation</summary>"))
    #expect(page.contains("data-number>F1"))
    #expect(page.contains("significantly better than always answering “abnormal”"))
    if let path = ProcessInfo.processInfo.environment["ENCODERZOO_REPORT_SAMPLE"] {
      try page.write(toFile: path, atomically: true, encoding: .utf8)
    }
  }

  @Test("Equal data give equal bytes, and no date unless one is given")
  func deterministic() {
    let data = ReportSample.data()
    #expect(ReportPage(data).html == ReportPage(data).html)
    #expect(!ReportPage(data).html.contains("2026"))
    var dated = data
    dated.date = "2026-11-23"
    #expect(ReportPage(dated).html.contains("EncoderZoo comparison · 2026-11-23"))
  }

  @Test("The order of the rows does not show")
  func rowOrder() {
    var data = ReportSample.data()
    let page = ReportPage(data).html
    data.results.reverse()
    data.epochs.reverse()
    #expect(ReportPage(data).html == page)
  }

  @Test("The page asks for nothing from outside; its only script sorts")
  func selfContained() {
    let page = ReportPage(ReportSample.data()).html
    #expect(page.components(separatedBy: "<script").count == 2)
    for forbidden in [
      "fetch(", "XMLHttpRequest", "eval(", "src=", "@import", "url(", "http:", "javascript:",
    ] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
    // The only address is the policy's; the style sheet's sources are named in code alone.
    #expect(!page.contains("https:"))
    #expect(page.contains("default-src 'none'"))
  }

  @Test("Every text from outside is escaped")
  func escaping() {
    let hostile = "<img src=x onerror=\"a('&')\">\u{1}"
    var data = ReportSample.data(splitCount: 3)
    func spoil(_ text: String) -> String { text == "text" ? hostile : text }
    data.title = hostile
    data.date = hostile
    data.dataDescription = hostile
    data.foldsDescription = hostile
    data.command = hostile
    data.counts = [PageFact(hostile, hostile)]
    data.settings = data.counts
    data.environment = data.counts
    data.limits = [hostile]
    data.labels = [hostile, hostile]
    data.leftOut = [ReportLeftOutCase(identifier: hostile, reason: hostile)]
    data.baselines = [ReportBaseline(name: "majority class", summary: hostile)]
    data.splits = data.splits.map { $0 + hostile }
    data.results = data.results.map { row in
      var row = row
      row.combination = spoil(row.combination)
      row.split += hostile
      return row
    }
    data.epochs = data.epochs.map { row in
      var row = row
      row.combination = spoil(row.combination)
      return row
    }
    data.combinations[1].name = hostile
    data.combinations[1].imageEncoder = hostile
    data.combinations[1].weights = hostile
    data.combinations[1].textEncoder = hostile
    data.combinations[1].fusionHead = hostile
    data.comparisons = PairComparisons(
      names: data.combinations.map(\.name), rows: data.results, metric: .accuracy,
      testToTrainingRatio: 0.28)
    let page = ReportPage(data).html
    #expect(!page.contains("<img"))
    #expect(!page.contains("\u{1}"))
    #expect(page.contains("&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;\u{fffd}"))
    #expect(unbalancedTag(page) == nil)
  }

  @Test("Every element that is opened is closed", arguments: [1, 2, 3, 10])
  func balanced(splitCount: Int) {
    #expect(unbalancedTag(ReportPage(ReportSample.data(splitCount: splitCount)).html) == nil)
  }

  @Test("A study without results, epochs and baselines still makes a page")
  func bare() {
    var data = ReportSample.data(withBaselines: false)
    data.results = []
    data.epochs = []
    data.leftOut = []
    data.comparisons = PairComparisons(
      names: data.combinations.map(\.name), rows: [], metric: .auroc, testToTrainingRatio: 0.25)
    let page = ReportPage(data).html
    #expect(unbalancedTag(page) == nil)
    #expect(page.contains("No combination has a validation score"))
    #expect(page.contains("No case was left out."))
    #expect(page.contains("No two combinations are compared."))
    #expect(!page.contains("Learning curves"))
    #expect(!page.contains("nan") && !page.contains("inf<"))
  }

  @Test("Synthetic data are called so, real data not")
  func synthetic() {
    var data = ReportSample.data()
    #expect(!ReportPage(data).html.contains("Synthetic data"))
    data.isSynthetic = true
    #expect(ReportPage(data).html.contains("<strong>Synthetic data.</strong>"))
  }

  @Test("The table has mean ± SD, the best in bold, and dashes where nothing is defined")
  func scoreTable() {
    var data = ReportSample.data(splitCount: 2, withBaselines: false)
    func row(_ name: String, _ split: String, _ metric: ScoreMetric, _ value: Double?) -> ResultRow
    {
      ResultRow(
        combination: name, split: split, subset: .test, metric: .score(metric), value: value)
    }
    data.results = [
      row("image", "r1f1", .accuracy, 0.75), row("image", "r1f2", .accuracy, 0.85),
      row("text", "r1f1", .accuracy, 0.9), row("text", "r1f2", .accuracy, 0.9),
      row("text", "r1f1", .logLoss, 0.5), row("image", "r1f1", .logLoss, 0.4),
      row("text", "r1f1", .auroc, 0.95), row("text", "r1f2", .auroc, nil),
    ]
    let table = ReportTables(data: data, scores: ReportScores(data), selected: nil).scoreTable
      .replacing(#/ data-key="[^"]*"/#, with: "")
    #expect(table.contains("<td>0.800 <span class=\"sd\">±\u{a0}0.071</span></td>"))
    #expect(table.contains("<td><b>0.900</b> <span class=\"sd\">±\u{a0}0.000</span></td>"))
    #expect(table.contains("<td><b>0.400</b></td>"))
    #expect(table.contains("<td>0.500</td>"))
    #expect(
      table.contains("<td><b>0.950</b> <small class=\"sd\">(1 of 2 splits)</small></td>"))
    #expect(table.contains("<span class=\"none\" title=\"undefined\">–</span>"))
    #expect(table.contains("Mean ± standard deviation (SD) over 2 splits."))
  }

  @Test("Who calls every case alike is not the best by sensitivity")
  func constantAnswer() {
    let data = ReportSample.data()
    let table = ReportTables(data: data, scores: ReportScores(data), selected: nil).scoreTable
      .replacing(#/ data-key="[^"]*"/#, with: "")
    #expect(table.contains("<td>1.000 "))
    #expect(!table.contains("<b>1.000</b>"))
  }

  @Test("The page is written whole")
  func written() throws {
    try withTemporaryFolder { folder in
      let page = ReportPage(ReportSample.data(splitCount: 2))
      try page.write(to: "\(folder)/report.html")
      let text = try String(contentsOfFile: "\(folder)/report.html", encoding: .utf8)
      #expect(text == page.html)
    }
  }
}
