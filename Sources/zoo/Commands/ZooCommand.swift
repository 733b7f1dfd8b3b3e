import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors

/// The program's commands, and what they share.
enum ZooCommand {
  static let root = Command(
    name: "zoo", summary: "A zoo of interchangeable encoders for small sets of images and texts.",
    discussion:
      "Compare encoder combinations, train one, predict with it. Every command has --help with "
      + "examples.",
    subcommands: [
      list, show, train, compare, pretrain, probe, predict, explain, weights, bundle, vectors, data,
      doctor,
    ])

  static let globalOptions: [Option] = [
    .value("threads", "N", "Threads for computing; else as many as there are processors."),
    .value("kernels", choices: KernelChoice.names, "Library for convolutions; else oneDNN."),
    .flag("quiet", "Show no progress."), .help, .version,
  ]

  /// Sets the threads and gives the kernels that the command line asks for.
  static func kernels(_ arguments: ParsedArguments) throws -> any Kernels {
    Compute.setThreads(try arguments.integer("threads", in: 1...1024) ?? Compute.processors)
    return try KernelChoice.make(arguments.optionalString("kernels"))
  }

  static func registry() throws -> EncoderRegistry {
    EncoderRegistry(try Catalogue(path: Catalogue.find()))
  }

  /// The folder of a model that is named by path, or by a bundle's name; says so when it was revoked.
  static func modelFolder(_ name: String, _ registry: EncoderRegistry) throws -> String {
    let found = try ModelFolders(registry.catalogue).folder(name)
    if let reason = found.revocation {
      FileHandle.standardError.write(
        Data("warning: \(name) was revoked by its publisher: \(reason)\n".utf8))
    }
    return found.path
  }

  static func progress(_ arguments: ParsedArguments) -> ProgressReporter {
    ProgressReporter(mode: arguments.flag("quiet") ? .quiet : .automatic)
  }
}
