import Basics
import Foundation
import Pages
import TestSupport
import Testing

@testable import Explanation

@Suite("What a page shows first, and where its warnings stand")
struct ShownMapTests {
  /// One lone pixel speaks for the class: a signal, and no circle.
  private static let lone = map(224, 224, [(x: 40, y: 40, score: 1)])

  /// A path that adds up, or one that misses.
  private static func path(isComplete: Bool) -> PathSummary {
    PathSummary(
      PathAttribution(
        values: [isComplete ? 1 : 1.5], score: 1, baselineScore: 0, nodes: 8,
        isComplete: isComplete))
  }

  private static func explanation(
    _ maps: [(title: String, map: AttributionMap, isComplete: Bool)]
  ) throws -> CaseExplanation {
    let sample = try PageTests.explanation()
    return CaseExplanation(
      model: "m", labels: sample.labels, logit: sample.logit, picture: sample.picture,
      images: maps.map {
        ImageExplanation(
          method: $0.title, title: $0.title, map: $0.map, path: path(isComplete: $0.isComplete))
      }, text: nil, words: nil, joint: nil, settings: ExplanationSettings())
  }

  /// What stands between two places of a page.
  private func part(_ page: String, from start: String, to end: String) throws -> Substring {
    let from = try #require(page.range(of: start))
    let to = try #require(page[from.upperBound...].range(of: end))
    return page[from.upperBound..<to.lowerBound]
  }

  @Test("Where the first map has no circles, the first settled one that has is shown")
  func shown() throws {
    let bright = PageTests.map(224, 224, seed: 4)
    let explanation = try Self.explanation([
      ("lone", Self.lone, true), ("loose", bright, false), ("good", bright, true),
    ])
    let page = ExplanationPage(explanation)
    #expect(page.shownMap(explanation.sights) == 2)
    let html = try page.html()
    #expect(html.contains("<option selected>good</option>"))
    #expect(html.contains("<option>loose (not settled)</option>"))
    #expect(html.contains("<p id=\"instead\">lone: no circles: 1 signal, but nowhere 6 of them"))
    #expect(try !part(html, from: "<tbody id=\"circles\">", to: "</tbody>").isEmpty)
    let first = try Self.explanation([("loose", bright, false), ("good", bright, true)])
    #expect(ExplanationPage(first).shownMap(first.sights) == 0)
  }

  @Test("Where no map has circles, a sentence says why, and no empty table stands there")
  func nothing() throws {
    let html = try ExplanationPage(Self.explanation([("lone", Self.lone, true)])).html()
    #expect(html.contains("No circles: 1 signal, but nowhere 6 of them close together."))
    #expect(html.contains("aria-label=\"Circles\" hidden>"))
  }

  @Test(
    "Each way to have no circles has its sentence",
    arguments: [
      ([Float](repeating: -1, count: 63) + [-2], 0.7, "no pixel of this map speaks for abnormal."),
      ([Float](repeating: 0, count: 63) + [1], 1, "at sight sensitivity 1 no pixel is a signal."),
      ([Float](repeating: 2, count: 64), 0.7, "the map, or the picture, is the same everywhere."),
      (
        [Float](repeating: 0, count: 63) + [1], 0.7,
        "1 signal, but nowhere 6 of them close together."
      ),
    ])
  func sentences(values: [Float], sensitivity: Double, sentence: String) {
    let sight = Sight(
      AttributionMap(height: 8, width: 8, values: values), sensitivity: sensitivity)
    #expect(
      sight.emptiness(sensitivity: sensitivity, positive: "abnormal") == "No circles: " + sentence)
  }

  @Test("A warning stands beside the map that it is about, and the head only points there")
  func warnings() throws {
    let bright = PageTests.map(224, 224, seed: 4)
    let explanation = try Self.explanation([("loose", bright, false), ("good", bright, true)])
    let html = try ExplanationPage(explanation).html()
    let sentence = "loose: with 8 nodes the attributions still miss"
    #expect(try !part(html, from: "<header>", to: "</header>").contains(sentence))
    #expect(try part(html, from: "<header>", to: "</header>").contains("the maps</a> (1 of 2)"))
    #expect(try part(html, from: "id=\"map-note\"", to: "</div>").contains(sentence))
    #expect(explanation.warnings.count == 1)
  }

  @Test("Every colour of the page means one thing, in the light and in the dark")
  func colours() throws {
    let sheets = [ExplanationResource.sheet, PageResource.sheet]
    let blocks = sheets.map { $0.components(separatedBy: "prefers-color-scheme: dark") }
    #expect(blocks.allSatisfy { $0.count == 2 })
    for (own, every) in zip(blocks[0], blocks[1]) {
      var colours = try ["--for", "--against", "--image", "--text"].map { name in
        String(try part(own, from: "\(name): ", to: ";"))
      }
      colours.append(String(try part(every, from: "--note-rule: ", to: ";")))
      colours.append(try String(part(sheets[0], from: "--signal: ", to: ";")))
      #expect(Set(colours).count == colours.count, "\(colours)")
      for orange in ["#e69f00", "#b98300", "230 159 0", "186 120 0"] {
        #expect(!colours.dropFirst(2).contains(orange), "\(colours)")
      }
    }
    for rule in sheets[0].split(separator: "\n") where rule.contains(".bar") {
      #expect(!rule.contains("--for") && !rule.contains("--against"), "\(rule)")
    }
  }
}
