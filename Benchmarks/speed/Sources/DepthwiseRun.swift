import Basics
import Foundation
import Studies
import Tensors

/// Times one depthwise convolution: `zoo-bench depthwise CHANNELS [--size N] [--kernel N] [--stride N] [--batch N]
/// [--threads N] [--repeats N] [--kernels NAME]`.
///
/// Prints one line of JSON as `SpeedRun` does; seconds are of one convolution, the mean of as many as take about 20 ms.
struct DepthwiseRun {
  private var channels = 0
  private var numbers = [
    "--size": 56, "--kernel": 3, "--stride": 1, "--batch": 1, "--threads": 1, "--repeats": 15,
  ]
  private var kernels: String?

  private static let usage =
    "expected depthwise CHANNELS [--size N] [--kernel N] [--stride N] [--batch N] [--threads N] "
    + "[--repeats N] [--kernels NAME]"

  /// Reads the arguments behind the program's name.
  ///
  /// - Throws: `ZooError` of code `.usage` for anything else than `usage` says.
  init(_ arguments: [String]) throws {
    guard arguments.count >= 2, arguments.count.isMultiple(of: 2), let count = Int(arguments[1]),
      count > 1
    else { throw ZooError(.usage, Self.usage) }
    channels = count
    for index in stride(from: 2, to: arguments.count, by: 2) {
      let (name, value) = (arguments[index], arguments[index + 1])
      if name == "--kernels" {
        kernels = value
      } else if numbers[name] != nil, let number = Int(value), number > 0 {
        numbers[name] = number
      } else {
        throw ZooError(.usage, "found \(name) \(value); \(Self.usage)")
      }
    }
  }

  /// Runs it.
  ///
  /// - Throws: `ZooError` for kernels that are not at hand.
  func run() throws -> String {
    func number(_ name: String) -> Int { numbers[name] ?? 1 }
    Compute.setThreads(number("--threads"))
    var random = RandomStream(seed: 1)
    func tensor(_ shape: [Int]) -> Tensor {
      Tensor((0..<shape.reduce(1, *)).map { _ in Float(random.uniform()) - 0.5 }, shape: shape)
    }
    let (size, side) = (number("--size"), number("--kernel"))
    let x = tensor([number("--batch"), size, size, channels])
    let weights = Parameter(
      key: "weight", kind: .weight, value: tensor([channels, side, side, 1]))
    let pass = Forward(
      .evaluation, random: random, tape: nil, kernels: try KernelChoice.make(kernels))
    func seconds(of count: Int) -> Double {
      let start = ContinuousClock.now
      for _ in 0..<count {
        let y = pass.convolution(
          x, weights, stride: number("--stride"), padding: side / 2, groups: channels)
        y.withFloats { _ in }
      }
      return (ContinuousClock.now - start) / .seconds(1) / Double(count)
    }
    let count = max(1, Int(0.02 / max(seconds(of: 3), 1e-7)))
    return SpeedRun.report((0..<number("--repeats")).map { _ in seconds(of: count) }, check: 0)
  }
}
