import Basics
import EncoderKit
import Evaluation
import Foundation
import TestSupport
import Testing
import Training

@testable import Exchange

@Suite("Scripts for PyTorch")
struct LoaderTests {
  private func script(_ small: SmallModel) throws -> String {
    try PythonLoader(
      small.make(), registry: SmallModel.registry(), kernels: ReferenceKernels()
    ).text
  }

  @Test("A model that torchvision can build becomes a script that names its parts")
  func parts() throws {
    let text = try script(
      SmallModel(
        name: "both",
        image: #"""
          {"encoder": "resnet18", "size": 64, "resize": 72, "channels": 1, "members": 2,
           "normalization": {"mean": [0.5], "deviation": [0.25]}}
          """#, text: SmallModel.cnn))
    for part in [
      "torchvision.models.resnet18(weights=None)", "set_submodule(\"fc\"", "[72 * side // shorter",
      "(\"image.member1.\", \"image.member2.\",)", "strict=True", "[:12] or [1]", "range(2)",
      "torch.cat([image_features(tensors, image), text_features(tensors, folder, text)], 1)",
      "head.norm1.", "head.hidden.weight", "head.output.weight", "torch.nn.Conv2d(",
    ] {
      #expect(text.contains(part), "\(part)\n\(text)")
    }
    #expect(!text.contains("x.flip(3)"))
  }

  @Test("A script holds what its model needs and nothing else")
  func lengths() throws {
    let plain = #"{"encoder": "resnet18", "size": 64, "channels": 3}"#
    let image = try script(SmallModel(name: "image", image: plain, hidden: 0))
    #expect(!image.contains("vocabulary") && !image.contains("batch_norm"))
    #expect(!image.contains("Conv2d"))
    let text = try script(SmallModel(name: "text", text: SmallModel.cnn))
    #expect(!text.contains("torchvision") && !text.contains("PIL"))
  }

  @Test("The script of several answers makes probabilities and decisions as the program does")
  func answers() throws {
    func made(_ task: TaskKind, thresholds: [Double]? = nil) throws -> String {
      var model = try SmallModel(
        name: "several", text: SmallModel.cnn, labels: ["no", "Maß", "edema"], task: task
      ).make()
      if let thresholds { model.thresholds = thresholds }
      return try PythonLoader(
        model, registry: SmallModel.registry(), kernels: ReferenceKernels()
      ).text
    }
    let classes = try made(.multiClass)
    for part in [
      #"LABELS = ["no","Maß","edema"]"#, "torch.softmax(", "LABELS[max(range(len(LABELS))",
      "tell(found)",
    ] {
      #expect(classes.contains(part), "\(part)\n\(classes)")
    }
    #expect(!classes.contains("sigmoid") && !classes.contains("THRESHOLDS"))
    let findings = try made(.multiLabel, thresholds: [0.5, 0.25, 0.75])
    #expect(findings.contains("THRESHOLDS = [0.5,0.25,0.75]"), "\(findings)")
    #expect(findings.contains("torch.sigmoid(") && !findings.contains("softmax"))
    // Published bundles hold the script of one question as it is.
    let one = try script(SmallModel(name: "text", text: SmallModel.cnn))
    #expect(!one.contains("sigmoid") && !one.contains("LABELS"))
    #expect(one.contains("        print(logits(given.folder, given.image, given.text))\n"))
  }

  @Test(
    "A script of a model with calibrators gives the program's calibrated probabilities",
    arguments: ModelCalibration.Kind.allCases)
  func calibrated(_ kind: ModelCalibration.Kind) throws {
    var model = try SmallModel(name: "text", text: SmallModel.cnn).make()
    let logits: [Float] = [4, 3, -4, -3, 5, -5, 2, -2, 3.5, -1, 1, -2.5]
    model.calibration = ModelCalibration.fitted(
      kind, .binary, logits: logits, targets: [1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0], outputs: 1)
    let calibration = try #require(model.calibration)
    let text = try PythonLoader(
      model, registry: SmallModel.registry(), kernels: ReferenceKernels()
    ).text
    #expect(text.contains("print(\"calibrated (\(calibration.sentence)):\", calibrated(found))"))
    guard let python = Peer.python else { return }
    try withTemporaryFolder { folder in
      try AtomicFile.write(text, to: "\(folder)/script.py")
      let points = [-9.0, -5, -4.5, -0.3, 0, 0.7, 2.2, 5, 7]
      let output = try Peer.run(
        python,
        [
          "-c",
          "import sys; sys.path.insert(0, sys.argv[1]); import script; "
            + "print([script.calibrated([z])[0] for z in \(points)])", folder,
        ])
      let found = try JSONValue.parse(output).array().map { try $0.number() }
      for (point, value) in zip(points, found) {
        let own = try #require(calibration.probabilities([point], .binary)[0])
        #expect(abs(own - value) < 1e-12, "\(kind) at \(point): \(own), \(value)")
      }
    }
  }

  @Test("A head that the script does not know is refused by its name", arguments: SmallModel.heads)
  func heads(_ small: SmallModel) throws {
    let fusion = try #require(small.fusion)
    let image = #"{"encoder": "resnet18", "size": 64, "channels": 1}"#
    let model = SmallModel(
      name: small.name, image: image, text: SmallModel.cnn, fusion: small.fusion)
    let error = errorText { _ = try script(model) }
    if fusion.head != "concat" {
      #expect(error.contains("the script can't express the fusion head \"\(fusion.head)\""))
      #expect(error.contains("--onnx FILE"))
    } else if fusion.learnsMissingModality {
      #expect(error.contains("what stands in for a missing side"))
    } else {
      #expect(error.isEmpty, "\(error)")
    }
  }

  @Test("Options that torchvision's model has not are refused, dropout is not one of them")
  func refusals() throws {
    let name = "\"growthRate\": 4"
    #expect(
      errorText { _ = try script(SmallModel(name: "small", image: SmallModel.densenet)) }
        .contains("the script can't express \(name)"))
    let dropout = SmallModel(
      name: "dropout",
      image: #"{"encoder": "resnet18", "size": 64, "options": {"stemKernel": 7}}"#)
    #expect(try script(dropout).contains("resnet18"))
  }

  @Test("Encoders with timm's keys are loaded by timm, in the size that their positions are for")
  func timm() throws {
    let vit = SmallModel(
      name: "ViT",
      image: #"""
        {"encoder": "vit_tiny_patch16_224", "size": 32, "channels": 1,
         "options": {"depthRate": 0.1, "pooling": "token"}}
        """#)
    let text = try script(vit)
    #expect(text.contains("import timm\nfrom PIL"))
    #expect(text.contains("Needs torch, timm, safetensors, pillow."))
    let call = "\"vit_tiny_patch16_224\", pretrained=False, num_classes=0, in_chans=1, img_size=32)"
    #expect(text.contains(call), "\(text)")
    #expect(!text.contains("torchvision"))
    let mobile = #"{"encoder": "mobilenetv3_small_100", "size": 32, "channels": 3}"#
    let other = try script(SmallModel(name: "MobileNet", image: mobile, hidden: 0))
    let plain = "\"mobilenetv3_small_100\", pretrained=False, num_classes=0, in_chans=3)"
    #expect(other.contains(plain))
  }

  @Test("What of today's encoders a script can't express is refused in words")
  func refusalsOfToday() throws {
    func refusal(_ small: SmallModel) -> String { errorText { _ = try script(small) } }
    for small in SmallModel.transformers {
      #expect(
        refusal(small).contains("a text encoder with a tokenizer of its own"),
        "\(small.name): \(refusal(small))")
    }
    let (adapted, narrow, mean) = (SmallModel.images[3], SmallModel.images[4], SmallModel.images[1])
    #expect(refusal(adapted).contains("adapters (\"lora\")"))
    #expect(refusal(narrow).contains("timm's convnext_tiny has another"))
    #expect(refusal(mean).contains("timm's vit_small_patch14_reg4_dinov2 has another"))
    func swin(_ size: Int, hidden: Int = 8) -> SmallModel {
      SmallModel(
        name: "Swin",
        image: """
          {"encoder": "swin_tiny_patch4_window7_224", "size": \(size), "channels": 3}
          """, hidden: hidden)
    }
    #expect(refusal(swin(96)).contains("images of 96 pixels: of sizes that 224 does not divide"))
    for hidden in [0, 8] {
      let text = try script(swin(224, hidden: hidden))
      #expect(text.contains("num_classes=0, in_chans=3, img_size=224)"))
    }
  }
}
