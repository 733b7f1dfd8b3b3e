import Basics
import Foundation
import Registry
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("What a specification says of its searches")
struct TuningSpecificationTests {
  private func json(_ text: String) throws -> JSONValue { try JSONValue.parse(Data(text.utf8)) }

  @Test(
    "Trials that a command line asks for take the place of the study's trials or hours, and of nothing else"
  )
  func trials() throws {
    let cases = [
      (#"{"a": 1}"#, #"{"a": 1, "tuning": {"trials": 5}}"#),
      (
        #"{"tuning": {"trials": 3, "sampler": "random"}}"#,
        #"{"tuning": {"trials": 5, "sampler": "random"}}"#
      ),
      (
        #"{"tuning": {"hours": 2, "sampler": "random"}}"#,
        #"{"tuning": {"trials": 5, "sampler": "random"}}"#
      ),
    ]
    for (before, after) in cases {
      #expect(try json(before).withTrials(5) == json(after), "\(before)")
    }
    let study = try json(#"{"tuning": {"trials": 5, "sampler": "random"}}"#)
    #expect(study.tuningTrials == 5)
    #expect(try study.withoutTrials == json(#"{"tuning": {"sampler": "random"}}"#))
    #expect(try json(#"{"tuning": {"hours": 2}}"#).tuningTrials == nil)
  }

  @Test(
    "A trial that freezes an encoder without weights sees the pixels that its written specification gives"
  )
  func frozenTrial() throws {
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    func study(_ image: JSONValue) throws -> StudySpecification {
      let text = """
        {"schema": 2, "name": "s",
         "data": {"format": "csv", "path": "t.csv", "columns": {"image": "i", "label": "l"}, "labels": ["a", "b"]},
         "image": \(image.text())}
        """
      return try StudySpecification(json(text), folder: "", registry: registry)
    }
    let own = try #require(study(["encoder": "resnet18", "size": 32]).combinations.first)
    #expect(own.image?.pixels.normalization == nil)
    let trial = try TunedSide(combination: own).combination(
      with: ["freeze": "all"], registry: registry)
    let pixels = try #require(trial.image?.pixels.normalization)
    #expect(Set(pixels.mean) == [0.5] && Set(pixels.deviation) == [0.25])
    let again = try #require(study(TunedSide(combination: trial).json).combinations.first)
    #expect(again.image?.pixels == trial.image?.pixels)
  }

  @Test("A member at a dotted key is read, set, and made where objects on the way lack")
  func dotted() throws {
    let branch = try json(#"{"training": {"learningRate": 0.1}, "decoder": null}"#)
    #expect(branch[dotted: "training.learningRate"] == 0.1)
    #expect(branch[dotted: "training.learningRate.more"] == nil)
    #expect(branch[dotted: "options.filters"] == nil)
    let changed = try branch.setting(dotted: "decoder.dropout", to: 0.5)
      .setting(dotted: "training.learningRate", to: 0.2).setting(dotted: "options.filters", to: 8)
    #expect(
      try changed
        == json(
          #"{"training": {"learningRate": 0.2}, "decoder": {"dropout": 0.5}, "options": {"filters": 8}}"#
        ))
    #expect(throws: ZooError.self) {
      try branch.setting(dotted: "training.learningRate.more", to: 1)
    }
  }
}
