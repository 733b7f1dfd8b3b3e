import CKernels

@testable import Tensors

/// The sets of kernels that this build holds.
enum KernelSet: String, CustomStringConvertible {
  case reference
  case native
  #if ENCODERZOO_ONEDNN
    case oneDNN
    case nativeOverOneDNN
  #endif

  /// Those that this processor can run.
  static var allCases: [KernelSet] {
    var sets = [reference]
    #if ENCODERZOO_ONEDNN
      sets.append(oneDNN)
      if ez_lanes() > 0 { sets.append(nativeOverOneDNN) }
    #endif
    if ez_lanes() > 0 { sets.append(native) }
    return sets
  }

  var description: String { rawValue }

  /// A fresh set.
  func make() -> any Kernels {
    switch self {
    case .reference: return ReferenceKernels()
    case .native: return native(over: ReferenceKernels())
    #if ENCODERZOO_ONEDNN
      case .oneDNN:
        guard let kernels = OneDNNKernels() else { preconditionFailure("oneDNN does not start") }
        return kernels
      case .nativeOverOneDNN: return native(over: KernelSet.oneDNN.make())
    #endif
    }
  }

  private func native(over base: any Kernels) -> any Kernels {
    guard let kernels = NativeKernels(over: base) else {
      preconditionFailure("the processor has no vectors for it")
    }
    return kernels
  }
}
