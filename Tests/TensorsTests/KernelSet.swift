@testable import Tensors

/// The sets of kernels that this build holds.
enum KernelSet: String, CaseIterable, CustomStringConvertible {
  case openBLAS
  #if ENCODERZOO_ONEDNN
    case oneDNN
  #endif

  var description: String { rawValue }

  /// A fresh set.
  func make() -> any Kernels {
    switch self {
    case .openBLAS: return OpenBLASKernels()
    #if ENCODERZOO_ONEDNN
      case .oneDNN:
        guard let kernels = OneDNNKernels() else { preconditionFailure("oneDNN does not start") }
        return kernels
    #endif
    }
  }
}
