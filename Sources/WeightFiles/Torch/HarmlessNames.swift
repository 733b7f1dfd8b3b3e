/// Classes of Python's library, numpy and PyTorch whose objects are plain values: what training scripts
/// keep beside the weights.
///
/// Nothing of them is executed: their objects are a name and data. The table only tells what is
/// ordinary in a checkpoint from what says that someone means harm.
enum HarmlessNames {
  /// Whether a name is one of them.
  static func contains(module: String, name: String) -> Bool {
    if modules.contains(module) { return isPlain(name) }
    return names[module]?.contains(name) ?? false
  }

  /// Modules of values alone.
  private static let modules: Set<String> = [
    "datetime", "_pydatetime", "pathlib", "pathlib._local", "decimal", "_pydecimal", "fractions",
    "uuid", "enum", "typing", "zoneinfo", "numpy.dtypes", "numpy.random._pickle",
    "torch.utils.data",
    "torch.utils.data.dataset", "torch.utils.data.sampler", "torch.utils.data.distributed",
  ]

  /// Names of modules that hold other things, too.
  private static let names: [String: Set<String>] = [
    "builtins": ["complex", "range", "slice", "NotImplementedType", "ellipsis"],
    "collections": ["deque", "ChainMap", "UserDict", "UserList", "UserString"],
    "types": ["SimpleNamespace", "MappingProxyType", "NoneType", "EllipsisType"],
    "time": ["struct_time"],
    "torch": ["Generator", "layout", "memory_format", "per_tensor_affine", "per_channel_affine"],
    "torch.serialization": ["_get_layout"],
    "numpy": numpyTypes,
  ]

  private static let numpyTypes = Set(
    """
    bool bool_ int8 int16 int32 int64 intc intp int_ uint8 uint16 uint32 uint64 uintc uintp float16 \
    float32 float64 float_ longdouble complex64 complex128 str_ bytes_ void object_ datetime64 \
    timedelta64 generic number integer floating ndarray dtype
    """.split(separator: " ").map(String.init))

  /// A name as Python's grammar has it, with the class it belongs to.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0 & 0xdf) || $0 == 0x5f || $0 == 0x2e
      }
  }
}
