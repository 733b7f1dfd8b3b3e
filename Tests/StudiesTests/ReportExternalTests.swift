import Basics
import Evaluation
import TestSupport
import Testing

@testable import Studies

@Suite("What the report says of other data")
struct ReportExternalTests {
  private func found(_ estimate: Double) -> Determined<ClusterBootstrap> {
    ClusterBootstrap.interval(
      CaseClusters([0, 1, 2]), resamples: 10, stream: .init(seed: 1)
    ) { _ in .value(estimate) }
  }

  private func figure(_ key: String, leftOut: Int = 0) -> ReportExternal.Figure {
    ReportExternal.Figure(
      key: key, title: key.uppercased(), inside: .value(0.9), outside: found(0.75),
      drop: key == "auroc" ? found(0.15) : .undefined(.noPositives), averaged: 10 - leftOut,
      leftOut: leftOut)
  }

  private func data(leftOut: Int = 0, isSynthetic: Bool = false) -> ReportData {
    var data = ReportSample.data()
    data.external = [
      ReportExternal(
        name: "the <north>", description: "a table", cases: 60, patients: 30,
        isSynthetic: isSynthetic,
        rows: [
          ("image", [figure("auroc", leftOut: leftOut), figure("sensitivity")]),
          ("multimodal", [figure("auroc"), figure("sensitivity")]),
        ], pages: [("r1f1", "external/north/r1f1/evaluation.html")], warnings: [])
    ]
    return data
  }

  @Test(
    "Internal, external and drop stand side by side, what is undefined with its reason, pages linked"
  )
  func table() {
    let html = ReportPage(data()).html
    #expect(html.contains("<h2 id=\"external-head\">Elsewhere</h2>"))
    #expect(html.contains("<h3>the &lt;north&gt;</h3>") && !html.contains("the <north>"))
    #expect(html.contains("60 cases of 30 patients"))
    #expect(html.contains("0.750<span class=\"sd\">0.750 to 0.750</span>"))
    #expect(html.contains("+0.150<span class=\"sd\">+0.150 to +0.150</span>"))
    #expect(html.contains("–<span class=\"sd\">no case is positive</span>"))
    #expect(html.contains("<a href=\"external/north/r1f1/evaluation.html\">r1f1</a>"))
    #expect(!html.contains("left out on both") && !html.contains("A program made these cases"))
    #expect(unbalancedTag(html) == nil)
    #expect(!ReportPage(ReportSample.data()).html.contains("Elsewhere"))
  }

  @Test(
    "Figures that are no mean of all, heads that learnt from validation, and made cases are said")
  func mindful() {
    var data = data(leftOut: 2, isSynthetic: true)
    data.fittedOnValidation = ["multimodal", "another"]
    let html = ReportPage(data).html
    #expect(html.contains("AUROC of image is the mean of 8 of 10"))
    #expect(html.contains("The head of multimodal learnt from the validation cases"))
    #expect(!html.contains("The head of another") && html.contains("A program made these cases"))
    #expect(unbalancedTag(html) == nil)
  }
}
