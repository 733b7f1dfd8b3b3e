import Basics
import EncoderKit
import Tensors

/// The sets of kernels by name; the first that can be had is the default.
package enum KernelChoice {
  /// Names for the command line.
  package static let names = ["onednn", "openblas"]

  /// The kernels of a name; nil chooses oneDNN where it is there.
  ///
  /// - Throws: `ZooError` of code `.unsupported` when this build or machine has not got them.
  package static func make(_ name: String?) throws -> any Kernels {
    #if ENCODERZOO_ONEDNN
      if name != "openblas", let kernels = OneDNNKernels() { return kernels }
    #endif
    guard name != "onednn" else {
      throw ZooError(
        .unsupported, "this build has no oneDNN", advice: "install libdnnl-dev and build again")
    }
    return OpenBLASKernels()
  }

  /// How numbers are multiplied, for the command line; the first is the default.
  package static let precisions = ["fp32", "bf16"]

  /// The kernels of a name, with convolutions in a precision.
  ///
  /// - Throws: as above, and where bf16 is asked of a processor that has not got it.
  package static func make(_ name: String?, precision: String?) throws -> any Kernels {
    let kernels = try make(name)
    guard precision == "bf16" else { return kernels }
    guard BFloat16Kernels.Arithmetic.best != .plain else {
      throw ZooError(
        .unsupported,
        "this processor multiplies no bf16 (neither avx512_bf16 nor amx_bf16 is among its instructions)",
        advice: "leave out --precision bf16; `zoo doctor` tells what the processor has")
    }
    return BFloat16Kernels(kernels)
  }
}

/// The library behind a set of kernels, with its version.
package func kernelLibrary(_ kernels: any Kernels) -> String {
  if let half = kernels as? BFloat16Kernels {
    return "\(kernelLibrary(half.base)), bf16 by \(half.arithmetic)"
  }
  #if ENCODERZOO_ONEDNN
    if kernels is OneDNNKernels { return "oneDNN \(OneDNNKernels.version)" }
  #endif
  return Compute.blasConfiguration
}
