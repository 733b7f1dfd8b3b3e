import Basics
import EncoderZoo
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct StudyTests {
  @Test func `A study built in code and the same read from a file are equal`() throws {
    try withTemporaryFolder { folder in
      var study = try smallStudy(folder)
      study.metric = .auroc
      study["threshold"] = "accuracy"
      try study.text.write(toFile: "\(folder)/study.json", atomically: true, encoding: .utf8)
      var read = try Study(contentsOf: "\(folder)/study.json")
      #expect(read.dataFolder == folder)
      #expect(read.images == study.images && read.texts == study.texts)
      #expect(read.images[0].training?.epochs == 1 && read.images[0].size == 32)
      #expect(read.metric == .auroc && read.data.labels == ["normal", "abnormal"])
      #expect(read.folds == study.folds && read.fusionHeads == study.fusionHeads)
      // Paths are absolute here.
      read.dataFolder = ""
      #expect(read == study)
      #expect(try Zoo().combinations(of: read) == ["net", "words", "net + words"])
    }
  }

  @Test func `One encoder in place of a list is read as a list of one`() throws {
    var study = Study(name: "One", data: .phantomSample(at: "sample"))
    study["image"] = ["encoder": "densenet121"]
    #expect(study.images.map(\.encoder) == ["densenet121"])
    study.images = []
    #expect(study["image"] == nil)
  }

  @Test func `Another hospital, sites and seen cases are said in code as in a file`() throws {
    var study = Study(name: "Elsewhere", data: .phantomSample(at: "sample"))
    study.images = [.init("densenet121")]
    study.data.collection = "own"
    study.data.allowsSeen = true
    study.folds = .bySite("site")
    study.external = [
      .init("north", data: .phantomSample(at: "other"), groups: ["sex"])
    ]
    study.calibration = .platt
    try Zoo().check(study)
    #expect(study.external[0].name == "north" && study.external[0].data?.path == "other/cases.csv")
    #expect(study.folds["column"] == "site" && study.folds["count"] == nil)
    #expect(study.data["allowSeen"] == true && study["calibration"] == "platt")
    study.external.append(study.external[0])
    #expect(errorText { try Zoo().check(study) }.contains("two external data sets"))
    study.external = []
    study.calibration = .temperature
    study.data.allowsSeen = false
    #expect(study["external"] == nil && study["calibration"] == nil)
    #expect(study.data["allowSeen"] == nil)
    study["calibration"] = "sigmoid"
    #expect(errorText { try Zoo().check(study) }.contains("unknown calibration"))
  }

  @Test func `A metric by its former name is the same metric`() {
    var study = Study(name: "Old", data: .phantomSample(at: "sample"))
    study["metric"] = "area"
    #expect(study.metric == .auroc)
  }

  @Test(arguments: [
    ("image[0].training.epochs", "image[0].training.epochs"), ("encoder", "densnet121"),
    ("unknown", "colour"), ("none", "no encoder"),
  ])
  func `What is wrong with a study is told by its key before it runs`(_ mistake: (String, String))
    throws
  {
    var study = Study(name: "Wrong", data: .phantomSample(at: "sample"))
    study.images = [.init("densenet121")]
    switch mistake.0 {
    case "image[0].training.epochs": study.images[0].training = .init(epochs: -1)
    case "encoder": study.images[0].encoder = "densnet121"
    case "unknown": study.images[0]["colour"] = true
    default: study.images = []
    }
    let text = errorText { try Zoo().check(study) }
    #expect(text.contains(mistake.1), "\(text)")
  }

  @Test func `A run gives its scores as typed values, and resumes to the same numbers`()
    async throws
  {
    try await withAsyncTemporaryFolder { folder in
      let (zoo, study) = (try Zoo(), try smallStudy(folder))
      let events = Mutex<[StudyProgress]>([])
      let results = try await zoo.compare(study, folder: "\(folder)/run") { event in
        events.withLock { $0.append(event) }
      }
      #expect(results.combinations == ["net", "words", "net + words"])
      #expect(results.baselines.first == "majority class" && results.baselines.count == 2)
      #expect(results.folds.count == 2 && results.report != nil)
      #expect(results.counts.allSatisfy { $0.training + $0.validation + $0.test == 60 })
      try checkAgainstTable(results, "\(folder)/run/results.csv")
      let accuracy = try #require(results.summary(.accuracy, of: "net + words"))
      let interval = try #require(accuracy.interval)
      #expect(accuracy.values.count == 2 && (0...1).contains(interval.lowerBound))
      #expect(interval.contains(accuracy.mean) && interval.upperBound <= 1)
      #expect(results.comparisons(by: .logLoss).count == 3 + 3 * 2)
      #expect(results.fittedThreshold(of: "net", fold: results.folds[0]) != nil)
      let told = events.withLock { $0 }
      #expect(told.contains { if case .stage(_, let done, _, _) = $0 { done > 0 } else { false } })
      #expect(told.contains { if case .note = $0 { true } else { false } })

      let again = try await zoo.compare(
        study, folder: "\(folder)/run", options: .init(resumes: true))
      #expect(again.values(.logLoss, of: "net") == results.values(.logLoss, of: "net"))
      try checkModel(zoo, results, folder)
    }
  }

  /// Every row of the table is what the results give.
  private func checkAgainstTable(_ results: StudyResults, _ path: String) throws {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    for row in rows where row[2] == "test" && row[3] == "log-loss" {
      let value = results.value(.logLoss, of: "\(row[0])", fold: "\(row[1])")
      #expect(value == Double(row[4]))
    }
  }

  /// A model of the run predicts and explains.
  private func checkModel(_ zoo: Zoo, _ results: StudyResults, _ folder: String) throws {
    let model = try zoo.model(
      results.modelFolder(of: "net + words", fold: results.folds[0]))
    #expect(model.readsImages && model.readsTexts && model.labels == ["normal", "abnormal"])
    let image = "\(folder)/sample/images/0001.png"
    let prediction = try model.predict(image: image, text: "Left effusion.")
    #expect((0...1).contains(prediction.answers[0].probability))
    var options = ExplanationOptions()
    options.baselines = [.black]
    (options.nodes, options.maximumNodes) = (4, 4)
    let explained = try model.explain(image: image, text: "Left effusion.", options: options)
    #expect(abs(explained.probability - prediction.answers[0].probability) < 1e-6)
    #expect(explained.maps.map(\.method) == ["integrated-gradients-black", "grad-cam"])
    #expect(explained.words.map(\.written) == ["Left", "effusion"])
    try explained.write(to: "\(folder)/why")
    #expect(FileManager.default.fileExists(atPath: "\(folder)/why/explanation.html"))
    #expect(errorText { _ = try model.predict(text: "Left effusion.") }.contains("image"))
    #expect(
      errorText { _ = try results.modelFolder(of: "net", fold: "r9f9") }.contains("holds no model"))
  }

  @Test func `A cancelled run stops, keeps its cells, and goes on to the numbers of a whole one`()
    async throws
  {
    try await withAsyncTemporaryFolder { folder in
      let (zoo, study) = (try Zoo(), try smallStudy(folder))
      let started = Mutex(false)
      let task = Task {
        try await zoo.compare(study, folder: "\(folder)/stopped") { event in
          if case .line(let text) = event, text.contains("cell 1 of") {
            started.withLock { $0 = true }
          }
          if case .stage = event, started.withLock({ $0 }) {
            withUnsafeCurrentTask { $0?.cancel() }
          }
        }
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/stopped/results.csv"))
      let whole = try await zoo.compare(study, folder: "\(folder)/whole")
      let rest = try await zoo.compare(
        study, folder: "\(folder)/stopped", options: .init(resumes: true))
      for name in whole.combinations {
        #expect(rest.values(.logLoss, of: name) == whole.values(.logLoss, of: name))
      }
    }
  }
}
