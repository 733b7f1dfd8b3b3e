import Basics
import EncoderKit
import Registry
import TestSupport
import Testing

@testable import Training

@Suite("Training")
struct TrainingSettingsTests {
  @Test("The rate rises over the warm-up and falls along a half cosine to zero")
  func schedule() {
    var settings = TrainingSettings()
    settings.learningRate = 1
    settings.warmup = 0.1
    #expect(settings.rate(step: 0, of: 100) < 0.1)
    #expect(abs(settings.rate(step: 10, of: 100) - 1) < 1e-12)
    #expect(abs(settings.rate(step: 55, of: 100) - 0.5) < 1e-12)
    #expect(settings.rate(step: 99, of: 100) < 1e-3)
    settings.schedule = .constant
    #expect(settings.rate(step: 99, of: 100) == 1)
  }

  @Test("Pixels are normalised by one mean and deviation, or by those of each channel")
  func normalization() throws {
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    func pixels(_ channels: Int, _ normalization: JSONValue) throws -> [Float] {
      let branch = try ImageBranch(
        [
          "encoder": "resnet18", "channels": channels.json,
          "normalization": normalization,
        ], registry: registry, defaults: TrainingSettings())
      return branch.pixels.normalized([1, 2, 3, 4, 5, 6])
    }
    #expect(try pixels(1, ["mean": 1, "deviation": 0.5]) == [0, 2, 4, 6, 8, 10])
    #expect(
      try pixels(3, ["mean": [1, 2, 3], "deviation": [1, 0.5, 0.25]]) == [0, 0, 0, 3, 6, 12])
    #expect(
      errorText { _ = try pixels(3, ["mean": [1, 2], "deviation": [1, 2]]) }
        .contains("found 2 means and 2 deviations; expected one or 3"))
  }

  @Test("Settings survive their JSON form, and unknown ones are refused")
  func json() throws {
    var settings = TrainingSettings()
    settings.epochs = 7
    settings.optimizer = .sgd
    settings.select = .best
    settings.average = 0.99
    #expect(try TrainingSettings(settings.json.object(), defaults: TrainingSettings()) == settings)
    let text = errorText {
      _ = try TrainingSettings(
        (["learnignRate": 0.1] as JSONValue).object(), defaults: TrainingSettings())
    }
    #expect(text.contains("did you mean \"learningRate\"?"))
  }

  @Test("File order and ours are inverse, and a known weight lands where it should")
  func order() {
    let ours = Tensor((0..<24).map(Float.init), shape: [2, 2, 2, 3])  // out, height, width, in
    let file = ours.inFileOrder
    #expect(file.shape == [2, 3, 2, 2])
    // ours[1, 0, 1, 2] = 12 + 3 + 2 = 17 stands at file[1, 2, 0, 1] = 12 + 8 + 1
    #expect(file.values[21] == 17)
    #expect(file.fromFileOrder.values == ours.values)
    let linear = Tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(linear.inFileOrder.values == linear.values)
  }

  @Test("Batches come in order, whole, whatever the consumer does")
  func pipeline() throws {
    let pipeline = BatchPipeline(count: 50) { $0 * $0 }
    var values: [Int] = []
    while let value = try pipeline.next() { values.append(value) }
    #expect(values == (0..<50).map { $0 * $0 })
    let stopped = BatchPipeline(count: 1000) { $0 }
    _ = try stopped.next()
    stopped.cancel()
    let failing = BatchPipeline(count: 3) { index -> Int in
      guard index < 1 else { throw ZooError(.badFormat, "number \(index)") }
      return index
    }
    #expect(try failing.next() == 0)
    #expect(errorText { _ = try failing.next() }.contains("number 1"))
  }
}
