import EncoderKit
import Foundation

/// Checks that an encoder or a fusion head keeps the promises of its protocols: the same kit that the
/// package's own pass.
///
/// ```swift
/// let report = try EncoderConformance().check(MyNetEntry())
/// report.lines.forEach { print($0) }
/// // shapes       passed: [2, 64] at 64, 96, 224 pixels, 1 and 3 channels
/// ```
public struct EncoderConformance {
  let kernels: any Kernels
  let settings: ConformanceSettings
  private let drawn = DrawnWeights()
  /// Hears which check begins.
  private let onStart: (ConformanceCheck.Kind) -> Void
  /// Hears what a check found.
  private let onEnd: (ConformanceCheck) -> Void

  /// A checker by the kernels that the program would choose.
  public init(_ settings: ConformanceSettings = ConformanceSettings()) {
    self.init(settings, kernels: KernelSets.fastest()) { _ in }
  }

  /// A checker by kernels of choice; `onStart` hears which check begins, `onEnd` what it found.
  package init(
    _ settings: ConformanceSettings, kernels: any Kernels,
    onEnd: @escaping (ConformanceCheck) -> Void = { _ in },
    onStart: @escaping (ConformanceCheck.Kind) -> Void
  ) {
    self.settings = settings
    self.kernels = kernels
    self.onStart = onStart
    self.onEnd = onEnd
  }

  /// Checks an encoder of images.
  ///
  /// - Throws: `ZooError` where it can't be built at all, or a temporary file can't be written.
  public func check(_ entry: any ImageEncoderEntry) throws -> ConformanceReport {
    let sizes = try usableSizes(entry)
    let size = settings.size ?? sizes[0]
    let subject = ImageSubject(
      entry: entry, options: settings.options, size: size,
      channels: entry.description.image?.channels ?? 3)
    return try report(subject) {
      try shapes(entry, sizes: sizes)
    } description: {
      try described(entry, subject)
    } stages: {
      try stages(subject)
    } reference: {
      try reference(entry)
    }
  }

  /// Checks an encoder of texts.
  ///
  /// - Throws: `ZooError` where it can't be built at all, or a temporary file can't be written.
  public func check(_ entry: any TextEncoderEntry) throws -> ConformanceReport {
    let subject = try TextSubject(entry, settings)
    return try report(subject) {
      try shapes(subject)
    } description: {
      try described(subject)
    } stages: {
      nil
    } reference: {
      try reference(entry)
    }
  }

  /// Checks a fusion head.
  ///
  /// - Throws: `ZooError` where it can't be built at all, or a temporary file can't be written.
  public func check(_ entry: any FusionHeadEntry) throws -> ConformanceReport {
    let subject = HeadSubject(entry, options: settings.options)
    return try report(subject) {
      try shapes(entry)
    } description: {
      try described(subject)
    } stages: {
      nil
    } reference: {
      nil
    }
  }

  private func report(
    _ subject: some Subject, shapes: () throws -> ConformanceCheck,
    description: () throws -> ConformanceCheck, stages: () throws -> String?,
    reference: () throws -> ConformanceCheck?
  ) throws -> ConformanceReport {
    var checks: [ConformanceCheck] = []
    func end(_ check: ConformanceCheck) {
      checks.append(check)
      onEnd(check)
    }
    let isBare = try build(subject).store.parameters.isEmpty
    for kind in ConformanceCheck.Kind.allCases where settings.kinds.contains(kind) {
      guard kind != .missing || subject is HeadSubject,
        kind != .reference || settings.reference != nil
      else { continue }
      guard !isBare || ![.gradients, .freezing, .keys].contains(kind) else {
        end(ConformanceCheck(kind, .notChecked, found: "it has no parameters", expected: "some"))
        continue
      }
      onStart(kind)
      let check: ConformanceCheck? =
        switch kind {
        case .shapes: try shapes()
        case .description: try description()
        case .gradients: try gradients(subject)
        case .differences: try differences(subject)
        case .determinism: try determinism(subject)
        case .independence: try independence(subject)
        case .modes: try modes(subject)
        case .freezing: try freezing(subject, stages: stages)
        case .missing: try (subject as? HeadSubject).map { try missing($0) }
        case .keys: try keys(subject)
        case .rounding: try rounding(subject)
        case .memory: try memory(subject)
        case .golden: try golden(subject)
        case .reference: try reference()
        }
      if let check { end(check) }
    }
    return ConformanceReport(name: subject.name, checks: checks)
  }

  // What the checks share.

  /// A network of the same weights each time, and its store.
  ///
  /// The weights are drawn once and copied after that: large encoders have tens of millions.
  func build(_ subject: some Subject) throws -> (store: ParameterStore, network: any Network) {
    let store = ParameterStore(
      random: RandomStream(seed: 1), given: drawn.weights[subject.variant] ?? [:])
    let network = try subject.make(store)
    if drawn.weights[subject.variant] == nil {
      drawn.weights[subject.variant] = Dictionary(
        uniqueKeysWithValues: store.parameters.map {
          ($0.key, Tensor($0.value.values, shape: $0.value.shape))
        })
    }
    return (store, network)
  }

  /// The same with the statistics that normalisations would have after long training on the samples.
  ///
  /// With those that a network starts with, a deep one's values shrink or grow layer by layer, and
  /// differences drown. Running means come nearer to a batch's statistics s by the same share each
  /// pass, r₁ = r₀ + m (s − r₀), so two passes tell m, and that tells s.
  func settled(_ subject: some Subject) throws -> (store: ParameterStore, network: any Network) {
    let (store, network) = try build(subject)
    let statistics = store.parameters.filter { $0.kind == .statistic }
    guard !statistics.isEmpty else { return (store, network) }
    var steps: [[[Float]]] = [statistics.map(\.value.values)]
    for _ in 0..<2 {
      _ = values(network, Array(0..<subject.count), .training)
      steps.append(statistics.map(\.value.values))
    }
    for (index, parameter) in statistics.enumerated() {
      let (start, first, second) = (steps[0][index], steps[1][index], steps[2][index])
      let (moved, then) = (gap(start, first), gap(first, second))
      guard moved > 0, then < moved else { continue }
      let share = 1 - then / moved
      let isPositive = start.allSatisfy { $0 > 0 }
      let limit = zip(start, first).map { a, b -> Float in
        let value = Double(a) + (Double(b) - Double(a)) / share
        // A variance that rounding takes below nothing.
        return Float(isPositive ? max(value, 1e-6) : value)
      }
      parameter.update { $0.update(from: limit, count: limit.count) }
    }
    return (store, network)
  }

  private func gap(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0.0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
      .squareRoot()
  }

  func makePass(
    _ mode: Forward.Mode, tape: Tape? = nil, seed: UInt64 = 3, freezesStatistics: Bool = false,
    by other: (any Kernels)? = nil
  ) -> Forward {
    var pass = Forward(
      mode, random: RandomStream(seed: seed), tape: tape, kernels: other ?? kernels)
    pass.freezesStatistics = freezesStatistics
    return pass
  }

  /// Features without a tape, as values.
  func values(
    _ network: any Network, _ samples: [Int], _ mode: Forward.Mode = .evaluation, seed: UInt64 = 3,
    freezesStatistics: Bool = false
  ) -> [Float] {
    var pass = makePass(mode, seed: seed, freezesStatistics: freezesStatistics)
    return network.features(samples, &pass).values
  }

  /// Fixed numbers to project features on, so that a gradient has one number to be of.
  func projection(_ shape: [Int]) -> Tensor {
    var random = RandomStream(seed: 17).derived("projection")
    return Tensor((0..<shape.reduce(1, *)).map { _ in Float(random.normal()) }, shape: shape)
  }

  /// ‖a − b‖ / ‖b‖.
  func distance(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, size) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
      size += Double(y) * Double(y)
    }
    return (difference / max(size, 1e-30)).squareRoot()
  }

  func brief(_ x: Double) -> String { String(format: "%.1e", x) }
}

/// Weights by the variant of an encoder, drawn once.
private final class DrawnWeights {
  var weights: [String: [String: Tensor]] = [:]
}
