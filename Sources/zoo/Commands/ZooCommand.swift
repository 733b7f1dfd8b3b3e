import Basics
import CStartup
import EncoderKit
import EncoderZoo
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
      list, show, train, compare, tune, cell, merge, slurm, runs, paper, pretrain, launch, probe,
      writeFeatures,
      predict,
      evaluate, explain,
      detect,
      sanity,
      words, export,
      weights, bundle, vectors, plugin, data, doctor,
    ])

  static let globalOptions: [Option] = [
    .value("threads", "N", "Threads for computing; else as many as there are processors."),
    .value(
      "kernels", default: KernelChoice.names[0], choices: KernelChoice.names,
      formerChoices: KernelChoice.formerNames.keys.sorted(),
      "What multiplies: our loops over oneDNN, those without it, oneDNN alone, OpenBLAS alone."),
    .flag(
      "reproducible",
      "Numbers that depend neither on --threads nor on which processor with AVX2 it is; slower."),
    .flag("profile", "Print where the time went, by operation, at the end."),
    .flag("quiet", "Show no progress, only notes on the result."), .help, .version,
  ]

  /// For commands that train or predict.
  static let precision = Option.value(
    "precision", default: KernelChoice.precisions[0], choices: KernelChoice.precisions,
    "Of convolutions, and of transformers where nothing is trained; bf16 is quicker where the processor has it, "
      + "and less exact.")

  /// Sets the threads and gives the kernels that the command line asks for.
  ///
  /// The first thing that a command does: the process may start itself once more. From here on the
  /// time is measured, if it asks for a profile.
  ///
  /// `usual` is a plan whose threads and kernels are taken where the command line names none. `defaultThreads` is how many
  /// threads there are where neither it nor the command line says so; else as many as processors.
  static func kernels(
    _ arguments: ParsedArguments, precision: String? = nil, plan usual: StudyPlan? = nil,
    defaultThreads: Int? = nil
  ) throws -> any Kernels {
    Compute.settleLibraries(
      reproducibly: arguments.flag("reproducible") || usual?.isReproducible == true)
    if arguments.flag("profile") { Profile.start() }
    let threads =
      try arguments.integer("threads", in: 1...1024) ?? usual?.threads
      ?? defaultThreads ?? Compute.processors
    try checkAddressSpace(threads: threads)
    Compute.setThreads(threads)
    let isPlanned = usual != nil && !arguments.isGiven("kernels")
    let name = isPlanned ? usual?.kernels : arguments.optionalString("kernels")
    if let name, let today = KernelChoice.formerNames[name] {
      writeWhole("note: --kernels \(name) is called --kernels \(today) now\n", to: STDERR_FILENO)
    }
    return try KernelChoice.make(name, precision: precision ?? usual?.precision)
  }

  /// Refuses more threads than the address space has room for.
  ///
  /// OpenBLAS would ask for their buffers without end. Its first threads have theirs since the start
  /// (CStartup).
  private static func checkAddressSpace(threads: Int) throws {
    let limit = zooAddressSpaceLimit()
    let more = max(0, threads - Compute.threads)
    let needed = zooAddressSpaceTaken() + UInt64(more) * zooBlasBuffer() + zooOwnSpace() / 2
    guard limit > 0, more > 0, limit < needed else { return }
    throw ZooError(
      .system,
      "the address space is limited to \(limit >> 20) MB (ulimit -v); \(threads) threads need at least "
        + "\(needed >> 20) MB",
      advice: "raise the limit: ulimit -v unlimited; or ask for fewer --threads")
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
  static func registry() throws -> EncoderRegistry { try open(Zoo.Configuration()).registry }

  /// The zoo that the command line asks for.
  ///
  /// The first thing that a command does, as of `kernels`. `processes` are at work beside each other, each with the
  /// threads that are asked for, else with its share.
  static func zoo(_ arguments: ParsedArguments, precision: String? = nil, processes: Int = 1) throws
    -> Zoo
  {
    _ = try kernels(arguments, precision: precision)
    // Several processes share the processors.
    let share = processes == 1 ? nil : max(1, Compute.processors / processes)
    return try open(
      Zoo.Configuration(
        threads: arguments.integer("threads", in: 1...1024) ?? share,
        kernels: arguments.optionalString("kernels").flatMap {
          Zoo.KernelSet(rawValue: KernelChoice.formerNames[$0] ?? $0)
        } ?? .automatic,
        precision: precision.flatMap(Zoo.Precision.init(rawValue:)) ?? .single))
  }

  private static func open(_ configuration: Zoo.Configuration) throws -> Zoo {
    var configuration = configuration
    configuration.registryPath = try Catalogue.find()
    configuration.includesInstalledPlugins = true
    let zoo = try Zoo(configuration)
    for plugin in zoo.refusedPlugins { warn("left out a plugin: \(plugin.error)") }
    return zoo
  }

  /// A model that is named by path, or by a bundle's name; says so when it was revoked.
  static func model(_ name: String, in zoo: Zoo, bits: Int?) throws -> Model {
    let model = try zoo.model(name, sampleBits: bits)
    if let reason = model.revocation { warnOfRevocation(name, reason) }
    return model
  }

  private static func warnOfRevocation(_ name: String, _ reason: String) {
    writeWhole("warning: \(name) was revoked by its publisher: \(reason)\n", to: STDERR_FILENO)
  }

  /// Says on standard error what goes on without something.
  static func warn(_ text: String) {
    writeWhole("zoo: \(text)\n", to: STDERR_FILENO)
  }

  /// The folder of a model that is named by path, or by a bundle's name; says so when it was revoked.
  static func modelFolder(_ name: String, _ registry: EncoderRegistry) throws -> String {
    let found = try ModelFolders(registry.catalogue).folder(name)
    if let reason = found.revocation { warnOfRevocation(name, reason) }
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
