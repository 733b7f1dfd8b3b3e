import EncoderKit
import TestSupport
import Testing

@testable import EfficientNetPlugin

@Suite("EfficientNets") struct EfficientNetTests {
  private static let published = [
    5_288_548, 7_794_184, 9_109_994, 12_233_232, 19_341_616, 4_652_008,
  ]

  @Test(
    "Numbers of parameters are timm's with its classifier, one stage owns each",
    arguments: zip(EfficientNetConfiguration.all.map(\.configuration), published))
  func counts(configuration: EfficientNetConfiguration, published: Int) throws {
    let store = ParameterStore.blank()
    _ = try EfficientNet(configuration, channels: 3, scope: Scope(store))
    #expect(store.parameterCount + 1000 * (configuration.featureWidth + 1) == published)
    #expect(
      store.parameters.allSatisfy { parameter in
        EfficientNet.stages(of: configuration).count { $0.owns(parameter.key) } == 1
      })
  }

  @Test("Both paddings give features of one width, and not the same")
  func paddings() throws {
    var narrow = EfficientNetConfiguration(width: 0.25, depth: 0.3)
    func features() throws -> [Float] {
      let encoder = try EfficientNet(
        narrow, channels: 1, scope: Scope(ParameterStore(random: RandomStream(seed: 3))))
      let images = Tensor((0..<1024).map { Float($0 % 13) / 13 }, shape: [1, 32, 32, 1])
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      return encoder.features(images, &pass).values
    }
    let even = try features()
    narrow.padsAsTensorFlow = true
    let same = try features()
    #expect(even.count == narrow.featureWidth && same.count == even.count && same != even)
  }

  @Test("Names of torchvision, of the first PyTorch version and of transformers are understood")
  func names() {
    let keys = EfficientNetKeys(.init())
    let expected: [(String, String?)] = [
      ("features.0.0.weight", "conv_stem.weight"), ("features.8.1.bias", "bn2.bias"),
      ("features.1.0.block.0.0.weight", "blocks.0.0.conv_dw.weight"),
      ("features.1.0.block.1.fc1.bias", "blocks.0.0.se.conv_reduce.bias"),
      ("features.1.0.block.2.1.weight", "blocks.0.0.bn2.weight"),
      ("features.6.3.block.1.0.weight", "blocks.5.3.conv_dw.weight"),
      ("features.6.3.block.3.1.running_var", "blocks.5.3.bn3.running_var"),
      ("classifier.1.weight", "classifier.weight"),
      ("_blocks.0._project_conv.weight", "blocks.0.0.conv_pw.weight"),
      ("_blocks.0._bn2.bias", "blocks.0.0.bn2.bias"),
      ("_blocks.2._expand_conv.weight", "blocks.1.1.conv_pw.weight"),
      ("_blocks.2._bn0.weight", "blocks.1.1.bn1.weight"),
      ("_blocks.2._se_expand.weight", "blocks.1.1.se.conv_expand.weight"),
      ("_blocks.15._bn2.weight", "blocks.6.0.bn3.weight"), ("_fc.bias", "classifier.bias"),
      ("embeddings.batchnorm.weight", "bn1.weight"),
      ("encoder.blocks.1.expansion.expand_bn.weight", "blocks.1.0.bn1.weight"),
      (
        "encoder.blocks.0.depthwise_conv.depthwise_norm.weight", "blocks.0.0.bn1.weight"
      ),
      ("encoder.blocks.15.squeeze_excite.reduce.weight", "blocks.6.0.se.conv_reduce.weight"),
      ("encoder.top_conv.weight", "conv_head.weight"), ("_blocks.16._bn2.weight", nil),
      ("blocks.0.0.conv_dw.weight", nil), ("something.else", nil),
    ]
    for (name, key) in expected {
      #expect(keys.published(name) == key.map { .key($0) }, "\(name)")
    }
  }
}
