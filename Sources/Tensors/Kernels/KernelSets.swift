/// The sets of kernels that this build and this processor can run.
package enum KernelSets {
  /// The fastest: our own loops over oneDNN, or over the reference where it is not there; those alone where the
  /// processor has no vectors for our own.
  package static func fastest() -> any Kernels {
    let base = oneDNN() ?? ReferenceKernels()
    return NativeKernels(over: base) ?? base
  }

  /// oneDNN alone; nil where the build or the machine has not got it.
  package static func oneDNN() -> (any Kernels)? {
    #if ENCODERZOO_ONEDNN
      return OneDNNKernels()
    #else
      return nil
    #endif
  }
}
