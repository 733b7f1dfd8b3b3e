import Basics
import Datasets
import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("Starting weights that were never fetched")
struct NotFetchedTests {
  /// What is said of a study in a folder whose weights are not on this machine.
  private func refusal(_ text: String, in folder: String) throws -> String {
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    let study = try StudySpecification(
      JSONValue.parse(Data(text.utf8), path: "study.json"), folder: folder, registry: registry)
    return errorText {
      try SeenCases.lookedAtFirst(study, skipsBad: false, isBegun: false, registry) {
        throw ZooError(.notFound, "not on this machine", at: Place())
      }
    }
  }

  @Test("Weights that were never fetched are looked at before it is said that they are missing")
  func notFetched() throws {
    try withTemporaryFolder { folder in
      var writer = CSVWriter(columns: ["i", "l"])
      for number in 1...20 {
        writer.append(["000000\(number + 10)_000.png", number % 2 == 0 ? "a" : "b"])
        try AtomicFile.write("", to: "\(folder)/000000\(number + 10)_000.png")
      }
      try writer.write(to: "\(folder)/table.csv")
      func message(_ data: String) throws -> String {
        let text = """
          {"schema": 2, "name": "s", "data": {"format": "csv", "path": "table.csv",
             "columns": {"image": "i", "label": "l"}\(data)},
           "image": {"name": "net", "encoder": "densenet121", "weights": "densenet121-chestxray14"}}
          """
        return try refusal(text, in: folder)
      }
      #expect(try message("").contains("20 of the 20 cases of this study are of chestx-ray14"))
      #expect(try message(#", "allowSeen": true"#).contains("not on this machine"))
    }
  }

  @Test("So are vectors that were never fetched, and external data")
  func neverFetched() throws {
    try withTemporaryFolder { folder in
      var rows = ["t,l"]
      for number in 1...20 { rows.append("text \(number),\(number % 2 == 0 ? "a" : "b")") }
      try AtomicFile.write(rows.joined(separator: "\n"), to: "\(folder)/table.csv")
      func message(_ own: String, _ other: String) throws -> String {
        func data(_ collection: String) -> String {
          #""data": {"format": "csv", "path": "table.csv", "columns": {"text": "t", "label": "l"}\#(collection)}"#
        }
        let text = """
          {"schema": 2, "name": "s", \(data(own)), "external": [{"name": "north", \(data(other))}],
           "text": {"name": "words", "encoder": "word2vec", "vectors": "glove-6b-50d"}}
          """
        return try refusal(text, in: folder)
      }
      let (seen, unseen) = (#", "collection": "wikipedia-2014""#, #", "collection": "own""#)
      #expect(
        try message(seen, unseen).contains("20 of the 20 cases of this study are of wikipedia"))
      #expect(
        try message(unseen, seen).contains("20 of the 20 cases of the external data \"north\""))
      #expect(try message(unseen, unseen).contains("not on this machine"))
    }
  }
}
