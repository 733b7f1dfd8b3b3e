import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors

/// An open registry: the encoders, fusion heads, weights and models that can be used, and what
/// computes.
///
/// Everything starts here. A zoo is a value that may be copied and shared; what it makes (encoders,
/// models) computes on threads of its own and is used from one thread at a time.
///
/// ```swift
/// let zoo = try Zoo()
/// for encoder in try zoo.encoders(reading: .image) { print(encoder.name, encoder.summary) }
/// ```
public struct Zoo: Sendable {
  /// How a zoo is opened and what it computes with.
  public struct Configuration: Sendable, Equatable {
    /// The path of a `registry.json`; nil takes the one that this library was built with.
    ///
    /// Models that come with the program lie in `weights` beside the file, so they are found by
    /// name only where a path is given.
    public var registryPath: String?
    /// Whether plugins that `zoo plugin install` put on this machine are looked for.
    public var includesInstalledPlugins: Bool
    /// The threads that kernels run on, from 1; nil for as many as there are processors.
    public var threads: Int?
    /// What convolutions are computed by.
    public var kernels: KernelSet
    /// The arithmetic of convolutions, and of transformers where nothing is trained.
    public var precision: Precision

    /// A configuration; see the properties.
    public init(
      registryPath: String? = nil, includesInstalledPlugins: Bool = false, threads: Int? = nil,
      kernels: KernelSet = .automatic, precision: Precision = .single
    ) {
      self.registryPath = registryPath
      self.includesInstalledPlugins = includesInstalledPlugins
      self.threads = threads
      self.kernels = kernels
      self.precision = precision
    }
  }

  /// What convolutions are computed by; the raw value is the name on the command line.
  public enum KernelSet: String, Sendable, CaseIterable {
    /// Native loops where the processor has AVX-512 or AVX2, over oneDNN where it is there.
    case automatic = "auto"
    /// Native loops over the reference.
    case native
    /// oneDNN alone.
    case oneDNN = "onednn"
    /// OpenBLAS alone.
    case reference
  }

  /// The arithmetic of convolutions, and of transformers where nothing is trained; all else is in single precision.
  public enum Precision: String, Sendable, CaseIterable {
    /// 32 bits.
    case single = "fp32"
    /// Factors of 16 bits (bfloat16), sums of 32: faster where the processor has it, less exact.
    case bfloat16 = "bf16"
  }

  /// An installed plugin that was left out.
  public struct RefusedPlugin: Sendable, Equatable {
    /// The plugin's name.
    public let name: String
    /// Why it was left out.
    public let error: ZooError
  }

  /// How this zoo was opened.
  public let configuration: Configuration
  package let registry: EncoderRegistry

  /// The version of the package, such as `0.1.0`.
  public static var version: String { programVersion }

  /// Opens a registry.
  ///
  /// - Throws: `ZooError` for a registry that can't be read, and of code `.unsupported` for kernels
  ///   or a precision that this build or machine has not got.
  public init(_ configuration: Configuration = Configuration()) throws {
    // Only what is asked for can be missing.
    if configuration.kernels != .automatic || configuration.precision != .single {
      _ = try Zoo.makeKernels(configuration)
    }
    let catalogue =
      try configuration.registryPath.map { try Catalogue(path: $0) }
      ?? Catalogue(
        Data(PackageResources.registry_json), path: "registry.json of the library EncoderZoo")
    self.init(
      EncoderRegistry(
        catalogue, store: configuration.includesInstalledPlugins ? PluginStore.standard() : nil),
      configuration)
  }

  /// A zoo over a registry that is open.
  package init(_ registry: EncoderRegistry, _ configuration: Configuration) {
    self.registry = registry
    self.configuration = configuration
  }

  /// The installed plugins that were left out, each with the reason.
  public var refusedPlugins: [RefusedPlugin] {
    registry.refusals.map { RefusedPlugin(name: $0.name, error: $0.error) }
  }

  /// What is known of every encoder of a kind of input, in the registry's order.
  ///
  /// - Throws: `ZooError` for a plugin that can't be opened.
  public func encoders(
    reading modality: EncoderDescription.Modality
  ) throws -> [EncoderDescription] {
    try registry.names(modality).map { try registry.description(of: $0) }
  }

  /// What is known of every fusion head, in the registry's order.
  ///
  /// - Throws: `ZooError` for a plugin that can't be opened.
  public func fusionHeads() throws -> [FusionHeadDescription] {
    try registry.headNames.map { try registry.fusionHead($0).description }
  }

  /// The names of the published weights for an image encoder, such as `resnet18-imagenet`.
  ///
  /// `zoo weights fetch NAME` downloads one.
  public func weightSets(for encoder: String) -> [String] {
    registry.catalogue.weightSets.filter { $0.encoder == encoder }.map(\.name)
  }

  /// Sets what libgomp, OpenBLAS and malloc read from the environment when a program starts, and
  /// starts this program once more with it; variables that are set stay as they are.
  ///
  /// Call it first in `main`, before anything is done. It returns where everything is set already.
  /// Without it all works, with the waiting and the memory pages that the system chooses: see
  /// docs/benchmarks.md for what that costs.
  public static func tuneProcess() { Compute.settleLibraries() }

  /// Kernels as configured, for the calling thread.
  package func makeKernels() throws -> any Kernels { try Zoo.makeKernels(configuration) }

  private static func makeKernels(_ configuration: Configuration) throws -> any Kernels {
    Compute.setThreads(configuration.threads ?? Compute.processors)
    return try KernelChoice.make(
      configuration.kernels.rawValue, precision: configuration.precision.rawValue)
  }
}
