import Basics
import EncoderKit
import Evaluation
import Foundation
import Registry
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("Losses of a study")
struct LossSpecificationTests {
  private func study(task: String, training: String = "{}", fusion: String = "{}") throws
    -> StudySpecification
  {
    let text = """
      {"schema": 2, "name": "s",
       "data": {"format": "csv", "path": "t.csv", "columns": {"label": "l"}, "task": "\(task)",
                "labels": ["a", "b"]},
       "training": \(training),
       "image": {"encoder": "resnet18"}, "text": {"encoder": "word2vec"}, "fusion": \(fusion)}
      """
    return try StudySpecification(
      JSONValue.parse(Data(text.utf8), path: "study.json"), folder: "",
      registry: EncoderRegistry(try Catalogue(path: packageFile("registry.json"))))
  }

  @Test("A loss for all encoders is each branch's; a head's is its own")
  func reads() throws {
    let study = try study(
      task: "multi-label", training: #"{"loss": "asymmetric"}"#,
      fusion: #"{"fineTuning": {"loss": {"kind": "focal", "gamma": 1}}}"#)
    #expect(
      !study.images[0].training.loss.isDefault
        && study.texts[0].training.loss == study.images[0].training.loss)
    #expect(study.heads[0].training.loss.isDefault)
    #expect(study.heads[0].fineTuning.loss.kind == .focal(gamma: 1, alpha: nil))
  }

  @Test(
    "A loss that the task can't be trained with is refused at its place, before data are read",
    arguments: [
      (#"{"loss": "asymmetric"}"#, "{}", "study.json:4: training.loss"),
      ("{}", #"{"training": {"loss": "asymmetric"}}"#, "study.json:5: fusion.training.loss"),
      ("{}", #"{"fineTuning": {"loss": "asymmetric"}}"#, "study.json:5: fusion.fineTuning.loss"),
    ])
  func refuses(training: String, fusion: String, place: String) {
    let text = errorText { _ = try study(task: "multi-class", training: training, fusion: fusion) }
    #expect(text.contains(place) && text.contains("use \"focal\""), "\(text)")
  }
}
