import Basics
import EncoderZoo
import Foundation
import Registry
import TestSupport
import Testing

@testable import Paper

@Suite("Stand-ins")
struct StandInTests {
  private func patched(_ value: JSONValue, _ patch: JSONValue) throws -> String {
    try value.patched(with: patch).text(pretty: false)
  }

  /// The examples of RFC 7396's appendix that concern objects.
  @Test("A patch is merged as RFC 7396 says")
  func merges() throws {
    #expect(try patched(["a": "b"], ["a": "c"]) == #"{"a":"c"}"#)
    #expect(try patched(["a": "b"], ["b": "c"]) == #"{"a":"b","b":"c"}"#)
    #expect(try patched(["a": "b"], ["a": nil]) == "{}")
    #expect(try patched(["a": ["b"]], ["a": "c"]) == #"{"a":"c"}"#)
    #expect(try patched(["a": "c"], ["a": ["b"]]) == #"{"a":["b"]}"#)
    #expect(try patched(["a": ["b": "c"]], ["a": ["b": "d", "c": nil]]) == #"{"a":{"b":"d"}}"#)
    #expect(try patched(["e": nil], ["a": 1]) == #"{"e":null,"a":1}"#)
    #expect(try patched("a", ["b": ["c": nil]]) == #"{"b":{}}"#)
  }

  @Test("Elements of a list are changed by their names; a name that is not there is refused")
  func lists() throws {
    let list: JSONValue = ["text": [["name": "one", "x": 1], ["name": "two", "x": 2]]]
    #expect(
      try patched(list, ["text": ["two": ["x": 3]]])
        == #"{"text":[{"name":"one","x":1},{"name":"two","x":3}]}"#)
    #expect {
      try patched(list, ["text": ["three": ["x": 3]]])
    } throws: { error in
      "\(error)".contains("named \"three\"") && "\(error)".contains("one, two")
    }
  }

  @Test("A patient is in one half, whichever table names him, and both halves are of like size")
  func halves() {
    let patients = (1...2000).map(String.init)
    let first = patients.filter { PaperPlaces.half(of: $0) == 1 }
    #expect((900...1100).contains(first.count), "\(first.count)")
    #expect(Set(patients.map(PaperPlaces.half)) == [1, 2])
  }

  @Test("Every study of the examples resolves, with real data, with surrogates, with nothing")
  func examples() throws {
    try withTemporaryFolder { folder in
      let zoo = try Zoo()
      func resolved(_ data: String) throws -> [PaperStudy: PaperStudies.Resolved] {
        let studies = try PaperStudies(
          folder: packageFile("Examples/paper"),
          places: PaperPlaces(
            data: "\(folder)/\(data)", output: "\(folder)/out", catalogue: zoo.registry.catalogue))
        return try Dictionary(
          uniqueKeysWithValues: PaperStudy.allCases.map { ($0, try studies.resolved($0)) })
      }
      func put(_ path: String) throws {
        try AtomicFile.makeFolder(parentFolder(of: "\(folder)/\(path)"))
        try AtomicFile.write("", to: "\(folder)/\(path)")
      }
      let nothing = try resolved("nothing")
      for (study, found) in nothing {
        #expect(found.isSynthetic && !found.differences.isEmpty, "\(study)")
        _ = try zoo.specification(found.study)
      }
      for path in ["pairs.csv", "openi/NLMCXR_reports.tgz", "real-weights/glove.6B.50d.txt"] {
        try put("some/\(path)")
      }
      let some = try resolved("some")
      for (study, found) in some {
        #expect(!found.isSynthetic, "\(study)")
        _ = try zoo.specification(found.study)
      }
      #expect(some[.transfer]?.needsPretraining == false)
      for path in ["chestxray14/Data_Entry_2017_v2020.csv", "real-weights/mobilenetv2-imagenet.pt"]
      {
        try put("some/\(path)")
      }
      let transfer = try #require(try resolved("some")[.transfer])
      #expect(transfer.needsPretraining && transfer.tables.count == 1)
      #expect(transfer.study.text.contains("\(folder)/some/real-weights/mobilenetv2-imagenet.pt"))
      for path in [
        "open-i/NLMCXR_reports.tgz", "open-i/images/a.png", "open-i/cases.csv",
        "second/reports.csv",
      ] {
        try put("real/\(path)")
      }
      let real = try resolved("real")
      // GloVe may be in this machine's cache, or not.
      for (study, found) in real where !study.rawValue.hasPrefix("text-") {
        #expect(found.differences == [] && !found.isSynthetic, "\(study)")
      }
      #expect(real[.textSecond]?.study.text.contains("second/reports.csv") == true)
      #expect(real[.multimodalLow]?.study.text.contains("densenet121") == true)
    }
  }
}
