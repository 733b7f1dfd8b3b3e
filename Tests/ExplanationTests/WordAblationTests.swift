import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import TestSupport
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("Words over many reports", .serialized)
struct WordAblationTests {
  private let texts = [
    ("abnormal", "The heart is large, no effusion left and right of a heart"),
    ("abnormal", "Large effusion of the left lungs"), ("normal", "The lungs are clear"),
    ("abnormal", "No effusion. The heart is small and clear"), ("normal", "xyzzy"),
  ]

  private func study(_ folder: String) throws -> WordAblation {
    try SmallModel.make(image: false, text: true).write(to: "\(folder)/model")
    let cases = texts.enumerated().map { index, one in
      Case(id: "\(index)", text: one.1, label: one.0, source: Place())
    }
    var settings = WordAblationSettings()
    settings.removals = 3
    settings.draws = 5
    settings.leastInstances = 2
    return try WordAblation(
      CaseSelection(model: "\(folder)/model", cases: cases, description: "five"),
      model: "\(folder)/model", settings: settings, registry: SmallModel.registry(),
      kernels: ReferenceKernels(), progress: ProgressReporter(mode: .quiet))
  }

  @Test("Means are over instances, and the strongest words come first")
  func means() throws {
    try withTemporaryFolder { folder in
      let study = try study(folder)
      #expect(study.reports == 4 && study.unknown == 1 && study.positives == 3)
      #expect(study.words.map(\.integrated) == study.words.map(\.integrated).sorted(by: >))
      let heart = try #require(study.words.first { $0.token == "heart" })
      #expect(heart.instances == 3 && heart.reports == 2)
      let explainer = try Explainer(
        folder: "\(folder)/model", registry: SmallModel.registry(), kernels: ReferenceKernels(),
        settings: ExplanationSettings())
      let all = try [texts[0].1, texts[3].1].flatMap {
        try explainer.explain(image: nil, text: $0).words?.words ?? []
      }.filter { $0.token == "heart" }
      let mean = all.reduce(0) { $0 + $1.integrated } / 3
      #expect(abs(heart.integrated - mean) < 1e-9)
      #expect(study.common.allSatisfy { $0.instances >= 2 })
      try study.write(to: "\(folder)/said")
      #expect(try CSVTable(path: "\(folder)/said/deletion.csv").rowCount == 4)
      #expect(try CSVTable(path: "\(folder)/said/words.csv").rowCount == study.words.count)
    }
  }

  @Test("Of several classes or findings one is asked about, over the reports that have it")
  func several() throws {
    try withTemporaryFolder { folder in
      func study(_ task: TaskKind, _ finding: String?) throws -> WordAblation {
        let model = "\(folder)/\(task.rawValue)"
        try SmallModel.make(
          image: false, text: true, findings: ["clear", "effusion", "heart"], task: task
        ) { store in
          store.parameter("head.output.weight")?.update { weights in
            for index in 0..<24 { weights[index] = Float(index % 5) - 2 }
          }
        }.write(to: model)
        let truths = [["effusion", "heart"], ["effusion"], [], ["heart"], []]
        let cases = zip(texts, truths).enumerated().map { index, one in
          Case(
            id: "\(index)", text: one.0.1,
            label: task == .multiClass ? one.1.first ?? "clear" : nil, findings: one.1,
            source: Place())
        }
        var settings = WordAblationSettings()
        settings.removals = 2
        settings.draws = 3
        return try WordAblation(
          CaseSelection(model: model, cases: cases, description: "five"), model: model,
          finding: finding, settings: settings, registry: SmallModel.registry(),
          kernels: ReferenceKernels(), progress: ProgressReporter(mode: .quiet))
      }
      for (task, counts) in [(TaskKind.multiClass, [2, 1]), (.multiLabel, [2, 2])] {
        let found = try ["effusion", "heart"].map { try study(task, $0) }
        #expect(found.map(\.positive) == ["effusion", "heart"])
        #expect(found.map(\.positives) == counts && found[0].unknown == 1)
        let words = found.map { one in
          Dictionary(uniqueKeysWithValues: one.words.map { ($0.token, $0.integrated) })
        }
        #expect(words[0].keys.sorted() == words[1].keys.sorted())
        #expect(words[0].contains { abs($0.value - (words[1][$0.key] ?? 0)) > 1e-3 })
        #expect(errorText { _ = try study(task, nil) }.contains("add --finding, one of: clear"))
      }
    }
  }

  @Test("A word's strongest instance stands in its sentence")
  func examples() throws {
    try withTemporaryFolder { folder in
      let study = try study(folder)
      let heart = try #require(study.words.first { $0.token == "heart" })
      #expect(heart.example.word == "heart")
      let sentences = [
        "The heart is large, no effusion left and right of a heart",
        "The heart is small and clear",
      ]
      #expect(
        sentences.contains(heart.example.before + heart.example.word + heart.example.after))
      try study.write(to: "\(folder)/said")
      let page = String(decoding: try readFile("\(folder)/said/words.html"), as: UTF8.self)
      #expect(page.contains("<mark>heart</mark>"))
    }
  }

  @Test("An example is cut at its sentence's ends, and where it is long")
  func exampleEnds() {
    let text = "First. A large heart is seen! Last."
    let range = text.utf8.count - "heart is seen! Last.".utf8.count
    let one = WordExample(in: text, bytes: range..<range + 5)
    #expect(one.before == "A large " && one.word == "heart" && one.after == " is seen!")
    let long = String(repeating: "а", count: 100) + " heart " + String(repeating: "б", count: 100)
    let cut = WordExample(in: long, bytes: 201..<206)
    #expect(cut.before.count == 71 && cut.before.hasPrefix("…") && cut.before.hasSuffix("а "))
    #expect(cut.after.count == 71 && cut.after.hasSuffix("…"))
  }

  @Test("Taking a word out gives the logit of the report without it")
  func deletion() throws {
    try withTemporaryFolder { folder in
      let study = try study(folder)
      let explainer = try Explainer(
        folder: "\(folder)/model", registry: SmallModel.registry(), kernels: ReferenceKernels(),
        settings: ExplanationSettings())
      var changes: [Double] = []
      for text in texts where text.0 == "abnormal" {
        let found = try explainer.explain(image: nil, text: text.1)
        let words = try #require(found.words?.words)
        let strongest = words.indices.max { words[$0].integrated < words[$1].integrated } ?? 0
        let rest = words.indices.filter { $0 != strongest }.map { words[$0].written }
        let without = try explainer.explain(image: nil, text: rest.joined(separator: " "))
        changes.append(without.logit - found.logit)
      }
      let curve = try #require(study.curves.first { $0.order == .integrated })
      #expect(curve.changes[0] == 0)
      #expect(abs(curve.changes[1] - changes.reduce(0, +) / 3) < 1e-5)
      let random = try #require(study.curves.first { $0.order == .random })
      let area = zip(random.changes, curve.changes).dropFirst().reduce(0) { $0 + $1.0 - $1.1 } / 3
      #expect(abs(try #require(curve.area) - area) < 1e-9)
      #expect(random.area == nil)
    }
  }
}
