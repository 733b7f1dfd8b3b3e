import Basics
import EncoderKit
import Foundation
import Studies

/// The command line: `zoo-parity ENCODER FOLDER [--mode training|evaluation] [--kernels
/// auto|native|onednn|reference] [--options JSON] [--weights FILE]`.
struct ParitySettings {
  let encoder: String
  let folder: String
  var mode = Forward.Mode.training
  /// Nil chooses as the program does.
  var kernels: String?
  /// The encoder's options as a JSON object.
  var options = "{}"
  /// The weight file's name in the folder.
  var weights = "weights.safetensors"

  private static let usage =
    "expected ENCODER FOLDER [--mode training|evaluation] [--kernels auto|native|onednn|reference] "
    + "[--options JSON] [--weights FILE]"

  /// Reads the arguments behind the program's name.
  ///
  /// - Throws: `ZooError` of code `.usage` for anything else than `usage` says.
  init(_ arguments: [String]) throws {
    guard arguments.count >= 2, arguments.count.isMultiple(of: 2) else {
      throw ZooError(.usage, Self.usage)
    }
    (encoder, folder) = (arguments[0], arguments[1])
    for index in stride(from: 2, to: arguments.count, by: 2) {
      let value = arguments[index + 1]
      switch (arguments[index], value) {
      case ("--mode", "training"): mode = .training
      case ("--mode", "evaluation"): mode = .evaluation
      case ("--kernels", _) where KernelChoice.names.contains(value): kernels = value
      case ("--options", _): options = value
      case ("--weights", _): weights = value
      default:
        throw ZooError(.usage, "found \(arguments[index]) \(value); \(Self.usage)")
      }
    }
  }
}
