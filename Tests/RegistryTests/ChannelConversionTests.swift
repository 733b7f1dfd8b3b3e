import Basics
import EncoderKit
import TestSupport
import Testing

@testable import Registry

@Suite("Three channels to one and back")
struct ChannelConversionTests {
  private let input = WeightInput(
    channels: 3, size: 32, resize: 32, mean: [0.5, 0.4, 0.3], deviation: [0.25, 0.2, 0.1])
  /// Two filters of 1 × 2 positions over three channels.
  private let kernel = Tensor([1, 2, 3, 4, 5, 6, -1, 0, 1, 2, 0, -2], shape: [2, 1, 2, 3])
  private let order = ["stem.weight", "norm.weight", "norm.running_mean"]

  /// What filter `k` answers to two grey pixels, channel by channel.
  private func reference(_ k: Int, _ pixels: [Float]) -> Float {
    var sum: Float = 0
    for position in 0..<2 {
      for channel in 0..<3 {
        sum +=
          kernel.values[(k * 2 + position) * 3 + channel]
          * (pixels[position] - input.mean[channel]) / input.deviation[channel]
      }
    }
    return sum
  }

  private func answer(_ k: Int, _ pixels: [Float], _ converted: Tensor) -> Float {
    let (mean, deviation) = (Float(0.4), Float(0.55 / 3))
    return (0..<2).reduce(0) {
      $0 + converted.values[k * 2 + $1] * (pixels[$1] - mean) / deviation
    }
  }

  @Test("One channel answers as three of a grey image did: the constant goes to the running mean")
  func intoNormalization() throws {
    let tensors = [
      "stem.weight": kernel, "norm.weight": Tensor([1, 1], shape: [2]),
      "norm.running_mean": Tensor([0.5, -2], shape: [2]),
    ]
    let result = try ChannelConversion(from: input, to: 1).converted(
      tensors, readers: ["stem.weight"], order: order, at: Place())
    let converted = try #require(result["stem.weight"])
    #expect(converted.shape == [2, 1, 2, 1])
    let running = try #require(result["norm.running_mean"]).values
    for (k, old) in [(0, Float(0.5)), (1, -2)] {
      for pixels: [Float] in [[0, 0], [1, 0.25], [0.7, 0.1]] {
        let (expected, found) = (
          reference(k, pixels) - old, answer(k, pixels, converted) - running[k]
        )
        #expect(abs(expected - found) < 1e-4, "filter \(k), \(pixels)")
      }
    }
    #expect(result["norm.weight"]?.values == [1, 1])
  }

  @Test("The constant goes to the convolution's own bias where it has one")
  func intoBias() throws {
    let tensors = ["stem.weight": kernel, "stem.bias": Tensor([0.1, 0.2], shape: [2])]
    let result = try ChannelConversion(from: input, to: 1).converted(
      tensors, readers: ["stem.weight"], order: ["stem.weight", "stem.bias"], at: Place())
    let converted = try #require(result["stem.weight"])
    let bias = try #require(result["stem.bias"]).values
    let found = answer(1, [0.7, 0.1], converted) + bias[1]
    #expect(abs(found - (reference(1, [0.7, 0.1]) + 0.2)) < 1e-4)
  }

  @Test("Channels normalised alike are summed; one channel becomes a third of three")
  func plain() throws {
    let one = try ChannelConversion(from: nil, to: 1).converted(
      ["stem.weight": kernel], readers: ["stem.weight"], order: ["stem.weight"], at: Place())
    #expect(one["stem.weight"]?.values == [6, 15, 0, 0])
    let three = try ChannelConversion(from: nil, to: 3).converted(
      ["stem.weight": Tensor([3, 6], shape: [1, 1, 2, 1])], readers: ["stem.weight"],
      order: ["stem.weight"], at: Place())
    #expect(three["stem.weight"]?.shape == [1, 1, 2, 3])
    #expect(three["stem.weight"]?.values == [1, 1, 1, 2, 2, 2])
  }

  @Test("A first convolution with nowhere to put the constant is refused")
  func refused() {
    let text = errorText {
      _ = try ChannelConversion(from: input, to: 1).converted(
        ["stem.weight": kernel], readers: ["stem.weight"], order: ["stem.weight"], at: Place())
    }
    #expect(text.contains("stem.weight has neither a bias nor a normalisation"))
    // A normalisation of the same width behind another convolution does not take it up.
    let later = [
      "stem.weight": kernel, "other.weight": Tensor(repeating: 1, shape: [2, 1, 1, 2]),
      "norm.running_mean": Tensor([0, 0], shape: [2]),
    ]
    let other = errorText {
      _ = try ChannelConversion(from: input, to: 1).converted(
        later, readers: ["stem.weight"],
        order: ["stem.weight", "other.weight", "norm.running_mean"],
        at: Place())
    }
    #expect(other.contains("stem.weight has neither a bias nor a normalisation"))
  }
}
