import EncoderKit
import Foundation
import TestSupport
import Testing

@testable import ViTPlugin

/// Values by a formula that the Python side of these tests shares, in PyTorch's order of axes.
private func formula(_ count: Int, _ number: Int, plus offset: Double) -> [Float] {
  (0..<count).map { Float(0.2 * sin(0.37 * Double($0) + Double(number)) + offset) }
}

/// The parameters of an encoder by that formula; the numbers are those of the keys in order.
private func given(_ configuration: ViTConfiguration, size: Int) throws -> [String: Tensor] {
  let blank = ParameterStore.blank()
  _ = try VisionTransformer(
    configuration, input: ImageInput(size: size, channels: 3), scope: Scope(blank))
  let keys = blank.parameters.map { ($0.key, $0.value.shape) }.sorted { $0.0 < $1.0 }
  return Dictionary(
    uniqueKeysWithValues: keys.enumerated().map { number, item in
      let (key, shape) = item
      let isFactor = key.contains("norm") && key.hasSuffix("weight") || key.hasSuffix("gamma")
      let values = formula(shape.reduce(1, *), number, plus: isFactor ? 1 : 0)
      // Files have the last axis second.
      let published =
        shape.count > 2 ? [shape[0], shape[shape.count - 1]] + shape[1..<shape.count - 1] : shape
      return (key, Tensor(values, shape: published).fromFileOrder)
    })
}

private func features(_ configuration: ViTConfiguration) throws -> [Float] {
  let store = try ParameterStore(
    random: RandomStream(seed: 1), given: given(configuration, size: 32))
  let encoder = try VisionTransformer(
    configuration, input: ImageInput(size: 32, channels: 3), scope: Scope(store))
  let count = 2 * 32 * 32 * 3
  let images = Tensor(
    (0..<count).map { Float(sin(0.05 * 1.7 * Double($0))) }, shape: [2, 32, 32, 3])
  var pass = Forward(
    .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
  return encoder.features(images, &pass).values
}

@Suite("Vision transformers") struct ViTTests {
  private static let small = ViTConfiguration(patch: 8, width: 24, depth: 2, heads: 3)

  @Test(
    "Features are timm's: plain, by the mean, with registers, layer scale and gated hidden layers",
    arguments: [
      ("plain", [-1.07351, 0.159689, 0.601772, -0.850447, -1.073551, -0.05691, -0.850551]),
      ("mean", [-0.607128, 0.426359, 0.716829, -1.131406, -0.601229, 0.015085, -1.111523]),
      ("dinov2", [1.395235, -0.442333, -0.56961, -2.184519, 1.39529, -0.506995, -2.184604]),
    ] as [(String, [Float])])
  func timm(kind: String, expected: [Float]) throws {
    var configuration = Self.small
    if kind == "mean" { configuration.pooling = .mean }
    if kind == "dinov2" {
      (configuration.registers, configuration.hasClassPosition) = (2, false)
      (configuration.hasLayerScale, configuration.isGated) = (true, true)
      configuration.hiddenRatio = 2.66667 * 2
    }
    let found = try features(configuration)
    #expect(found.count == 48)
    for (index, value) in zip([0, 1, 2, 23, 24, 40, 47], expected) {
      #expect(abs(found[index] - value) < 1e-4, "feature \(index): \(found[index]), \(value)")
    }
  }

  @Test("Positions are interpolated as timm does, to fewer places and to more")
  func positions() throws {
    let values = (0..<26 * 4).map { Float(sin(0.31 * Double($0))) }
    let grid = try #require(PositionGrid(rows: 26, prefix: 1))
    #expect(grid.side == 5 && PositionGrid(rows: 27, prefix: 1) == nil)
    let expected: [(Int, [Float])] = [
      (3, [0.0, 0.80162, 0.861352, 0.776265, -0.528535, 0.015072]),
      (5, [0.0, 0.80162, 0.945784, 0.999784, 0.421209, 0.491728]),
      (8, [0.0, 0.80162, 0.972293, 1.04774, 0.807482, 0.569761]),
    ]
    for (side, wanted) in expected {
      let other = try #require(PositionGrid(rows: 1 + side * side, prefix: 1))
      let found = grid.resized(values, width: 4, to: other)
      #expect(found.count == (1 + side * side) * 4)
      for (index, value) in zip([0, 3, 4, 5, 4 * (side + 2) + 1, found.count - 1], wanted) {
        #expect(abs(found[index] - value) < 1e-5, "side \(side), \(index)")
      }
    }
  }

  @Test(
    "Numbers of parameters are timm's, with a classifier where it has one",
    arguments: [
      (ViTConfiguration.tiny, 224, 1000, 5_717_416), (.small, 224, 1000, 22_050_664),
      (.base, 224, 1000, 86_567_656),
      (.init(patch: 32, width: 768, heads: 12), 224, 1000, 88_224_232),
      (.large, 224, 1000, 304_326_632), (ViTConfiguration.small.dinov2(), 518, 0, 22_056_192),
      (ViTConfiguration.base.dinov2(), 518, 0, 86_579_712),
      (ViTConfiguration.large.dinov2(), 518, 0, 304_367_616),
      (ViTConfiguration.small.dinov2(registers: 4), 518, 0, 22_057_344),
      (ViTConfiguration.base.dinov2(registers: 4), 518, 0, 86_582_016),
    ])
  func counts(configuration: ViTConfiguration, size: Int, classes: Int, published: Int) throws {
    let store = ParameterStore.blank()
    _ = try VisionTransformer(
      configuration, input: ImageInput(size: size, channels: 3), scope: Scope(store))
    #expect(store.parameterCount + classes * (configuration.width + 1) == published)
    #expect(
      store.parameters.allSatisfy { parameter in
        VisionTransformer.stages(of: configuration).count { $0.owns(parameter.key) } == 1
      })
  }

  @Test("Names of torchvision, of the original DINOv2 and of transformers are understood")
  func names() {
    let expected: [(String, PublishedName?)] = [
      ("conv_proj.weight", .key("patch_embed.proj.weight")),
      ("encoder.pos_embedding", .key("pos_embed")),
      ("encoder.layers.encoder_layer_3.ln_1.bias", .key("blocks.3.norm1.bias")),
      (
        "encoder.layers.encoder_layer_11.self_attention.in_proj_weight",
        .key("blocks.11.attn.qkv.weight")
      ),
      ("encoder.layers.encoder_layer_0.mlp.3.weight", .key("blocks.0.mlp.fc2.weight")),
      ("blocks.2.mlp.w12.weight", .key("blocks.2.mlp.fc1.weight")),
      ("embeddings.position_embeddings", .key("pos_embed")),
      (
        "encoder.layer.5.attention.attention.key.bias",
        .piece(key: "blocks.5.attn.qkv.bias", index: 1, count: 3)
      ),
      ("encoder.layer.5.attention.output.dense.weight", .key("blocks.5.attn.proj.weight")),
      ("encoder.layer.5.output.dense.weight", .key("blocks.5.mlp.fc2.weight")),
      ("encoder.layer.5.layer_scale2.lambda1", .key("blocks.5.ls2.gamma")),
      (
        "layers.4.attention.v_proj.weight",
        .piece(key: "blocks.4.attn.qkv.weight", index: 2, count: 3)
      ),
      ("layers.4.attention.o_proj.bias", .key("blocks.4.attn.proj.bias")),
      ("layernorm.bias", .key("norm.bias")),
      ("mask_token", .leftOut(reason: "stands for masked patches in pre-training")),
      ("blocks.2.attn.qkv.weight", nil), ("something.else", nil),
    ]
    for (name, wanted) in expected { #expect(ViTKeys.published(name) == wanted, "\(name)") }
  }

  @Test("A size that patches do not fill is refused with one that they do")
  func sizes() {
    let text = errorText {
      _ = try VisionTransformer(
        .small, input: ImageInput(size: 100, channels: 3), scope: Scope(ParameterStore.blank()))
    }
    #expect(
      text.contains("100 pixels are not whole patches of 16") && text.contains("such as 96 or 112"),
      "\(text)")
  }
}
