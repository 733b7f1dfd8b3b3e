import Basics
import Datasets
import EncoderKit
import Foundation
import Fusion
import Images
import TestSupport
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("Sanity of maps", .serialized)
struct SanityTests {
  @Test("Ranks share ties, and similarities of small maps are right by hand")
  func similarity() {
    #expect(MapSimilarity.ranks([3, 1, 3, 0]) == [3.5, 2, 3.5, 1])
    let map = AttributionMap(height: 1, width: 4, values: [4, 3, 2, 1])
    let same = MapSimilarity(map, map, sensitivity: 0)
    #expect(same.scores == 1 && same.magnitudes == 1 && same.signals == 1)
    let turned = AttributionMap(height: 1, width: 4, values: [1, 2, 3, 4])
    #expect(MapSimilarity(map, turned, sensitivity: 0).scores == -1)
    let negative = AttributionMap(height: 1, width: 4, values: [-4, -3, -2, -1])
    let other = MapSimilarity(map, negative, sensitivity: 0)
    #expect(other.scores == -1 && other.magnitudes == 1 && other.signals == 0)
    let flat = AttributionMap(height: 1, width: 4, values: [1, 1, 1, 1])
    #expect(MapSimilarity(map, flat, sensitivity: 0).scores == nil)
    // At 0.5 the strongest two of each: of three pixels one is shared.
    let shifted = AttributionMap(height: 1, width: 4, values: [1, 4, 3, 2])
    #expect(MapSimilarity(map, shifted, sensitivity: 0.5).signals == 1.0 / 3)
  }

  @Test("A cascade goes from the head to the first layer and leaves no parameter out")
  func cascade() throws {
    let model = try SmallModel.make(image: true, text: true)
    let stages = LayerCascade(of: model, grain: .stages).layers
    #expect(stages.first?.name == "head")
    #expect(
      stages.map(\.name).last == model.classifier.image?.stages.first { !$0.keys.isEmpty }?.name)
    let keys = model.classifier.store.parameters.map(\.key).filter { !$0.hasPrefix("text.") }
    for grain in LayerCascade.Grain.allCases {
      #expect(
        LayerCascade(of: model, grain: grain).layers.flatMap(\.keys).sorted() == keys.sorted())
    }
    let layers = LayerCascade(of: model, grain: .layers).layers
    #expect(layers.count > stages.count)
    #expect(layers.first?.name == "head.output")
  }

  @Test("Maps of integrated gradients change as layers become random; a map of the image would not")
  func check() throws {
    try withTemporaryFolder { folder in
      try SmallModel.make(image: true, text: true).write(to: "\(folder)/model")
      var random = RandomStream(seed: 5)
      let cases = try (0..<3).map { index in
        let image = PixelImage(
          width: 24, height: 24, channels: 1,
          pixels: (0..<24 * 24).map { _ in UInt8(random.below(256)) })
        try image.savePNG(path: "\(folder)/\(index).png")
        return Case(
          id: "\(index)", imagePath: "\(folder)/\(index).png", text: "the heart is large",
          source: Place())
      }
      var settings = ExplanationSettings()
      settings.baselines = [.black]
      settings.integration.nodes = 8
      settings.integration.maximumNodes = 8
      let check = try SanityCheck(
        CaseSelection(model: "\(folder)/model", cases: cases, description: "noise"), finding: nil,
        cases: 2, grain: .stages, settings: settings, seed: 1, registry: SmallModel.registry(),
        kernels: OpenBLASKernels(), progress: ProgressReporter(mode: .quiet))
      #expect(check.cases == 2)
      let rows = check.rows.filter { $0.method == "integrated-gradients-black" }
      #expect(rows.count > 4)
      #expect(rows[0].layer == nil && abs((rows[0].scores ?? 0) - 1) < 1e-12)
      #expect(rows[0].signals == 1)
      #expect(rows[1].layer == "head")
      let last = try #require(rows.last?.scores)
      #expect(abs(last) < 0.5, "\(last)")
      try check.write(to: "\(folder)/sane")
      #expect(
        try CSVTable(path: "\(folder)/sane/sanity.csv").rowCount == check.rows.count)
    }
  }

  @Test("A fresh model has the same keys and shapes, other weights, and is the same twice")
  func fresh() throws {
    let registry = try SmallModel.registry()
    let model = try SmallModel.make(image: true, text: true)
    func made() throws -> [[Float]] {
      try model.fresh(registry: registry, random: RandomStream(seed: 3)).classifier.store.parameters
        .map { $0.value.values }
    }
    let one = try made()
    #expect(try one == made())
    #expect(one.map(\.count) == model.classifier.store.parameters.map { $0.value.count })
    #expect(one != model.classifier.store.parameters.map { $0.value.values })
  }
}
