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
}

/// The library behind a set of kernels, with its version.
package func kernelLibrary(_ kernels: any Kernels) -> String {
  #if ENCODERZOO_ONEDNN
    if kernels is OneDNNKernels { return "oneDNN \(OneDNNKernels.version)" }
  #endif
  return Compute.blasConfiguration
}
