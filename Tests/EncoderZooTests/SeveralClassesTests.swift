import EncoderZoo
import Foundation
import TestSupport
import Testing

@Suite struct SeveralClassesTests {
  @Test func `One of several classes is explained by itself, and in contrast to another`()
    async throws
  {
    try await withAsyncTemporaryFolder { folder in
      let zoo = try Zoo()
      try PhantomSample(count: 160, size: 64, seed: 3).write(to: "\(folder)/kinds")
      var study = try smallStudy(folder)
      study.data = .table(
        "\(folder)/kinds/kinds.csv", image: "image", label: "kind", patient: "patient", id: "id")
      study.data.task = .multiClass
      (study.texts, study.fusionHeads) = ([], [])
      let results = try await zoo.compare(study, folder: "\(folder)/run")
      let model = try zoo.model(results.modelFolder(of: "net", fold: "r1f1"))
      #expect(model.task == .multiClass && model.thresholds.isEmpty && model.labels.count == 7)
      let image = "\(folder)/kinds/images/0001.png"
      let prediction = try model.predict(image: image)
      let first = try #require(prediction.answers.first { $0.isPositive })
      #expect(prediction.answers.count { $0.isPositive } == 1 && prediction.label == first.label)
      #expect(abs(prediction.answers.reduce(0) { $0 + $1.probability } - 1) < 1e-9)

      var options = ExplanationOptions()
      options.baselines = [.black]
      (options.nodes, options.maximumNodes) = (4, 4)
      let own = try model.explain(image: image, options: options)
      #expect(own.label == first.label && own.positive == first.label && own.against == nil)
      #expect(abs(own.probability - first.probability) < 1e-6)
      #expect(own.answers.map(\.label) == model.labels)

      options.finding = "effusion"
      options.against = "opacity"
      let rather = try model.explain(image: image, options: options)
      let logits = Dictionary(
        uniqueKeysWithValues: prediction.answers.map { ($0.label, $0.logit) })
      let difference = try #require(logits["effusion"]) - #require(logits["opacity"])
      #expect(rather.positive == "effusion" && rather.against == "opacity")
      #expect(abs(rather.logit - difference) < 1e-4)
      #expect(rather.label == first.label && rather.maps[0].values != own.maps[0].values)
    }
  }
}
