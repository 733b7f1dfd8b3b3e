import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors
import Training

/// The program's commands, and what they share.
enum ZooCommand {
  static let root = Command(
    name: "zoo", summary: "A zoo of interchangeable encoders for small sets of images and texts.",
    discussion:
      "Compare encoder combinations, train one, predict with it. Every command has --help with "
      + "examples.",
    subcommands: [
      list, show, train, compare, pretrain, probe, predict, explain, detect, sanity, words, export,
      weights, bundle, vectors, plugin, data, doctor,
    ])

  static let globalOptions: [Option] = [
    .value("threads", "N", "Threads for computing; else as many as there are processors."),
    .value("kernels", choices: KernelChoice.names, "Library for convolutions; else oneDNN."),
    .flag("profile", "Print where the time went, by operation, at the end."),
    .flag("quiet", "Show no progress, only notes on the result."), .help, .version,
  ]

  /// For commands that train or predict.
  static let precision = Option.value(
    "precision", default: KernelChoice.precisions[0], choices: KernelChoice.precisions,
    "Of convolutions; bf16 is quicker where the processor has it, and less exact.")

  /// Sets the threads and gives the kernels that the command line asks for.
  ///
  /// The first thing that a command does: the process may start itself once more. From here on the
  /// time is measured, if it asks for a profile.
  static func kernels(
    _ arguments: ParsedArguments, precision: String? = nil
  ) throws -> any Kernels {
    Compute.settleLibraries()
    if arguments.flag("profile") { Profile.start() }
    Compute.setThreads(try arguments.integer("threads", in: 1...1024) ?? Compute.processors)
    return try KernelChoice.make(arguments.optionalString("kernels"), precision: precision)
  }

  /// The same for a command with the option `precision`.
  static func chosenKernels(_ arguments: ParsedArguments) throws -> any Kernels {
    try kernels(arguments, precision: arguments.optionalString(precision.name))
  }

  /// What a command with the option `precision` works with.
  static func session(_ arguments: ParsedArguments) throws -> Session {
    let kernels = try chosenKernels(arguments)
    return Session(registry: try registry(), kernels: kernels, progress: progress(arguments))
  }

  /// The encoders of the catalogue and of installed plugins; those left out are named as errors.
  static func registry() throws -> EncoderRegistry {
    let registry = EncoderRegistry(
      try Catalogue(path: Catalogue.find()), store: PluginStore.standard())
    for refusal in registry.refusals { warn("left out a plugin: \(refusal.error)") }
    return registry
  }

  /// Says on standard error what goes on without something.
  static func warn(_ text: String) {
    writeWhole("zoo: \(text)\n", to: STDERR_FILENO)
  }

  /// The folder of a model that is named by path, or by a bundle's name; says so when it was revoked.
  static func modelFolder(_ name: String, _ registry: EncoderRegistry) throws -> String {
    let found = try ModelFolders(registry.catalogue).folder(name)
    if let reason = found.revocation {
      writeWhole(
        "warning: \(name) was revoked by its publisher: \(reason)\n", to: STDERR_FILENO)
    }
    return found.path
  }

  /// The same, but a comparison's folder is left as it is: every split's model is asked.
  static func modelOrRun(_ name: String, _ registry: EncoderRegistry) throws -> String {
    let isRun = FileManager.default.fileExists(atPath: "\(name)/folds.csv")
    return isRun ? name : try modelFolder(name, registry)
  }

  static func progress(_ arguments: ParsedArguments) -> ProgressReporter {
    ProgressReporter(mode: arguments.flag("quiet") ? .quiet : .automatic)
  }
}
