import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing

/// Every fusion head against PyTorch: `Resources/fusion/make_reference.py` made the numbers.
@Suite("Fusion heads")
struct FusionHeadTests {
  private static let options: [String: JSONValue] = [
    "sum": ["width": 4], "gated": ["width": 4], "bilinear": ["width": 4, "rank": 3],
    "film": ["width": 4], "attention": ["width": 4, "heads": 2],
  ]

  /// A head with the parameters of the reference, and its inputs, which want gradients.
  private struct Built {
    let entry: any FusionHeadEntry
    let head: any FusionHead
    let store = ParameterStore(random: RandomStream(seed: 1))
    private(set) var inputs: [String: Tensor] = [:]

    init(_ name: String) throws {
      entry = try FusionHeadTests.registry().fusionHead(name)
      head = try entry.make(
        options: (FusionHeadTests.options[name] ?? [:]).object(),
        shape: FusionShape(imageWidth: 3, textWidth: 5, regionWidth: 5, wordWidth: 3, outputs: 1),
        scope: Scope(store))
      for parameter in store.parameters {
        parameter.replace(FusionHeadTests.filled(parameter.key, parameter.value.shape))
      }
      for (key, shape) in [
        ("x", [2, 3]), ("y", [2, 5]), ("regions", [2, 3, 5]), ("words", [2, 4, 3]),
      ] {
        var tensor = FusionHeadTests.filled(key, shape)
        tensor.node = GradientNode()
        inputs[key] = tensor
      }
    }

    func output(_ pass: inout Forward) throws -> Tensor {
      let x = try #require(inputs["x"])
      let y = try #require(inputs["y"])
      func logits(_ side: Tensor) -> Tensor {
        // The first column, through an operation that knows gradients.
        let pick = Parameter(
          key: "pick", kind: .statistic,
          value: Tensor(
            (0..<side.channels).map { $0 == 0 ? 1 : 0 }, shape: [1, side.channels]))
        return pass.linear(side, pick)
      }
      let wantsLogits = entry.description.reads.contains(.logits)
      return head.fuse(
        FusionInput(
          image: x, text: y, regions: inputs["regions"], words: inputs["words"],
          wordCounts: [4, 2], imageLogits: wantsLogits ? logits(x) : nil,
          textLogits: wantsLogits ? logits(y) : nil), &pass)
    }
  }

  private static func registry() throws -> EncoderRegistry {
    EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  /// 0.5 sin(s + 1.3 i), s the sum of the name's bytes.
  private static func filled(_ name: String, _ shape: [Int]) -> Tensor {
    let start = Double(name.utf8.reduce(0) { $0 + Int($1) })
    return Tensor(
      (0..<shape.reduce(1, *)).map { Float(0.5 * sin(start + 1.3 * Double($0))) }, shape: shape)
  }

  private static func numbers(_ value: JSONValue) throws -> [Double] {
    try value.array().map { try $0.number() }
  }

  @Test(
    "Output and all gradients are PyTorch's",
    arguments: ["concat", "sum", "gated", "bilinear", "film", "attention", "late"])
  func reference(name: String) throws {
    var all = try JSONValue.parse(
      contentsOf: packageFile("Tests/PluginsTests/Resources/fusion/reference.json")
    ).object()
    var wanted = try all.required(name).object()
    let built = try Built(name)
    let tape = Tape()
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: tape, kernels: ReferenceKernels())
    let output = try built.output(&pass)
    #expect(output.shape == [2, built.head.width])
    try compare("output", output.values, Self.numbers(wanted.required("output")))
    tape.backward(from: output, gradient: Self.filled("projection", output.shape))
    let gradients = try wanted.required("gradients").object().members
    var seen = 0
    for (key, value) in gradients {
      let node = built.inputs[key]?.node ?? built.store.parameter(key)?.node
      let found = try #require(node?.take(), "no gradient of \(key)")
      try compare("gradient of \(key)", found.values, Self.numbers(value))
      if built.store.parameter(key) != nil { seen += 1 }
    }
    #expect(seen == built.store.parameters.count, "every parameter has its gradient")
  }

  private func compare(_ what: String, _ found: [Float], _ wanted: [Double]) throws {
    try #require(found.count == wanted.count, "\(what)")
    for (a, b) in zip(found, wanted) {
      #expect(abs(Double(a) - b) <= 2e-6 * max(1, abs(b)), "\(what): \(a) for \(b)")
    }
  }

  @Test("Every registered head is described and refuses an option it does not know")
  func described() throws {
    let registry = try Self.registry()
    #expect(registry.headNames.count >= 7)
    for name in registry.headNames {
      let entry = try registry.fusionHead(name)
      let about = entry.description
      #expect(about.name == name)
      #expect(!about.summary.isEmpty && !about.formula.isEmpty && about.link.hasPrefix("https://"))
      let text = errorText {
        _ = try entry.make(
          options: (["nothing": 1] as JSONValue).object(),
          shape: FusionShape(imageWidth: 3, textWidth: 5, regionWidth: 5, wordWidth: 3),
          scope: Scope(ParameterStore.blank()))
      }
      #expect(text.contains("unknown key \"nothing\""), "\(name): \(text)")
    }
  }

  @Test("FiLM the other way round scales and shifts the text's features by the image's")
  func otherWay() throws {
    let entry = try Self.registry().fusionHead("film")
    let store = ParameterStore(random: RandomStream(seed: 1))
    let head = try entry.make(
      options: (["width": 1, "condition": "image"] as JSONValue).object(),
      shape: FusionShape(imageWidth: 1, textWidth: 1), scope: Scope(store))
    for (key, value) in [("features", 3), ("scale", 5), ("shift", 7)] as [(String, Float)] {
      store.parameter("\(key).weight")?.replace(Tensor([value], shape: [1, 1]))
    }
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    let found = head.fuse(
      FusionInput(image: Tensor([2], shape: [1, 1]), text: Tensor([11], shape: [1, 1])), &pass)
    // (1 + 5·2) · (3·11) + 7·2
    #expect(found.values == [377])
  }

  @Test("The example, a head outside the plugins' folder, multiplies what both sides say")
  func example() throws {
    let registry = try withTemporaryFolder { folder in
      let path = "\(folder)/registry.json"
      try """
      {"schema": 1, "encoders": [],
       "fusionHeads": [{"name": "tensor", "plugin": "TensorFusion"}]}
      """.write(toFile: path, atomically: true, encoding: .utf8)
      return EncoderRegistry(try Catalogue(path: path))
    }
    let store = ParameterStore(random: RandomStream(seed: 1))
    let head = try registry.fusionHead("tensor").make(
      options: (["width": 2] as JSONValue).object(),
      shape: FusionShape(imageWidth: 1, textWidth: 2),
      scope: Scope(store))
    let weights: [(key: String, values: [Float])] = [
      ("image.weight", [3, -1]), ("text.weight", [1, 0, 0, 2]),
    ]
    for (key, values) in weights {
      let parameter = try #require(store.parameter(key))
      parameter.replace(Tensor(values, shape: parameter.value.shape))
    }
    let tape = Tape()
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: tape, kernels: ReferenceKernels())
    let found = head.fuse(
      FusionInput(image: Tensor([2], shape: [1, 1]), text: Tensor([5, 7], shape: [1, 2])), &pass)
    // [1, 6, 0] and [1, 5, 14]
    #expect(found.values == [1, 5, 14, 6, 30, 84, 0, 0, 0])
    #expect(found.shape == [1, head.width])
    tape.backward(from: found, gradient: Tensor(repeating: 1, shape: found.shape))
    // Of the image's second feature the ReLU lets nothing through.
    #expect(store.parameter("image.weight")?.node.take()?.values == [40, 0])
    #expect(store.parameter("text.bias")?.node.take()?.values == [7, 7])
  }

  @Test("Attention refuses encoders without regions or words, and heads that do not divide")
  func refusals() throws {
    let entry = try Self.registry().fusionHead("attention")
    func problem(_ options: JSONValue, _ shape: FusionShape) -> String {
      errorText {
        _ = try entry.make(
          options: options.object(), shape: shape, scope: Scope(ParameterStore.blank()))
      }
    }
    #expect(
      problem([:], FusionShape(imageWidth: 2, textWidth: 2, wordWidth: 2))
        .contains("needs an image encoder that gives regions"))
    #expect(
      problem(
        ["width": 6, "heads": 4],
        FusionShape(imageWidth: 2, textWidth: 2, regionWidth: 2, wordWidth: 2)
      ).contains("4 heads do not divide a width of 6"))
  }
}
