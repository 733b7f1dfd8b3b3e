import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Images
import Pages
import Studies
import TestSupport
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("What a model of several answers says, and what of it is explained", .serialized)
struct AnswerTests {
  private let labels = ["none", "mass", "edema"]
  private let report = "The heart is large, no effusion."

  private func model(_ task: TaskKind) throws -> TrainedModel {
    try SmallModel.make(image: true, text: true, findings: labels, task: task) { store in
      store.parameter("head.output.weight")?.update { weights in
        for index in 0..<24 { weights[index] = Float(index % 5) - 2 }
      }
    }
  }

  private func picture(_ folder: String) throws -> String {
    var random = RandomStream(seed: 3)
    let path = "\(folder)/a.png"
    try PixelImage(
      width: 24, height: 24, channels: 1,
      pixels: (0..<24 * 24).map { _ in UInt8(random.below(256)) }
    ).savePNG(path: path)
    return path
  }

  private func explained(
    _ model: TrainedModel, _ folder: String, finding: String? = nil, against: String? = nil,
    nodes: Int = 16
  ) throws -> CaseExplanation {
    var settings = ExplanationSettings()
    settings.baselines = [.black]
    settings.integration.nodes = nodes
    settings.integration.maximumNodes = nodes
    let explainer = try Explainer(
      model, folder: "m", finding: finding, against: against, followsAnswer: true,
      kernels: ReferenceKernels(), settings: settings)
    return try explainer.explain(image: picture(folder), text: report)
  }

  private func predicted(_ model: TrainedModel, _ folder: String) throws -> CasePrediction {
    try Predictor(model, folder: "m", kernels: ReferenceKernels())
      .predict(image: picture(folder), text: report)
  }

  @Test("Where no class is named the most probable one is explained, with its softmax probability")
  func likeliest() throws {
    try withTemporaryFolder { folder in
      let model = try model(.multiClass)
      let answer = try predicted(model, folder)
      let own = try explained(model, folder)
      let first = try #require(answer.sorted.first)
      #expect(own.labels == ["another class than \(first.label)", first.label])
      #expect(own.label == first.label && own.answer?.answers == answer.answers)
      #expect(abs(own.probability - first.probability) < 1e-12)
      // The explained number's sigmoid is that probability.
      #expect(abs(1 / (1 + exp(-own.logit)) - first.probability) < 1e-6)
      #expect(own.about?.contains("because it is the most probable class") == true)
      // Another class may be explained: the answer of the model stays what it is.
      let last = try #require(answer.sorted.last)
      let other = try explained(model, folder, finding: last.label)
      #expect(other.label == first.label && other.labels[1] == last.label)
      #expect(abs(other.probability - last.probability) < 1e-12)
      #expect(other.about?.contains("because") == false)
      var json = try other.json.object()
      var prediction = try json.required("prediction").object()
      #expect(try prediction.string("label") == first.label)
      #expect(try prediction.string("positive") == last.label)
      let answers = try prediction.required("answers").array()
      let sum = try answers.reduce(0.0) { sum, value in
        var object = try value.object()
        return sum + (try object.required("probability").number())
      }
      #expect(answers.count == 3 && abs(sum - 1) < 1e-12)
      let page = try ExplanationPage(other).html()
      #expect(page.contains("The model says: \(first.label)"))
      #expect(page.contains("it says the most probable class"))
    }
  }

  @Test("Of labels the most probable present one is explained, else the most probable of all")
  func present() throws {
    try withTemporaryFolder { folder in
      var model = try model(.multiLabel)
      let sorted = try predicted(model, folder).sorted
      // The least probable one is the only one over its threshold.
      let thresholds = labels.map { label -> Double in
        let found = sorted.first { $0.label == label }?.probability ?? 0
        return label == sorted[2].label ? found / 2 : (1 + found) / 2
      }
      model.thresholds = thresholds
      let one = try explained(model, folder)
      #expect(one.labels == ["no \(sorted[2].label)", sorted[2].label])
      #expect(one.label == sorted[2].label)
      #expect(one.threshold == model.threshold(of: sorted[2].label))
      model.thresholds = [1, 1, 1]
      let none = try explained(model, folder)
      #expect(none.labels[1] == sorted[0].label && none.label == "no \(sorted[0].label)")
      #expect(none.about?.contains("the most probable finding; none is present.") == true)
    }
  }

  @Test("An index knows a case wrong by what the model says, and leaves unknown findings open")
  func index() throws {
    try withTemporaryFolder { folder in
      func row(_ task: TaskKind, _ label: String, _ probability: Double, _ truth: String?) throws
        -> ExplanationIndex.Row
      {
        let path = "\(folder)/explanation.json"
        try AtomicFile.write(
          """
          {"prediction": {"label": "\(label)", "positive": "mass", "probability": \(probability)},
           "warnings": []}
          """, to: path)
        return try ExplanationIndex.Row(
          id: "a", split: nil, task: task, folder: "a", explanation: path
        ) { positive in positive == "mass" ? truth : nil }
      }
      let right = try row(.multiClass, "mass", 0.4, "mass")
      #expect(!right.isWrong && abs((right.error ?? 0) - 0.6) < 1e-12)
      #expect(try row(.multiClass, "edema", 0.2, "mass").isWrong)
      #expect(try !row(.multiLabel, "mass", 0.3, "mass").isWrong)
      #expect(try row(.multiLabel, "mass", 0.3, "no mass").isWrong)
      #expect(try !row(.multiLabel, "no mass, edema", 0.3, "no mass").isWrong)
      #expect(try row(.multiLabel, "mass", 0.9, nil).error == nil)
      #expect(try row(.binary, "normal", 0.4, "mass").isWrong)
      var item = Case(id: "a", findings: ["mass"], source: Place())
      item.unknownFindings = ["edema"]
      #expect(["mass", "edema", "none"].map(item.truth) == ["mass", nil, "no none"])
    }
  }

  @Test("A contrast tells both probabilities, and its maps add up to the difference of two logits")
  func contrast() throws {
    try withTemporaryFolder { folder in
      for task in [TaskKind.multiClass, .multiLabel] {
        let model = try model(task)
        let answers = try predicted(model, folder).answers
        let found = try explained(model, folder, finding: "edema", against: "mass", nodes: 400)
        #expect(abs(found.logit - (answers[2].logit - answers[1].logit)) < 1e-5)
        #expect(found.labels == ["mass", "edema"] && found.isContrast)
        #expect(abs(found.probability - answers[2].probability) < 1e-12)
        let page = try ExplanationPage(found).html()
        #expect(page.contains("Why edema rather than mass"))
        #expect(page.contains("the difference of their logits is"))
        var json = try found.json.object()
        var prediction = try json.required("prediction").object()
        #expect(try prediction.string("against") == "mass")
        for path in [found.images[0].path, found.words?.path, found.joint?.path] {
          let path = try #require(path)
          #expect(abs(path.baselineScore + path.change - found.logit) < 1e-5)
          #expect(abs(path.delta) < 0.03 * abs(path.change) + 1e-3)
        }
      }
    }
  }

  @Test("Two findings of one image have different maps, and so do two classes")
  func maps() throws {
    try withTemporaryFolder { folder in
      for task in [TaskKind.multiClass, .multiLabel] {
        let model = try model(task)
        let maps = try ["mass", "edema"].map {
          try explained(model, folder, finding: $0).images[0].map.values
        }
        let apart = zip(maps[0], maps[1]).map { abs($0 - $1) }.max() ?? 0
        #expect(apart > 0.1 * (maps[0].map(abs).max() ?? 0), "\(task)")
      }
    }
  }

  @Test("A prediction's lines and JSON are those of its task, the most probable answer first")
  func predictions() throws {
    let classes = CasePrediction(try model(.multiClass), logits: [0, log(3), log(4)], notes: [])
    #expect(classes.label == "edema")
    #expect(classes.lines == ["edema", "0.5000  edema", "0.3750  mass", "0.1250  none"])
    var object = try classes.json.object()
    #expect(try object.string("label") == "edema")
    #expect(try object.required("classes").array().count == 3)
    var several = try model(.multiLabel)
    several.thresholds = [0.5, 0.2, 0.9]
    let findings = CasePrediction(several, logits: [-1, -log(3), log(4)], notes: [])
    #expect(findings.label == nil && findings.foremost?.label == "mass")
    #expect(findings.lines == ["0.8000  edema", "0.2689  none", "0.2500  mass  (present)"])
    object = try findings.json.object()
    #expect(try object.strings("present") == ["mass"])
    let binary = CasePrediction(
      try SmallModel.make(image: true, text: false), logits: [log(3)], notes: [])
    #expect(binary.lines == ["abnormal (probability of abnormal: 0.7500)"])
    #expect(binary.foremost?.label == "abnormal")
  }

  @Test("A contrast to what the model itself answers is refused")
  func same() throws {
    try withTemporaryFolder { folder in
      let model = try model(.multiClass)
      let first = try #require(try predicted(model, folder).label)
      #expect(
        errorText { _ = try explained(model, folder, against: first) }
          .contains("\"\(first)\" is what the model itself answers"))
      #expect(
        errorText { _ = try explained(model, folder, against: "edma") }.contains("did you mean"))
    }
  }

  @Test("The threshold that is told of a model is that of its finding; several classes have none")
  func thresholds() throws {
    try withTemporaryFolder { folder in
      var model = try model(.multiLabel)
      model.thresholds = [0.1, 0.7, 0.5]
      let record = try ModelRecord(of: model, folder: folder, finding: "mass")
      #expect(record.threshold == 0.7)
      let facts = ModelFacts.facts(record).map { "\($0.label): \($0.value)" }
      #expect(facts.contains("Threshold: “mass” from a probability of 0.7 on"))
      let classes = try ModelRecord(of: self.model(.multiClass), folder: folder, finding: "mass")
      #expect(classes.threshold == nil)
      #expect(
        ModelFacts.facts(classes).contains { $0.value == "none: the most probable class is said" })
    }
  }
}
