import Basics
import TestSupport
import Testing

@testable import Layers
@testable import Tensors

/// Examples that PyTorch computed in double precision, gradients included (`make_layers.py`).
private struct Golden {
  private var object: JSONObject

  init(_ name: String) throws {
    let path = packageFile("Tests/LayersTests/Resources/layers.json")
    var all = try JSONValue.parse(contentsOf: path).object()
    object = try all.required(name).object()
  }

  func tensor(_ key: String) throws -> Tensor {
    var object = object
    return try Self.tensor(object.required(key))
  }

  func tensors(_ key: String) throws -> [String: Tensor] {
    var object = object
    let members = try object.required(key).object().members
    return Dictionary(
      uniqueKeysWithValues: try members.map { ($0.key, try Self.tensor($0.value)) })
  }

  private static func tensor(_ value: JSONValue) throws -> Tensor {
    var object = try value.object()
    let shape = try object.required("shape").array().map { try $0.integer() }
    let values = try object.required("values").array().map { Float(try $0.number()) }
    return Tensor(values, shape: shape).imageWeightsLast
  }
}

extension Tensor {
  /// A convolution's weights `[out, in, height, width]` with `in` last; other shapes as they are.
  ///
  /// Images are in the file as here; only weights have two equal last extents of 1 or 3.
  fileprivate var imageWeightsLast: Tensor {
    guard shape.count == 4, shape[2] == shape[3], [1, 3].contains(shape[3]) else { return self }
    let (out, from, places) = (shape[0], shape[1], shape[2] * shape[3])
    var turned = [Float](repeating: 0, count: count)
    for o in 0..<out {
      for i in 0..<from {
        for p in 0..<places {
          turned[(o * places + p) * from + i] = values[(o * from + i) * places + p]
        }
      }
    }
    return Tensor(turned, shape: [out, shape[2], shape[3], from])
  }
}

@Suite("Layers are PyTorch's")
struct GoldenLayerTests {
  /// Runs a layer over an example and compares results and all gradients; errors are relative to the
  /// largest value of their tensor.
  private func check(
    _ name: String, _ set: any Kernels = ReferenceKernels(), tolerance: Double = 2e-6,
    _ make: (Scope) throws -> (Tensor, inout Forward) -> Tensor
  ) throws {
    let golden = try Golden(name)
    let store = ParameterStore(saved: try golden.tensors("parameters"), origin: name)
    let layer = try make(Scope(store))
    #expect(store.parameters.count == (try golden.tensors("parameters").count))
    let tape = Tape()
    var x = try golden.tensor("input")
    x.node = GradientNode()
    var pass = Forward(.evaluation, random: RandomStream(seed: 1), tape: tape, kernels: set)
    let y = layer(x, &pass)
    compare("output", y, try golden.tensor("output"), tolerance)
    tape.backward(from: y, gradient: try golden.tensor("gradient"))
    compare("input", x.node?.take(), try golden.tensor("inputGradient"), tolerance)
    for (key, expected) in try golden.tensors("parameterGradients") {
      compare(key, store.parameter(key)?.node.take(), expected, tolerance)
    }
  }

  private func compare(_ name: String, _ found: Tensor?, _ expected: Tensor, _ tolerance: Double) {
    guard let found, found.count == expected.count else {
      Issue.record("\(name): no tensor of shape \(expected.shape)")
      return
    }
    let scale = expected.values.map { Double(Swift.abs($0)) }.max() ?? 1
    for (index, (a, b)) in zip(found.values, expected.values).enumerated()
    where !(Swift.abs(Double(a) - Double(b)) <= tolerance * Swift.max(scale, 1e-3)) {
      Issue.record("\(name)[\(index)] is \(a), expected \(b)")
      return
    }
  }

  @Test("Element-wise functions and their slopes", arguments: Activation.allCases)
  func activations(_ activation: Activation) throws {
    try check(activation.rawValue) { _ in { x, pass in pass.activate(x, activation) } }
  }

  @Test("Layer normalisation")
  func layerNormalization() throws {
    try check("layerNormalization") { scope in
      let layer = try LayerNormalization(scope, width: 21)
      return { layer($0, &$1) }
    }
  }

  private static var sets: [any Kernels] {
    [ReferenceKernels(), KernelSets.fastest()] + (KernelSets.oneDNN().map { [$0] } ?? [])
  }

  @Test("Depthwise and grouped convolution, by every set of kernels")
  func convolutions() throws {
    for set in Self.sets {
      try check("depthwise", set) { scope in
        let layer = try Convolution(
          scope, from: 4, to: 4, kernel: 3, stride: 2, padding: 1, groups: 4, hasBias: true)
        return { layer($0, &$1) }
      }
      try check("grouped", set) { scope in
        let layer = try Convolution(
          scope, from: 4, to: 6, kernel: 3, padding: 1, groups: 2, hasBias: true)
        return { layer($0, &$1) }
      }
    }
  }

  @Test("Squeeze-and-excitation with SiLU and a hard sigmoid")
  func squeezeExcitation() throws {
    try check("squeezeExcitation") { scope in
      let layer = try SqueezeExcitation(
        scope, channels: 6, squeezed: 3, activation: .silu, scaling: .hardSigmoid)
      return { layer($0, &$1) }
    }
  }

  @Test("Attention of two heads over samples of different lengths")
  func attention() throws {
    let lengths = [5, 2, 4]
    try check("attention") { scope in
      let layer = try MultiHeadAttention(scope, width: 8, heads: 2)
      return { x, pass in
        // As in the example, rows behind a sample's end are left out.
        let y = layer(x, &pass, lengths: lengths)
        let kept = lengths.flatMap { length in (0..<5).map { Float($0 < length ? 1 : 0) } }
        let rows = pass.reshape(y, to: [15, 1, 8])
        return pass.reshape(
          pass.gate(
            rows, by: Tensor(kept.flatMap { [Float](repeating: $0, count: 8) }, shape: [15, 8])),
          to: [3, 5, 8])
      }
    }
  }

  @Test(
    "Long short-term memory and gated recurrent unit, from either end", arguments: [false, true])
  func recurrences(isReversed: Bool) throws {
    let layout = PackedLayout(lengths: [3, 5, 1, 3], gap: 1)
    let tail = isReversed ? "Reversed" : ""
    try check("lstm\(tail)") { scope in
      let layer = try LongShortTermMemory(scope, from: 4, width: 3, isReversed: isReversed)
      return { layer($0, layout, &$1) }
    }
    try check("gru\(tail)") { scope in
      let layer = try GatedRecurrentUnit(scope, from: 4, width: 3, isReversed: isReversed)
      return { layer($0, layout, &$1) }
    }
  }
}
