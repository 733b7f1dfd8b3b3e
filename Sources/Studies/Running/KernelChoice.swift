import Basics
import Tensors

/// The sets of kernels by name; the first is the default.
package enum KernelChoice {
  /// Names for the command line: our own loops over oneDNN where it is there, else over the reference; our own
  /// loops over the reference; oneDNN alone; OpenBLAS alone.
  package static let names = ["auto", "native", "onednn", "reference"]

  /// Names of earlier versions, with today's.
  package static let formerNames = ["openblas": "reference"]

  /// The kernels of a name; nil chooses as `auto`.
  ///
  /// - Throws: `ZooError` of code `.unsupported` when this build or machine has not got them.
  package static func make(_ name: String?) throws -> any Kernels {
    if Compute.isReproducible { return try reproducible(name) }
    switch name.map({ formerNames[$0] ?? $0 }) {
    case "native":
      guard let kernels = NativeKernels(over: ReferenceKernels()) else {
        throw ZooError(
          .unsupported,
          "this processor has neither AVX-512 nor AVX2, which the native kernels are written for",
          advice: "leave out --kernels, or give --kernels reference")
      }
      return kernels
    case "onednn":
      guard let kernels = KernelSets.oneDNN() else {
        throw ZooError(
          .unsupported, "this build has no oneDNN",
          advice: "leave out --kernels, or install libdnnl-dev and build again")
      }
      return kernels
    case "reference": return ReferenceKernels()
    default: return KernelSets.fastest()
    }
  }

  private static func reproducible(_ name: String?) throws -> any Kernels {
    if let name, name != names[0], name != "native" {
      throw ZooError(
        .usage,
        "--kernels \(name) gives other numbers on other processors, so not with --reproducible",
        advice: "leave out --kernels")
    }
    guard Compute.hasReproducibleCore else {
      throw ZooError(
        .unsupported,
        "OpenBLAS is at its kernels for \(Compute.blasCore); reproducible numbers need those for Haswell",
        advice: "install libopenblas0-openmp, which has kernels for many processors")
    }
    guard let kernels = NativeKernels(over: ReferenceKernels()) else {
      throw ZooError(
        .unsupported, "this processor has no AVX2, which reproducible numbers need",
        advice: "leave out --reproducible")
    }
    return kernels
  }

  /// How numbers are multiplied, for the command line; the first is the default.
  package static let precisions = ["fp32", "bf16"]

  /// The kernels of a name, with convolutions in a precision.
  ///
  /// - Throws: as above, and where bf16 is asked of a processor that has not got it.
  package static func make(_ name: String?, precision: String?) throws -> any Kernels {
    let kernels = try make(name)
    guard precision == "bf16" else { return kernels }
    guard !Compute.isReproducible else {
      throw ZooError(
        .usage,
        "--precision bf16 gives other numbers on other processors, so not with --reproducible",
        advice: "leave one of them out")
    }
    guard BFloat16Kernels.Arithmetic.best != .plain else {
      throw ZooError(
        .unsupported,
        "this processor multiplies no bf16 (neither avx512_bf16 nor amx_bf16 is among its instructions)",
        advice: "leave out --precision bf16; `zoo doctor` tells what the processor has")
    }
    return BFloat16Kernels(kernels)
  }

  /// The names by which `make(_:precision:)` gives some kernels again.
  static func names(of kernels: any Kernels) -> (kernels: String, precision: String) {
    let halves = ", bf16"
    let isHalf = kernels.name.hasSuffix(halves)
    let precision = precisions[isHalf ? 1 : 0]
    switch isHalf ? String(kernels.name.dropLast(halves.count)) : kernels.name {
    case "reference": return ("reference", precision)
    case "oneDNN": return ("onednn", precision)
    case "native over reference", "native over reference\(NativeKernels.reproducible)":
      return ("native", precision)
    default: return ("auto", precision)
    }
  }

  /// What a run of an earlier version wrote for kernels with today's name: `onednn` stood for our own loops
  /// over it, too.
  package static func formerRecord(of name: String) -> String? {
    let halves = ", bf16"
    let suffix = name.hasSuffix(halves) ? "-bf16" : ""
    switch suffix.isEmpty ? name : String(name.dropLast(halves.count)) {
    case "native over oneDNN": return "onednn\(suffix)"
    case "oneDNN" where KernelSets.fastest().name == "oneDNN": return "onednn\(suffix)"
    case "reference": return "openblas\(suffix)"
    default: return nil
    }
  }
}
