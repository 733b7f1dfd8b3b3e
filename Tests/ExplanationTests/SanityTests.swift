import Basics
import Datasets
import EncoderKit
import Evaluation
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
    #expect(!same.isFlat && !other.isFlat)
    let flat = AttributionMap(height: 1, width: 4, values: [1, 1, 1, 1])
    for pair in [(map, flat), (flat, map), (flat, flat)] {
      let none = MapSimilarity(pair.0, pair.1, sensitivity: 0)
      #expect(none.isFlat && none.scores == nil && none.magnitudes == nil && none.signals == nil)
    }
    #expect(MapSimilarity(negative, negative, sensitivity: 0).signals == nil)
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

  /// Three images of noise with a report.
  private func cases(_ folder: String) throws -> [Case] {
    var random = RandomStream(seed: 5)
    return try (0..<3).map { index in
      let image = PixelImage(
        width: 24, height: 24, channels: 1,
        pixels: (0..<24 * 24).map { _ in UInt8(random.below(256)) })
      try image.savePNG(path: "\(folder)/\(index).png")
      return Case(
        id: "\(index)", imagePath: "\(folder)/\(index).png", text: "the heart is large",
        source: Place())
    }
  }

  /// The check of the model in `folder` with few nodes.
  private func check(
    _ folder: String, shuffled: TrainedModel? = nil, finding: String? = nil
  ) throws -> SanityCheck {
    var settings = ExplanationSettings()
    settings.baselines = [.black]
    settings.integration.nodes = 8
    settings.integration.maximumNodes = 8
    return try SanityCheck(
      CaseSelection(model: "\(folder)/model", cases: cases(folder), description: "noise"),
      shuffled: shuffled.map { SanityCheck.Shuffled(model: $0, description: "Shuffled <so>.") },
      finding: finding, cases: 2, grain: .stages, settings: settings, seed: 1,
      registry: SmallModel.registry(), kernels: ReferenceKernels(),
      progress: ProgressReporter(mode: .quiet))
  }

  @Test("Maps of integrated gradients change as layers become random; a map of the image would not")
  func check() throws {
    try withTemporaryFolder { folder in
      try SmallModel.make(image: true, text: true).write(to: "\(folder)/model")
      let check = try check(folder)
      #expect(check.cases == 2 && check.shuffledRows.isEmpty)
      let rows = check.rows.filter { $0.method == "integrated-gradients-black" }
      #expect(rows.count > 4)
      #expect(rows[0].layer == nil && abs((rows[0].scores ?? 0) - 1) < 1e-12)
      #expect(rows[0].signals == 1 && rows[0].flat == 0)
      #expect(rows[1].layer == "head")
      let last = try #require(rows.last?.scores)
      #expect(abs(last) < 0.5, "\(last)")
      try check.write(to: "\(folder)/sane")
      #expect(
        try CSVTable(path: "\(folder)/sane/sanity.csv").rowCount == check.rows.count)
    }
  }

  @Test(
    "The maps of one class or finding of several are checked, beside shuffled labels too",
    arguments: [TaskKind.multiClass, .multiLabel])
  func several(task: TaskKind) throws {
    try withTemporaryFolder { folder in
      let model = try SmallModel.make(
        image: true, text: true, findings: ["none", "mass", "edema"], task: task)
      try model.write(to: "\(folder)/model")
      let other = try model.fresh(registry: SmallModel.registry(), random: RandomStream(seed: 9))
      let check = try check(folder, shuffled: other, finding: "mass")
      #expect(check.record.positive == "mass")
      let rows = check.rows.filter { $0.method == "integrated-gradients-black" }
      #expect(abs((rows[0].scores ?? 0) - 1) < 1e-12)
      #expect(abs(rows.last?.scores ?? 1) < 0.5)
      #expect(abs(check.shuffledRows[0].scores ?? 1) < 0.9)
      #expect(errorText { _ = try self.check(folder) }.contains("add --finding, one of: none"))
    }
  }

  @Test("A model of shuffled labels gets a row a method: the same model shares all, another little")
  func shuffled() throws {
    try withTemporaryFolder { folder in
      let model = try SmallModel.make(image: true, text: true)
      try model.write(to: "\(folder)/model")
      let same = try check(folder, shuffled: model).shuffledRows
      #expect(same.map(\.method) == ["integrated-gradients-black", "grad-cam"])
      #expect(abs((same[0].scores ?? 0) - 1) < 1e-12 && same[0].signals == 1)
      let other = try check(
        folder,
        shuffled: model.fresh(registry: SmallModel.registry(), random: RandomStream(seed: 9)))
      #expect(abs(other.shuffledRows[0].scores ?? 1) < 0.5)
      try other.write(to: "\(folder)/sane")
      let lines = try String(contentsOfFile: "\(folder)/sane/sanity.csv", encoding: .utf8)
        .split(separator: "\n")
      #expect(lines.count { $0.contains(",shuffled labels,") } == 2)
      let page = try String(contentsOfFile: "\(folder)/sane/sanity.html", encoding: .utf8)
      #expect(page.contains("Shuffled &lt;so&gt;."))
      let small = try SmallModel.make(image: true, text: false)
      #expect(
        errorText { _ = try check(folder, shuffled: small) }.contains("has other layers"))
    }
  }

  @Test("A flat map is called flat in place of a figure")
  func flat() throws {
    try withTemporaryFolder { folder in
      let model = try SmallModel.make(image: true, text: true)
      // Without a head nothing reaches the maps.
      for parameter in model.classifier.store.parameters where parameter.key.hasPrefix("head.") {
        parameter.replace(Tensor(repeating: 0, shape: parameter.value.shape))
      }
      try model.write(to: "\(folder)/model")
      let check = try check(folder)
      for row in check.rows {
        #expect(row.flat == 2 && row.scores == nil && row.signals == nil && row.magnitudes == nil)
      }
      #expect(check.lines.count == 2)
      for line in check.lines { #expect(line.contains("a map is flat"), "\(line)") }
      try check.write(to: "\(folder)/sane")
      let page = try String(contentsOfFile: "\(folder)/sane/sanity.html", encoding: .utf8)
      #expect(page.contains("<td>flat</td>"))
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
