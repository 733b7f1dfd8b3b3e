import Evaluation
import Foundation
import Testing

@testable import Studies

@Suite("Tables and plots of single labels")
struct LabelTableTests {
  private func table(_ data: ReportData) -> String {
    LabelTable(data: data, scores: ReportScores(data)).html(of: "a")
  }

  @Test("A label's row: counts, prevalence, AUROC with the corrected interval, average precision")
  func labelRow() {
    let table = table(
      ReportSample.oneLabel(auroc: [0.8, 0.84], positives: [10, 12], negatives: [40, 38]))
    // 22 of 100; mean 0.82, SD 0.0283, t(1) 12.706, √(1/2 + 0.25) 0.866: ± 0.311, at most 1.
    #expect(table.contains("<td data-key=\"11.0\">10 to 12 of 50</td>"))
    #expect(table.contains("data-key=\"0.22\">0.220</td>"))
    #expect(table.contains(">0.820 <span class=\"sd\">0.509 to 1.000</span></td>"))
    #expect(table.contains(">0.820</td><td class=\"words\"></td>"))
  }

  @Test("Few positives are said, and what is undefined, with the reason and the split")
  func notes() {
    let few = table(ReportSample.oneLabel(auroc: [0.8, 0.84], positives: [9, 12]))
    #expect(few.contains("too few positives (9 to 12 a test subset) for a sure score"))
    #expect(
      !table(ReportSample.oneLabel(auroc: [0.8, 0.84], positives: [10, 12])).contains("too few"))
    let undefined = table(ReportSample.oneLabel(auroc: [0.8, nil], positives: [12, 0]))
    #expect(
      undefined.contains(
        "AUROC and average precision undefined in s2 (no case is positive), where no macro mean"))
    #expect(undefined.contains("<small class=\"sd\">(1 of 2 splits)</small>"))
    let never = ReportSample.oneLabel(auroc: [nil, nil], positives: [0, 0])
    #expect(
      table(never).contains(
        "AUROC and average precision undefined in every split (no case is positive)"))
    #expect(table(never).contains("<td data-key=\"\"><span class=\"none\""))
    #expect(
      table(ReportSample.oneLabel(auroc: [nil, 0.9], positives: [12, 12], negatives: [0, 12]))
        .contains(
          "average precision undefined in s1 (no case is negative)"))
  }

  @Test("The labels of a combination that is scored on fewer cases are counted among those")
  func ownCounts() {
    var data = ReportSample.oneLabel(auroc: [0.8, 0.84], positives: [12, 12])
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

  @Test("The cases of each label: all, and the least and most of each subset")
  func counts() {
    var data = ReportSample.oneLabel(auroc: [0.8, 0.84], positives: [9, 12])
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
