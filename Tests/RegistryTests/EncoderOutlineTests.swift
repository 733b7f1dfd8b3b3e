import Basics
import EncoderKit
import Testing
import WeightFiles

@testable import Registry

/// A small network whose depthwise convolution comes before its stem by key and by order.
private struct Depthwise: ImageEncoderEntry {
  let description = EncoderDescription(
    name: "depthwise", modality: .image, summary: "a test", paper: "none", link: "https://none",
    options: [],
    image: ImageDetails(featureWidth: 8, classifier: "fc", stages: ["all"], size: 16))

  struct Network: ImageEncoder {
    let featureWidth = 8
    let stages = [EncoderStage("all", keys: ["a", "stem"])]
    func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor { x }
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    for (key, shape) in [("a.weight", [8, 3, 3, 1]), ("stem.weight", [8, 3, 3, input.channels])] {
      _ = try scope.parameter(key, shape: shape, kind: .weight, initializer: .constant(0))
    }
    _ = try scope.parameter("stem.bias", shape: [8], kind: .offset, initializer: .constant(0))
    return Network()
  }
}

@Suite("Which parameter reads the images")
struct EncoderOutlineTests {
  @Test(
    "Channels are those of the convolution that reads the images, in one channel and in three",
    arguments: [1, 3])
  func depthwise(channels: Int) throws {
    // The writer sorts by name: the depthwise convolution stands first in the file.
    let data = try TensorFile.encode([
      ("a.weight", [8, 1, 3, 3], [Float](repeating: 1, count: 72)),
      ("stem.weight", [8, channels, 3, 3], [Float](repeating: 2, count: 72 * channels)),
      ("stem.bias", [8], [Float](repeating: 0, count: 8)),
    ])
    let mapping = try WeightImport(
      StateDictionary.parse(data, path: "file"), entry: Depthwise(),
      options: ([:] as JSONValue).object(), size: 16)
    #expect(mapping.channels == channels)
    #expect(mapping.readers == ["stem.weight"])
    let tensors = try mapping.tensors().mapValues {
      Tensor(
        $0.values,
        shape: [$0.shape[0]] + $0.shape.dropFirst(2) + ($0.shape.count > 1 ? [$0.shape[1]] : []))
    }
    let other = 4 - channels
    let converted = try ChannelConversion(from: nil, to: other).converted(
      tensors, readers: mapping.readers, order: mapping.mapped, at: Place())
    #expect(converted["stem.weight"]?.shape == [8, 3, 3, other])
    #expect(converted["a.weight"]?.values == tensors["a.weight"]?.values)
  }
}
