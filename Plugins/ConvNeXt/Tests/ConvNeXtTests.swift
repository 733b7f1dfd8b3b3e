import EncoderKit
import TestSupport
import Testing

@testable import ConvNeXtPlugin

@Suite("ConvNeXts") struct ConvNeXtTests {
  @Test(
    "Numbers of parameters are timm's with its classifier, one stage owns each",
    arguments: zip(
      ConvNeXtConfiguration.all.flatMap { [$0.configuration, $0.configuration.version2] },
      [
        28_589_128, 28_635_496, 50_223_688, 50_318_440, 88_591_464, 88_717_800, 197_767_336,
        197_956_840,
      ]))
  func counts(configuration: ConvNeXtConfiguration, published: Int) throws {
    let store = ParameterStore.blank()
    _ = try ConvNeXt(
      configuration, input: ImageInput(size: 224, channels: 3), scope: Scope(store))
    #expect(store.parameterCount + 1000 * (configuration.featureWidth + 1) == published)
    #expect(
      store.parameters.allSatisfy { parameter in
        ConvNeXt.stages(of: configuration).count { $0.owns(parameter.key) } == 1
      })
  }

  @Test("Images that the last layer would have no place of are refused with the size it needs")
  func tooSmall() {
    let text = errorText {
      _ = try ConvNeXt(
        ConvNeXtConfiguration.all[0].configuration, input: ImageInput(size: 31, channels: 1),
        scope: Scope(ParameterStore.blank()))
    }
    #expect(text.contains("at least 32 pixels; found 31"), "\(text)")
  }

  @Test("Names of torchvision, of the original and of transformers are understood")
  func names() {
    let expected: [(String, String?)] = [
      ("features.0.1.weight", "stem.1.weight"),
      ("features.1.0.block.0.bias", "stages.0.blocks.0.conv_dw.bias"),
      ("features.5.8.block.5.weight", "stages.2.blocks.8.mlp.fc2.weight"),
      ("features.5.8.layer_scale", "stages.2.blocks.8.gamma"),
      ("features.6.1.weight", "stages.3.downsample.1.weight"),
      ("classifier.0.weight", "head.norm.weight"), ("classifier.2.bias", "head.fc.bias"),
      ("downsample_layers.0.0.weight", "stem.0.weight"),
      ("downsample_layers.2.0.bias", "stages.2.downsample.0.bias"),
      ("stages.1.2.dwconv.weight", "stages.1.blocks.2.conv_dw.weight"),
      ("stages.1.2.pwconv1.bias", "stages.1.blocks.2.mlp.fc1.bias"),
      ("stages.1.2.gamma", "stages.1.blocks.2.gamma"),
      ("stages.1.2.grn.beta", "stages.1.blocks.2.mlp.grn.bias"), ("norm.bias", "head.norm.bias"),
      ("head.weight", "head.fc.weight"), ("embeddings.layernorm.bias", "stem.1.bias"),
      ("encoder.stages.3.downsampling_layer.1.bias", "stages.3.downsample.1.bias"),
      ("encoder.stages.0.layers.1.layer_scale_parameter", "stages.0.blocks.1.gamma"),
      ("encoder.stages.0.layers.1.grn.weight", "stages.0.blocks.1.mlp.grn.weight"),
      ("layernorm.weight", "head.norm.weight"), ("stages.0.blocks.0.norm.weight", nil),
      ("head.norm.weight", nil), ("stages.0.downsample.0.weight", nil), ("other.weight", nil),
    ]
    for (name, key) in expected {
      #expect(ConvNeXtKeys.published(name) == key.map { .key($0) }, "\(name)")
    }
  }
}
