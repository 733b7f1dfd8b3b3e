import Basics
import Foundation
import TestSupport
import Testing

@testable import Pages

@Suite("The shell of every page")
struct PageTests {
  private static func page() -> Page {
    var page = Page(
      eyebrow: "a <kind>", title: "<b>t</b>", lede: "<em>l</em>", content: "<p>c</p>\n",
      files: ["a.csv", "b<.csv", "c.json"])
    page.head =
      PageParts.warnings(["w<", "x"], strong: "Mind:") + PageParts.notice("n", strong: "S.")
    page.style = "i { color: red; }\n"
    page.scripts = [Page.Script("{}", id: "data", type: "application/json"), SortableTable.script]
    return page
  }

  @Test("Texts are escaped, tags are balanced, nothing is asked for from outside")
  func shell() {
    let html = Self.page().html
    #expect(unbalancedTag(html) == nil)
    #expect(html.contains("<h1>&lt;b&gt;t&lt;/b&gt;</h1>") && html.contains("<em>l</em>"))
    #expect(html.contains("<title>&lt;b&gt;t&lt;/b&gt; · EncoderZoo</title>"))
    #expect(
      html.contains("<code>a.csv</code>, <code>b&lt;.csv</code> and <code>c.json</code> beside it"))
    #expect(html.contains("<p><strong>Mind:</strong> w&lt;</p>"))
    #expect(html.contains("<script type=\"application/json\" id=\"data\">\n{}\n</script>"))
    for address in ["src=\"http", "href=\"http", "url(", "@import", "fetch(", "XMLHttp"] {
      #expect(!html.contains(address), "\(address)")
    }
  }

  @Test("A page without scripts may run none; pictures beside it are asked for only where they are")
  func policy() {
    var page = Self.page()
    #expect(page.html.contains("img-src data:; script-src 'unsafe-inline'\">"))
    page.scripts = []
    page.hasPicturesBeside = true
    #expect(page.html.contains("img-src 'self' data: file:\">"))
  }

  @Test("What there is none of leaves nothing")
  func parts() {
    #expect(PageParts.facts([]).isEmpty && PageParts.warnings([]).isEmpty)
    #expect(PageParts.box("a<", "t", isTall: true).contains("class=\"scroll tall\" tabindex=\"0\""))
    #expect(PageParts.box("a", "t", id: "i", isHidden: true).contains("id=\"i\" tabindex"))
  }

  @Test("A name may be broken behind its joints")
  func breaks() { #expect(breakable("a+b_c/<d>-e") == "a+<wbr>b_<wbr>c/<wbr>&lt;d&gt;-e") }

  @Test("A long name keeps its beginning and its end")
  func short() {
    #expect(shortened("abcdefghij", to: 10) == "abcdefghij")
    #expect(shortened("abcdefghij", to: 5) == "ab…ij")
  }

  @Test("A line chart has a line and a legend for each curve, and says where they end")
  func chart() {
    let chart = LineChart(
      title: "t<", xTitle: "x",
      curves: [
        .init(label: "one", points: [(0, 0.25), (1, 0.5)], control: [(0, 0.1), (1, 0.2)]),
        .init(label: "two", points: [(0, 1), (1, 0)]),
      ])
    #expect(unbalancedTag(chart.panel) == nil)
    #expect(chart.panel.contains("one ends at 0.500; two ends at 0.000."))
    #expect(chart.panel.contains("curve weights-1 partial"))
    #expect(chart.legend.components(separatedBy: "<li>").count == 3)
  }
}
