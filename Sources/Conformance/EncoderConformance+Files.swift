import EncoderKit
import Foundation
import WeightFiles

extension EncoderConformance {
  func keys(_ subject: some Subject) throws -> ConformanceCheck {
    func list(_ store: ParameterStore) throws -> [String] {
      _ = try subject.make(store)
      return store.parameters.map { "\($0.key) \($0.value.shape)" }
    }
    let (store, network) = try build(subject)
    let first = store.parameters.map { "\($0.key) \($0.value.shape)" }
    let others = try (0..<3).map {
      try list(ParameterStore(random: RandomStream(seed: UInt64(7 + $0))))
    }
    for other in others where other != first {
      let (mine, new) = zip(first, other).first { $0 != $1 } ?? ("\(first.count)", "\(other.count)")
      return ConformanceCheck(
        .keys, .failed, found: "\(new) where there was \(mine)",
        expected: "the same keys and shapes each time")
    }
    let restored = try throughFile(store)
    let copy = try subject.make(restored)
    let isSame =
      restored.parameters.map(\.value.values) == store.parameters.map(\.value.values)
      && values(copy, [0, 1]) == values(network, [0, 1])
    return ConformanceCheck(
      .keys, isSame ? .passed : .failed,
      found: isSame
        ? "\(first.count) keys, back from safetensors to the bit" : "other values after a file",
      expected: "the same bits after safetensors")
  }

  /// The store written as safetensors and read back; the file is gone before an encoder, which may trap,
  /// is made of it.
  private func throughFile(_ store: ParameterStore) throws -> ParameterStore {
    let path =
      NSTemporaryDirectory() + "encoderzoo-keys-\(getpid())-\(UUID().uuidString).safetensors"
    defer { unlink(path) }
    try TensorFile.write(
      store.parameters.map { ($0.key, $0.value.shape, $0.value.values) }, to: path)
    let file = try TensorFile.read(path: path)
    var saved: [String: Tensor] = [:]
    for entry in file.entries {
      saved[entry.name] = Tensor(try file.floats(entry.name), shape: entry.shape)
    }
    return ParameterStore(saved: saved, origin: path)
  }

  /// Weights and inputs keep the 8 significant bits of bf16, and convolutions multiply in it.
  func rounding(_ subject: some Subject) throws -> ConformanceCheck {
    let limit = 0.1
    let (store, network) = try build(subject)
    let exact = values(network, [0, 1])
    for parameter in store.parameters {
      let rounded = parameter.value.values.map(\.roundedToBF16)
      parameter.update { $0.update(from: rounded, count: rounded.count) }
    }
    var pass = makePass(.evaluation, by: BFloat16Kernels(kernels))
    // Words are numbers of rows: there is nothing to round.
    var rounded = "weights"
    let found = network.features([0, 1], &pass) { x in
      rounded = "weights and inputs"
      return Tensor(x.values.map(\.roundedToBF16), shape: x.shape)
    }.values
    let apart = distance(found, exact)
    return ConformanceCheck(
      .rounding, apart <= limit ? .passed : .failed,
      found:
        "features differ by \(brief(apart)) with \(rounded) rounded to bf16 and convolutions in it",
      expected: "at most \(brief(limit))")
  }

  func golden(_ subject: some Subject) throws -> ConformanceCheck {
    guard let path = settings.golden, FileManager.default.fileExists(atPath: path) else {
      return ConformanceCheck(
        .golden, .notChecked, found: "none are recorded", expected: "a file of activations")
    }
    var root = try JSONValue.parse(contentsOf: path).object()
    let name = subject.name
    guard let value = root.value(name) else {
      return ConformanceCheck(
        .golden, .notChecked, found: "none are recorded of \(name)", expected: "its activations")
    }
    let recorded = try value.array().map { Float(try $0.number()) }
    let apart = distance(values(try build(subject).network, [0, 1]), recorded)
    return ConformanceCheck(
      .golden, apart <= 1e-4 ? .passed : .failed,
      found: "features differ by \(brief(apart)) from those recorded", expected: "at most 1e-4")
  }

  /// The features of the first two samples, for `golden.json`: of random weights (seed 1) and inputs.
  ///
  /// - Throws: `ZooError` where the encoder can't be built.
  package func activations(_ entry: any ImageEncoderEntry) throws -> [Float] {
    let size = try settings.size ?? usableSizes(entry)[0]
    let subject = ImageSubject(
      entry: entry, options: settings.options, size: size,
      channels: entry.description.image?.channels ?? 3)
    return values(try build(subject).network, [0, 1])
  }

  /// The same of an encoder of texts.
  ///
  /// - Throws: `ZooError` where the encoder can't be built.
  package func activations(_ entry: any TextEncoderEntry) throws -> [Float] {
    let subject = try TextSubject(entry, settings)
    return values(try build(subject).network, [0, 1])
  }

  /// The same of a fusion head.
  ///
  /// - Throws: `ZooError` where the head can't be built.
  package func activations(_ entry: any FusionHeadEntry) throws -> [Float] {
    values(try build(HeadSubject(entry, options: settings.options)).network, [0, 1])
  }
}

extension Float {
  /// The nearest number of eight significant bits, ties to even.
  var roundedToBF16: Float {
    guard isFinite else { return self }
    let bits = bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
  }
}
