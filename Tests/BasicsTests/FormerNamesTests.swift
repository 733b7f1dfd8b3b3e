import Basics
import Foundation
import TestSupport
import Testing

@Suite("Names of schema 1")
struct FormerNamesTests {
  private func parsed(_ text: String) throws -> JSONValue { try JSONValue.parse(Data(text.utf8)) }

  @Test("Former keys and values get today's names, each with a line; an encoder's own options stay")
  func translation() throws {
    let old = try parsed(
      """
      {"metric": "area", "image": [{"mirrorAverage": true, "options": {"mirrorAverage": 1}}],
       "fusion": {"missing": "stand-in"}, "other": {"standIns": false}}
      """)
    let new = try parsed(
      """
      {"metric": "auroc", "image": [{"flipAveraging": true, "options": {"mirrorAverage": 1}}],
       "fusion": {"missing": "learned"}, "other": {"missing": "refused"}}
      """)
    let found = FormerNames.translated(old)
    #expect(found.value == new)
    #expect(found.notes.count == 4)
    #expect(found.notes[0].contains("\"metric\": \"area\" is called \"metric\": \"auroc\" now"))
    #expect(found.notes[1].contains("\"mirrorAverage\" is called \"flipAveraging\" now"))
    #expect(FormerNames.translated(new).notes.isEmpty)
  }

  @Test("Beside today's name the former one is not read")
  func both() throws {
    let value = try parsed("{\"mirrorAverage\": true, \"flipAveraging\": false}")
    #expect(FormerNames.translated(value).notes.isEmpty)
  }

  @Test("Metrics of old tables and manifests have today's names")
  func metrics() {
    #expect(FormerNames.metric("area") == "auroc")
    #expect(FormerNames.metric("area of Mass") == "auroc of Mass")
    #expect(FormerNames.metric("mean area") == "mean auroc")
    #expect(FormerNames.metric("log-loss") == "log-loss")
  }
}
