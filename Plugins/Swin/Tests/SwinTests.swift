import EncoderKit
import Foundation
import TestSupport
import Testing

@testable import SwinPlugin

/// Values by a formula that the Python side of these tests shares.
private func formula(_ count: Int, _ number: Int, plus offset: Double) -> [Float] {
  (0..<count).map { Float(0.2 * sin(0.37 * Double($0) + Double(number)) + offset) }
}

/// The parameters of an encoder by that formula; the numbers are those of the keys in order.
private func given(_ configuration: SwinConfiguration, size: Int) throws -> [String: Tensor] {
  let blank = ParameterStore.blank()
  _ = try SwinTransformer(
    configuration, input: ImageInput(size: size, channels: 3), scope: Scope(blank))
  let keys = blank.parameters.map { ($0.key, $0.value.shape) }.sorted { $0.0 < $1.0 }
  return Dictionary(
    uniqueKeysWithValues: keys.enumerated().map { number, item in
      let (key, shape) = item
      let isFactor = key.contains("norm") && key.hasSuffix("weight")
      let values = formula(shape.reduce(1, *), number, plus: isFactor ? 1 : 0)
      // Files have the last axis second.
      let published =
        shape.count > 2 ? [shape[0], shape[shape.count - 1]] + shape[1..<shape.count - 1] : shape
      return (key, Tensor(values, shape: published).fromFileOrder)
    })
}

@Suite("Swin transformers") struct SwinTests {
  @Test(
    "Features are torchvision's: whole windows, windows and pairs that are filled up, one window",
    arguments: [
      (
        24, [2, 2], [2, 4], 3,
        [-1.20533, 0.592743, 1.179904, 0.70442, -1.199079, -0.438435, 0.703297]
      ),
      (
        20, [2, 3], [2, 4], 3,
        [-0.544233, 1.264176, 0.811101, 0.446541, -0.498917, 0.182237, 0.415484]
      ),
      (
        18, [2, 1, 2], [2, 2, 4], 4,
        [-0.006629, 1.075952, -0.991694, -0.426413, 0.011308, -0.717464, -0.373178]
      ),
    ] as [(Int, [Int], [Int], Int, [Float])])
  func torchvision(size: Int, blocks: [Int], heads: [Int], window: Int, expected: [Float]) throws {
    let configuration = SwinConfiguration(
      blocks: blocks, heads: heads, width: 8, patch: 2, window: window)
    let store = try ParameterStore(
      random: RandomStream(seed: 1), given: given(configuration, size: size))
    let encoder = try SwinTransformer(
      configuration, input: ImageInput(size: size, channels: 3), scope: Scope(store))
    let images = Tensor(
      (0..<2 * size * size * 3).map { Float(sin(0.05 * 1.7 * Double($0))) },
      shape: [2, size, size, 3])
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    let found = encoder.features(images, &pass).values
    let count = 2 * configuration.featureWidth
    #expect(found.count == count)
    for (index, value) in zip(
      [0, 1, 2, count / 2 - 1, count / 2, count * 4 / 5, count - 1], expected)
    {
      #expect(abs(found[index] - value) < 1e-4, "feature \(index): \(found[index]), \(value)")
    }
  }

  @Test("Windows by hand: a map of 3 × 3 in windows of 2, moved by one")
  func windows() throws {
    let plain = TokenGrid(side: 3, window: 2, shift: 0)
    #expect(plain.cut == [0, 1, 3, 4, 2, -1, 5, -1, 6, 7, -1, -1, 8, -1, -1, -1])
    #expect(plain.joined == [0, 1, 4, 2, 3, 6, 8, 9, 12] && plain.masks == nil)
    let moved = TokenGrid(side: 3, window: 2, shift: 1)
    #expect(moved.cut == [4, 5, 7, 8, -1, 3, -1, 6, -1, -1, 1, 2, -1, -1, -1, 0])
    let masks = try #require(moved.masks)
    #expect(masks.shape == [4, 4, 4] && masks.values.prefix(16).allSatisfy { $0 == 0 })
    // Of the second window the right half comes from the left of the map.
    #expect(masks.values[16..<20] == [0, -100, 0, -100])
    #expect(masks.values[48..<64].count { $0 == 0 } == 4)
    // One window sees everything, wherever it is.
    #expect(TokenGrid(side: 2, window: 2, shift: 1).shift == 0)
    #expect(TokenGrid.distances(window: 2) == [4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4])
    #expect(
      TokenGrid.merged(side: 3) == [0, 3, 1, 4, 2, 5, -1, -1, 6, -1, 7, -1, 8, -1, -1, -1])
  }

  @Test(
    "Numbers of parameters are torchvision's and timm's with a classifier, one stage owns each",
    arguments: zip(
      SwinConfiguration.all.map(\.configuration), [28_288_354, 49_606_258, 87_768_224, 196_532_476])
  )
  func counts(configuration: SwinConfiguration, published: Int) throws {
    let store = ParameterStore.blank()
    _ = try SwinTransformer(
      configuration, input: ImageInput(size: 224, channels: 3), scope: Scope(store))
    #expect(store.parameterCount + 1000 * (configuration.featureWidth + 1) == published)
    #expect(
      store.parameters.allSatisfy { parameter in
        SwinTransformer.stages(of: configuration).count { $0.owns(parameter.key) } == 1
      })
  }

  @Test("Names of torchvision, of the original, of timm and of transformers are understood")
  func names() {
    let keys = SwinKeys(SwinConfiguration())
    let expected: [(String, [Int], PublishedName?)] = [
      ("features.0.0.weight", [96, 3, 4, 4], .key("patch_embed.proj.weight")),
      ("features.0.2.bias", [96], .key("patch_embed.norm.bias")),
      ("features.5.3.mlp.3.weight", [384, 1536], .key("layers.2.blocks.3.mlp.fc2.weight")),
      (
        "features.1.1.attn.relative_position_bias_table", [169, 3],
        .key("layers.0.blocks.1.attn.relative_position_bias_table")
      ),
      (
        "features.1.1.attn.relative_position_index", [2401],
        .leftOut(reason: "follows from the window")
      ),
      ("features.2.norm.bias", [384], .key("layers.1.downsample.norm.bias")),
      ("features.6.reduction.weight", [768, 1536], .key("layers.3.downsample.reduction.weight")),
      // Of a sibling of another width, too.
      ("features.2.reduction.weight", [80, 160], .key("layers.1.downsample.reduction.weight")),
      // The same name at the end of a layer and at the beginning of the next.
      (
        "layers.1.downsample.reduction.weight", [384, 768],
        .key("layers.2.downsample.reduction.weight")
      ),
      (
        "layers.1.downsample.reduction.weight", [192, 384],
        .key("layers.1.downsample.reduction.weight")
      ),
      ("layers.0.downsample.norm.weight", [384], .key("layers.1.downsample.norm.weight")),
      ("layers.1.downsample.reduction.weight", [100, 384], nil),
      (
        "layers.0.blocks.1.attn_mask", [64, 49, 49],
        .leftOut(reason: "follows from the images' size")
      ),
      ("layers.0.blocks.1.norm1.weight", [96], .key("layers.0.blocks.1.norm1.weight")),
      ("head.weight", [1000, 768], .key("head.fc.weight")),
      ("embeddings.norm.weight", [96], .key("patch_embed.norm.weight")),
      (
        "encoder.layers.2.blocks.4.attention.self.value.bias", [384],
        .piece(key: "layers.2.blocks.4.attn.qkv.bias", index: 2, count: 3)
      ),
      (
        "encoder.layers.2.blocks.4.attention.output.dense.weight", [384, 384],
        .key("layers.2.blocks.4.attn.proj.weight")
      ),
      (
        "encoder.layers.2.blocks.4.output.dense.bias", [384],
        .key("layers.2.blocks.4.mlp.fc2.bias")
      ),
      (
        "encoder.layers.2.downsample.norm.weight", [1536],
        .key("layers.3.downsample.norm.weight")
      ),
      ("norm.weight", [768], nil), ("something.else", [1], nil),
    ]
    for (name, shape, wanted) in expected {
      #expect(keys.published(name, shape: shape) == wanted, "\(name)")
    }
  }

  @Test("Impossible numbers are refused")
  func refused() {
    for (options, message) in [
      ("{\"blocks\": [1, 1]}", "2 layers of blocks and 4 of heads"),
      ("{\"heads\": [3, 5, 12, 24]}", "5 heads can't share a width of 192, that of layer 2"),
      ("{\"windows\": 7}", "unknown key"),
    ] {
      let text = errorText {
        _ = try SwinConfiguration().with(
          JSONValue.parse(Data(options.utf8), path: "study.json").object())
      }
      #expect(text.contains(message), "\(text)")
    }
    let text = errorText {
      _ = try SwinTransformer(
        SwinConfiguration(), input: ImageInput(size: 101, channels: 3),
        scope: Scope(ParameterStore.blank()))
    }
    #expect(text.contains("not whole patches of 4") && text.contains("such as 100 or 104"))
  }
}
