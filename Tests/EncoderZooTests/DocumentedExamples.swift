import EncoderKit
import EncoderZoo

/// The examples of the documentation, compiled; ``DocumentationTests`` sees that they are the same.
enum DocumentedExamples {
  static func listing() throws {
    let zoo = try Zoo()
    for encoder in try zoo.encoders(reading: .image) { print(encoder.name, encoder.summary) }
  }

  static func imageFeatures(_ zoo: Zoo, _ images: Tensor) throws {
    let encoder = try zoo.imageEncoder("densenet121", size: 224)
    let features = encoder.features(of: images)  // [batch, 1024]
    _ = features
    // Of the sum of all features:
    let gradients = encoder.gradients(of: images) { Tensor(repeating: 1, shape: $0.shape) }
    _ = gradients.input  // as large as the images
    _ = gradients.parameters["image.features.conv0.weight"]
  }

  static func textFeatures(_ zoo: Zoo, _ reports: [String]) throws {
    let encoder = try zoo.textEncoder("word2vec", fittedTo: reports)
    let features = encoder.features(of: ["No effusion."])  // [1, featureWidth]
    _ = features
  }

  static func predicting(_ zoo: Zoo) throws {
    let model = try zoo.model("run/cells/r1f1/densenet121/model")
    let prediction = try model.predict(image: "chest.png", text: "The lungs are clear.")
    print(prediction.label ?? "", prediction.answers[0].probability)
    let explained = try model.explain(image: "chest.png", text: "Left effusion.")
    try explained.write(to: "why")  // why/explanation.html needs no network
    let count = try model.predict(cases: "cases.csv", output: "predictions.csv").predicted
    print(count)
  }

  static func evaluating(_ zoo: Zoo) throws {
    let lines = try zoo.evaluate(["run"], data: ["other/study.json"], folder: "elsewhere")
    print(lines)
  }

  static func describing() -> Study {
    var study = Study(
      name: "First", data: .table("cases.csv", image: "file", text: "report", label: "finding"))
    study.images = [.init("densenet121", size: 128, training: .init(epochs: 30))]
    study.texts = [.init("word2vec")]
    study.folds = .kFold(5)
    return study
  }

  static func comparing(_ zoo: Zoo, _ study: Study) async throws {
    let results = try await zoo.compare(study, folder: "run") { event in
      if case .note(let text) = event { print(text) }
    }
    for name in results.combinations {
      let auroc = results.summary(.auroc, of: name)
      print(name, auroc?.mean ?? .nan, auroc?.interval ?? 0...1)
    }
  }

  static func reading() throws {
    let results = try StudyResults(contentsOf: "run")
    for name in results.combinations {
      print(name, results.values(.auroc, of: name), results.summary(.auroc, of: name)?.mean ?? .nan)
    }
  }
}
