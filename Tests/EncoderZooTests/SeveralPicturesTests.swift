import Basics
import Datasets
import EncoderKit
import EncoderZoo
import Foundation
import Images
import TestSupport
import Testing

/// A study of two views over a phantom sample, with a branch for each way to join them.
private func study(_ folder: String) throws -> Study {
  try EncoderZoo.PhantomSample(count: 40, size: 64, seed: 3, site: .a, views: 2)
    .write(to: "\(folder)/sample")
  var study = Study(name: "Views", data: .phantomSample(at: "\(folder)/sample"))
  study.data["columns"] = [
    "id": "id", "image": "image", "view": "view", "text": "text", "label": "label",
    "patient": "patient",
  ]
  study.data["views"] = ["frontal", "lateral"]
  study.folds = .kFold(2, validation: 0.2)
  let views: [(String, JSONValue)] = [
    ("lateral", ["use": ["lateral"]]), ("mean", ["join": "mean"]),
    ("each", ["join": "attention", "encoders": "each", "drop": 0.3]),
  ]
  study.images = views.map { name, views in
    var branch = Study.ImageEncoder(
      "densenet121", name: name, size: 32,
      options: ["growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3],
      training: .init(epochs: 1, batchSize: 8))
    branch["views"] = views
    return branch
  }
  study.texts = [
    .init(
      "word2vec", name: "words", options: ["dimension": 16, "epochs": 2, "filters": 8],
      training: .init(epochs: 1, batchSize: 8))
  ]
  var head = Study.FusionHead("concat", training: .init(epochs: 1), fineTuning: .init(epochs: 1))
  head["hidden"] = 0
  head["views"] = 2
  study.fusionHeads = [head]
  return study
}

private func rows(_ path: String) throws -> [[Substring]] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    .map { line in
      let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
      guard quoted.count == 3 else { return line.split(separator: ",") }
      return quoted[0].split(separator: ",") + [quoted[1]] + quoted[2].split(separator: ",")
    }
}

@Suite struct SeveralPicturesTests {
  @Test func `A study of two views trains, scores missing views apart, predicts and explains`()
    async throws
  {
    try await withAsyncTemporaryFolder { folder in
      let (zoo, study) = (try Zoo(), try study(folder))
      let run = "\(folder)/run"
      let results = try await zoo.compare(study, folder: run)
      #expect(results.combinations.count == 7)
      let table = try rows("\(run)/results.csv")
      func subsets(_ name: String) -> Set<String> {
        Set(table.filter { $0[0] == name }.map { String($0[2]) })
      }
      let views: Set = ["test, frontal only", "test, lateral only"]
      #expect(subsets("mean").isSuperset(of: views))
      #expect(subsets("each + words").isSuperset(of: views))
      // A branch of one view has none missing beside it.
      #expect(subsets("lateral").isDisjoint(with: views))
      let page = try String(contentsOfFile: "\(run)/report.html", encoding: .utf8)
      #expect(page.contains("When views are missing"))
      try checkModel(zoo, results, folder)
      try checkTables(zoo, results, folder)

      // Same numbers where nothing is missing to be done.
      let again = try await zoo.compare(study, folder: run, options: .init(resumes: true))
      #expect(again.values(.logLoss, of: "each") == results.values(.logLoss, of: "each"))
      // A changed second picture is refused by its name.
      let lateral = try #require(
        try folderEntries("\(folder)/sample/images").filter { $0.contains("lateral") }.min())
      try PixelImage(width: 64, height: 64, channels: 1, pixels: (0..<4096).map { UInt8($0 % 251) })
        .savePNG(path: "\(folder)/sample/images/\(lateral)")
      let refused = await errorOf {
        _ = try await zoo.compare(study, folder: run, options: .init(resumes: true))
      }
      #expect(refused.contains("1 picture is another file"), "\(refused)")
      #expect(refused.contains(lateral))
    }
  }

  @Test
  func
    `External cases without a picture of a branch's views are refused before anything is trained`()
    async throws
  {
    try await withAsyncTemporaryFolder { folder in
      var study = try study(folder)
      let table = "\(folder)/sample/cases.csv"
      let lines = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
      // The first case loses its lateral picture.
      let others = lines.filter { !$0.hasPrefix("0001,images/0001-lateral") }
      #expect(others.count == lines.count - 1)
      try Data(others.joined(separator: "\n").utf8).write(
        to: URL(fileURLWithPath: "\(folder)/sample/north.csv"))
      var north = study.data
      north.path = "\(folder)/sample/north.csv"
      study.external = [.init("north", data: north)]
      let refused = await errorOf {
        _ = try await Zoo().compare(study, folder: "\(folder)/run")
      }
      #expect(
        refused.contains("cases of north have no picture that lateral reads (lateral), such as"),
        "\(refused)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/cells"))
    }
  }

  private func errorOf(_ body: () async throws -> Void) async -> String {
    do { try await body() } catch { return "\(error)" }
    return ""
  }

  private func images(_ folder: String) -> [CaseImage] {
    ["frontal", "lateral"].map { (view: String) in
      CaseImage(path: "\(folder)/sample/images/0001-\(view).png", view: view)
    }
  }

  private func checkModel(_ zoo: Zoo, _ results: StudyResults, _ folder: String) throws {
    let model = try zoo.model(results.modelFolder(of: "each", fold: results.folds[0]))
    let both = images(folder)
    let logits = try [both, both.reversed(), [both[0]], [both[1]]].map {
      try model.predict(images: $0, text: nil).answers[0].logit
    }
    #expect(logits[0] == logits[1])
    #expect(Set(logits).count == 3)
    for (given, message) in [
      ([CaseImage(path: both[0].path)], "nothing tells which one"),
      ([CaseImage(path: both[0].path, view: "oblique")], "reads no view \"oblique\""),
      ([both[0], both[0]], "2 pictures of the view \"frontal\""), ([], "none was given"),
    ] {
      #expect(
        errorText { _ = try model.predict(images: given, text: nil) }.contains(message),
        "\(message)")
    }
    var settings = ExplanationOptions()
    settings.baselines = [.black]
    (settings.nodes, settings.maximumNodes) = (4, 4)
    try model.explain(images: both, text: nil, options: settings).write(to: "\(folder)/why")
    let (logit, views) = try told("\(folder)/why")
    #expect(views.map(\.view) == ["frontal", "lateral"])
    #expect(abs(views.reduce(0) { $0 + $1.share } - 1) < 1e-5)
    #expect(abs(logit - logits[0]) < 1e-4)
    let files = try folderEntries("\(folder)/why")
    #expect(files.contains("overlay-integrated-gradients-black-picture2.png"))
    let page = try String(contentsOfFile: "\(folder)/why/explanation.html", encoding: .utf8)
    #expect(page.contains("The pictures of the case") && page.contains("0001-lateral.png"))
    // With one picture the rest of the attention went to the stand-in.
    try model.explain(images: [both[0]], text: nil, options: settings).write(to: "\(folder)/half")
    let half = try told("\(folder)/half").views
    #expect(half.count == 1 && half[0].share > 0 && half[0].share < 1)
  }

  /// The logit of an explanation, and the pictures with their shares of attention.
  private func told(_ folder: String) throws -> (
    logit: Double, views: [(view: String, share: Double)]
  ) {
    var root = try JSONValue.parse(contentsOf: "\(folder)/explanation.json").object()
    let logit = try root.object("prediction")?.members.first { $0.key == "logit" }?.value.number()
    let views = try root.required("views").array().map { value in
      var view = try value.object()
      #expect(try view.string("shareOf") == "attention")
      return (try view.string("view"), try view.required("share").number())
    }
    return (logit ?? .nan, views)
  }

  /// Many cases by rows that share an id give what they give one by one.
  private func checkTables(_ zoo: Zoo, _ results: StudyResults, _ folder: String) throws {
    let model = try zoo.model(results.modelFolder(of: "mean", fold: results.folds[0]))
    _ = try model.predict(
      cases: "\(folder)/sample/cases.csv", output: "\(folder)/predictions.csv")
    let table = try rows("\(folder)/predictions.csv")
    #expect(table.count == 41)
    let place = try #require(table[0].firstIndex(of: "logit"))
    let one = try model.predict(images: images(folder), text: nil).answers[0].logit
    let found = try #require(table.first { $0[0] == "0001" })
    #expect(abs((Double(found[place]) ?? .nan) - one) < 1e-4)
  }
}
