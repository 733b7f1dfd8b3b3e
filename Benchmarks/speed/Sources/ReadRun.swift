import Basics
import EncoderKit
import Foundation
import Registry
import Training

/// Times the reading of pictures as a study reads them: `zoo-bench read FOLDER [--size N]
/// [--repeats N]`: every PNG and DICOM file of a folder to `[N, N, 1]` in numbers, on all cores.
///
/// Prints one line of JSON as `SpeedRun` does; seconds are of the whole folder.
struct ReadRun {
  private var folder = ""
  private var size = 224
  private var repeats = 5

  private static let usage = "expected read FOLDER [--size N] [--repeats N]"

  /// Reads the arguments behind the program's name.
  ///
  /// - Throws: `ZooError` of code `.usage` for anything else than `usage` says.
  init(_ arguments: [String]) throws {
    guard arguments.count >= 2, arguments.count.isMultiple(of: 2) else {
      throw ZooError(.usage, Self.usage)
    }
    folder = arguments[1]
    for index in stride(from: 2, to: arguments.count, by: 2) {
      switch (arguments[index], Int(arguments[index + 1])) {
      case ("--size", let number?) where number > 0: size = number
      case ("--repeats", let number?) where number > 0: repeats = number
      default: throw ZooError(.usage, "found \(arguments[index]); \(Self.usage)")
      }
    }
  }

  /// Reads the folder, once to warm up.
  ///
  /// - Throws: `ZooError` for a folder without pictures, and what reading one throws.
  func run() throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".png") || $0.hasSuffix(".dcm") }.sorted()
    guard !names.isEmpty else {
      throw ZooError(.notFound, "no file named *.png or *.dcm", at: Place(path: folder))
    }
    let registry = EncoderRegistry(try Catalogue(path: Catalogue.find()))
    let branch = try ImageBranch(
      try JSONValue.parse(
        Data("{\"encoder\": \"resnet18\", \"size\": \(size), \"channels\": 1}".utf8)),
      registry: registry, defaults: TrainingSettings())
    var seconds: [Double] = []
    var check: Float = 0
    for index in 0...repeats {
      let start = ContinuousClock.now
      let (store, failures) = try ImageStore.load(
        names.map { "\(folder)/\($0)" }, branch, progress: ProgressReporter(mode: .quiet))
      if let failure = failures.first { throw failure.error }
      check = try store.batch(Array(names.indices), augmentedBy: nil).reduce(0, +)
      let time = ContinuousClock.now - start
      if index > 0 { seconds.append(time / .seconds(1)) }
    }
    return SpeedRun.report(seconds, check: check)
  }
}
