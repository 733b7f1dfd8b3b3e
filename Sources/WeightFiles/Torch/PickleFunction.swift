/// The functions and classes of Python that a pickle may call, each emulated in Swift.
enum PickleFunction: CaseIterable {
  case orderedDictionary, defaultDictionary, counter, dictionary
  case set, frozenSet, list, tuple, byteArray, bytes, encode
  case reconstructor
  case rebuildTensor, rebuildTensorV2, rebuildTensorV3
  case rebuildParameter, rebuildParameterWithState, rebuildFromType, parameter
  case size, device
  case scalar, elementType, reconstructArray, arrayFromBuffer
  case partial

  /// The names in Python, module and name joined by a dot.
  var names: [String] {
    switch self {
    case .orderedDictionary: ["collections.OrderedDict"]
    case .defaultDictionary: ["collections.defaultdict"]
    case .counter: ["collections.Counter"]
    case .dictionary: ["builtins.dict"]
    case .set: ["builtins.set"]
    case .frozenSet: ["builtins.frozenset"]
    case .list: ["builtins.list"]
    case .tuple: ["builtins.tuple"]
    case .byteArray: ["builtins.bytearray"]
    case .bytes: ["builtins.bytes"]
    case .encode: ["_codecs.encode"]
    case .reconstructor: ["copyreg._reconstructor"]
    case .rebuildTensor: ["torch._utils._rebuild_tensor"]
    case .rebuildTensorV2: ["torch._utils._rebuild_tensor_v2"]
    case .rebuildTensorV3: ["torch._utils._rebuild_tensor_v3"]
    case .rebuildParameter: ["torch._utils._rebuild_parameter"]
    case .rebuildParameterWithState: ["torch._utils._rebuild_parameter_with_state"]
    case .rebuildFromType:
      ["torch._tensor._rebuild_from_type_v2", "torch._tensor._rebuild_from_type"]
    case .parameter:
      [
        "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer",
        "torch.autograd.variable.Variable",
      ]
    case .size: ["torch.Size"]
    case .device: ["torch.device"]
    case .scalar: ["numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"]
    case .elementType: ["numpy.dtype"]
    case .reconstructArray:
      ["numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"]
    case .arrayFromBuffer: ["numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"]
    case .partial: ["functools.partial"]
    }
  }

  /// The functions by name.
  static let named: [String: PickleFunction] = Dictionary(
    allCases.flatMap { function in function.names.map { ($0, function) } }
  ) { first, _ in first }
}
