import EncoderKit
import TestSupport
import Testing

@testable import MobileNetPlugin

@Suite("MobileNets") struct MobileNetTests {
  @Test(
    "Numbers of parameters are timm's with its classifier, one stage owns each",
    arguments: [
      (MobileNetConfiguration.version2, 3_504_872), (.small, 2_542_856), (.large, 5_483_032),
    ])
  func counts(configuration: MobileNetConfiguration, published: Int) throws {
    let store = ParameterStore.blank()
    _ = try MobileNet(configuration, channels: 3, scope: Scope(store))
    #expect(store.parameterCount + 1000 * (configuration.featureWidth + 1) == published)
    #expect(
      store.parameters.allSatisfy { parameter in
        MobileNet.stages(of: configuration).count { $0.owns(parameter.key) } == 1
      })
  }

  @Test("Names of torchvision, of the first PyTorch version and of transformers are understood")
  func version2() {
    let keys = MobileNetKeys(.version2)
    let expected: [(String, [Int], String?)] = [
      ("features.0.0.weight", [32, 3, 3, 3], "conv_stem.weight"),
      ("features.0.1.running_var", [32], "bn1.running_var"),
      ("features.1.conv.0.0.weight", [32, 1, 3, 3], "blocks.0.0.conv_dw.weight"),
      ("features.1.conv.1.weight", [16, 32, 1, 1], "blocks.0.0.conv_pw.weight"),
      ("features.1.conv.2.bias", [16], "blocks.0.0.bn2.bias"),
      ("features.2.conv.0.1.weight", [96], "blocks.1.0.bn1.weight"),
      ("features.3.conv.2.weight", [24, 144, 1, 1], "blocks.1.1.conv_pwl.weight"),
      ("features.3.conv.3.weight", [24], "blocks.1.1.bn3.weight"),
      ("features.1.conv.1.weight", [32], "blocks.0.0.bn1.weight"),
      ("features.1.conv.3.weight", [16, 32, 1, 1], "blocks.0.0.conv_pw.weight"),
      ("features.3.conv.3.weight", [144, 1, 3, 3], "blocks.1.1.conv_dw.weight"),
      ("features.3.conv.4.running_mean", [144], "blocks.1.1.bn2.running_mean"),
      ("features.17.conv.6.weight", [320, 960, 1, 1], "blocks.6.0.conv_pwl.weight"),
      ("features.17.conv.7.bias", [320], "blocks.6.0.bn3.bias"),
      ("features.18.0.weight", [1280, 320, 1, 1], "conv_head.weight"),
      ("features.18.1.bias", [1280], "bn2.bias"), ("classifier.1.bias", [1000], "classifier.bias"),
      (
        "conv_stem.first_conv.convolution.weight", [32, 3, 3, 3], "conv_stem.weight"
      ),
      ("conv_stem.conv_3x3.normalization.bias", [32], "blocks.0.0.bn1.bias"),
      ("conv_stem.reduce_1x1.convolution.weight", [16, 32, 1, 1], "blocks.0.0.conv_pw.weight"),
      ("layer.0.expand_1x1.convolution.weight", [96, 16, 1, 1], "blocks.1.0.conv_pw.weight"),
      ("layer.15.reduce_1x1.normalization.weight", [320], "blocks.6.0.bn3.weight"),
      ("conv_1x1.normalization.running_var", [1280], "bn2.running_var"),
      ("layer.16.conv_3x3.convolution.weight", [1, 1, 3, 3], nil), ("other.weight", [1], nil),
    ]
    for (name, shape, key) in expected {
      #expect(keys.published(name, shape: shape) == key.map { .key($0) }, "\(name) \(shape)")
    }
  }

  @Test("Names of torchvision's version 3 are understood, its head too")
  func version3() {
    let keys = MobileNetKeys(.small)
    let expected = [
      ("features.1.block.0.0.weight", "blocks.0.0.conv_dw.weight"),
      ("features.1.block.1.fc1.weight", "blocks.0.0.se.conv_reduce.weight"),
      ("features.1.block.2.1.weight", "blocks.0.0.bn2.weight"),
      ("features.2.block.2.0.weight", "blocks.1.0.conv_pwl.weight"),
      ("features.4.block.2.fc2.bias", "blocks.2.0.se.conv_expand.bias"),
      ("features.4.block.3.0.weight", "blocks.2.0.conv_pwl.weight"),
      ("features.12.0.weight", "blocks.5.0.conv.weight"),
      ("features.12.1.bias", "blocks.5.0.bn1.bias"), ("classifier.0.weight", "conv_head.weight"),
      ("classifier.3.bias", "classifier.bias"),
    ]
    for (name, key) in expected {
      #expect(keys.published(name, shape: [1]) == .key(key), "\(name)")
    }
  }
}
