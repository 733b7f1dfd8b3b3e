import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors
import Training

/// Times an encoder with random weights: `zoo-bench evaluate|train ENCODER [--batch N] [--size N] [--tokens N]
/// [--repeats N] [--threads N] [--kernels auto|native|onednn|reference]
/// [--precision fp32|bf16] [--profile yes|no]`.
///
/// Encoders of texts with a tokenizer of their own read texts of `--tokens` pieces each out of 30,522.
///
/// Prints one line of JSON: the seconds of every repeat after one warm-up, the peak of resident memory in megabytes, and
/// the multiply-adds of a batch's pass forwards.
struct SpeedRun {
  private var work = ""
  private var encoder = ""
  private var batch = 16
  private var size = 224
  private var tokens = 128
  private var repeats = 5
  private var threads = 2
  private var kernels: String?
  private var precision: String?
  private var profiles = false

  private static let usage =
    "expected evaluate|train ENCODER [--batch N] [--size N] [--tokens N] [--repeats N] [--threads N] "
    + "[--kernels auto|native|onednn|reference] [--precision fp32|bf16] [--profile yes|no]"

  /// Reads the arguments behind the program's name.
  ///
  /// - Throws: `ZooError` of code `.usage` for anything else than `usage` says.
  init(_ arguments: [String]) throws {
    guard arguments.count >= 2, arguments.count.isMultiple(of: 2),
      ["evaluate", "train"].contains(arguments[0])
    else { throw ZooError(.usage, Self.usage) }
    (work, encoder) = (arguments[0], arguments[1])
    for index in stride(from: 2, to: arguments.count, by: 2) {
      let value = arguments[index + 1]
      switch (arguments[index], Int(value)) {
      case ("--batch", let number?) where number > 0: batch = number
      case ("--size", let number?) where number > 0: size = number
      case ("--tokens", let number?) where number > 0: tokens = number
      case ("--repeats", let number?) where number > 0: repeats = number
      case ("--threads", let number?) where number > 0: threads = number
      case ("--kernels", _) where KernelChoice.names.contains(value): kernels = value
      case ("--precision", _) where KernelChoice.precisions.contains(value): precision = value
      case ("--profile", _) where ["yes", "no"].contains(value): profiles = value == "yes"
      default: throw ZooError(.usage, "found \(arguments[index]) \(value); \(Self.usage)")
      }
    }
  }

  /// Makes the encoder, runs it.
  ///
  /// - Throws: `ZooError` for an unknown encoder, or kernels that are not at hand.
  func run() throws -> String {
    Compute.setThreads(threads)
    let store = ParameterStore(random: RandomStream(seed: 1))
    let registry = EncoderRegistry(try Catalogue(path: Catalogue.find()))
    var random = RandomStream(seed: 2)
    let features = try subject(registry, Scope(store)("encoder"), &random)
    let kernels = try KernelChoice.make(kernels, precision: precision)
    let head = try Linear(Scope(store)("head"), from: features.width, to: 2)
    let optimizer = Optimizer(.sgd, weightDecay: 0)
    let labels = (0..<batch * 2).map { Float($0 % 2) }

    var seconds: [Double] = []
    var check: Float = 0
    let count = OperationCount()
    for index in 0...repeats {
      if profiles, index == 1 { Profile.start() }
      let start = ContinuousClock.now
      if work == "evaluate" {
        var pass = Forward(.evaluation, random: random, tape: nil, kernels: kernels)
        if index == 0 { pass.operations = count }
        check = head(features.make(&pass), &pass).values[0]
      } else {
        let tape = Tape()
        var pass = Forward(.training, random: random, tape: tape, kernels: kernels)
        if index == 0 { pass.operations = count }
        let loss = pass.binaryCrossEntropy(
          head(features.make(&pass), &pass), targets: labels)
        tape.backward(from: loss, gradient: Tensor([1], shape: [1]))
        optimizer.step(
          store.parameters, learningRate: 1e-4, clip: nil as Float?, factor: { _ in 1 })
        check = loss.values[0]
      }
      let time = ContinuousClock.now - start
      if index > 0 { seconds.append(time / .seconds(1)) }
    }
    if let rows = Profile.stop() {
      FileHandle.standardError.write(Data(Profile.table(rows).utf8))
    }
    return Self.report(seconds, check: check, multiplyAdds: count.multiplyAdds)
  }

  /// The features of a batch, and their width.
  private func subject(
    _ registry: EncoderRegistry, _ scope: Scope, _ random: inout RandomStream
  ) throws -> (width: Int, make: (inout Forward) -> Tensor) {
    let options = try JSONValue.parse(Data("{}".utf8)).object()
    guard registry.names(.text).contains(encoder) else {
      let model = try registry.imageEncoder(encoder, at: Place()).make(
        options: options, input: ImageInput(size: size, channels: 3), scope: scope)
      let images = Tensor(
        (0..<batch * size * size * 3).map { _ in Float(random.uniform()) - 0.5 },
        shape: [batch, size, size, 3])
      return (model.featureWidth, { model.features(images, &$0) })
    }
    let entry = try registry.textEncoder(encoder, at: Place())
    guard !entry.fileNames.isEmpty else {
      throw ZooError(
        .usage, "\(encoder) reads words; only encoders with a tokenizer are timed here")
    }
    let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + (4..<30_522).map { "piece\($0)" }
    let files = EncoderFiles(texts: ["vocab.txt": pieces.joined(separator: "\n")])
    let model = try entry.make(
      options: options, preparation: entry.preparation(files: files, options: options), scope: scope
    )
    let texts = (0..<batch).map { _ in (0..<tokens).map { _ in Int32(random.below(pieces.count)) } }
    return (model.featureWidth, { model.features(texts, &$0) })
  }

  /// What a run prints.
  static func report(_ seconds: [Double], check: Float, multiplyAdds: Int = 0) -> String {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let times = seconds.map { String(format: "%.8f", $0) }.joined(separator: ", ")
    return """
      {"seconds": [\(times)], "megabytes": \(usage.ru_maxrss / 1024), "check": \(check), "multiplyAdds": \(multiplyAdds)}
      """
  }
}
