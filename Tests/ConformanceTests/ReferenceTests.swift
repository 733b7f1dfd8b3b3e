import EncoderKit
import Foundation
import Registry
import Tensors
import TestSupport
import Testing
import WeightFiles

@testable import Conformance

/// A ResNet of few channels, and a file of its weights with inputs and features as Python writes them.
private struct Scene {
  static let options: JSONValue = ["width": 4, "blocks": [1, 1]]
  let entry: any ImageEncoderEntry
  let path: String

  init(_ folder: String, change: (inout [Float]) -> Void = { _ in }) throws {
    entry = try EncoderRegistry(Catalogue(path: packageFile("registry.json"))).imageEncoder(
      "resnet18", at: Place())
    path = "\(folder)/reference.safetensors"
    let store = ParameterStore(random: RandomStream(seed: 3))
    let encoder = try entry.makeNamed(
      options: Scene.options.object(), input: ImageInput(size: 32, channels: 3),
      scope: Scope(store))
    let (count, side) = (2, 32)
    // [images, channels, rows, columns].
    let input = (0..<count * 3 * side * side).map { (place: Int) -> Float in
      Float((place * 37) % 101) / 50 - 1
    }
    var pixels = [Float](repeating: 0, count: input.count)
    for index in input.indices {
      let (image, rest) = (index / (3 * side * side), index % (3 * side * side))
      let (channel, place) = (rest / (side * side), rest % (side * side))
      pixels[(image * side * side + place) * 3 + channel] = input[index]
    }
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    let features = encoder.features(Tensor(pixels, shape: [count, side, side, 3]), &pass)
    var expected = features.values
    change(&expected)
    var tensors: [(name: String, shape: [Int], values: [Float])] = [
      ("input", [count, 3, side, side], input), ("features", features.shape, expected),
    ]
    for parameter in store.parameters {
      var (shape, values) = (parameter.value.shape, parameter.value.values)
      if shape.count == 4 {
        // [out, rows, columns, in] to [out, in, rows, columns].
        let (out, places, inner) = (shape[0], shape[1] * shape[2], shape[3])
        var turned = values
        for o in 0..<out {
          for place in 0..<places {
            for i in 0..<inner {
              turned[(o * inner + i) * places + place] = values[(o * places + place) * inner + i]
            }
          }
        }
        (shape, values) = ([out, inner, shape[1], shape[2]], turned)
      }
      tensors.append((parameter.key, shape, values))
    }
    try TensorFile.write(tensors, metadata: [:], to: path)
  }

  func check() throws -> ConformanceCheck {
    let conformance = EncoderConformance(
      ConformanceSettings(options: Scene.options, reference: path, kinds: [.reference]),
      kernels: ReferenceKernels()
    ) { _ in }
    return try #require(try conformance.check(entry).checks.first)
  }
}

@Suite("Features from elsewhere")
struct ReferenceTests {
  @Test("The features that another program made of the same weights come out")
  func same() throws {
    try withTemporaryFolder { folder in
      let check = try Scene(folder).check()
      #expect(check.kind == .reference && check.outcome == .passed, "\(check.found)")
    }
  }

  @Test("Other features fail, and the finding says by how much")
  func other() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder) { features in
        // A thousandth of the largest: what a wrong padding or epsilon does at least.
        features[3] += 1e-3 * (features.map { abs($0) }.max() ?? 0)
      }
      let check = try scene.check()
      #expect(
        check.outcome == .failed && check.found.contains("differ by 1.0e-03"), "\(check.found)")
    }
  }

  @Test("Without a file nothing is said of it; a file without inputs is refused")
  func none() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder)
      let conformance = EncoderConformance(
        ConformanceSettings(options: Scene.options, kinds: [.reference, .golden]),
        kernels: ReferenceKernels()
      ) { _ in }
      #expect(try conformance.check(scene.entry).checks.map(\.kind) == [.golden])
      try TensorFile.write(
        [(name: "features", shape: [1], values: [1])], metadata: [:], to: scene.path)
      #expect(errorText { _ = try scene.check() }.contains("\"input\""))
    }
  }
}
