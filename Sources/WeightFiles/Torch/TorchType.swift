/// A type of number that PyTorch has; some have no counterpart among what this package reads.
struct TorchType: Equatable, Sendable {
  /// PyTorch's name, such as `float32`.
  let name: String
  /// Bytes an element takes.
  let byteCount: Int
  /// What it is here, or nil for a type that is not read.
  let element: ElementType?

  private init(_ name: String, _ byteCount: Int, _ element: ElementType? = nil) {
    self.name = name
    self.byteCount = byteCount
    self.element = element
  }

  /// The type of a name after `torch.`, such as `float32` or `half`.
  static func named(_ name: String) -> TorchType? { byName[aliases[name] ?? name] }

  /// The type of a storage class, such as `FloatStorage`.
  static func ofStorage(_ name: String) -> TorchType? { storages[name].flatMap { byName[$0] } }

  /// Bytes without a type, of `torch.storage.UntypedStorage`.
  static let untyped = TorchType("untyped", 1)

  private static let byName: [String: TorchType] = {
    let types = [
      TorchType("float32", 4, .float32), TorchType("float64", 8, .float64),
      TorchType("float16", 2, .float16), TorchType("bfloat16", 2, .bfloat16),
      TorchType("int64", 8, .int64), TorchType("int32", 4, .int32),
      TorchType("int16", 2, .int16), TorchType("int8", 1, .int8),
      TorchType("uint8", 1, .uint8), TorchType("bool", 1, .boolean), TorchType("uint16", 2),
      TorchType("uint32", 4), TorchType("uint64", 8), TorchType("complex32", 4),
      TorchType("complex64", 8), TorchType("complex128", 16), TorchType("qint8", 1),
      TorchType("quint8", 1), TorchType("qint32", 4), TorchType("quint4x2", 1),
      TorchType("quint2x4", 1), TorchType("float8_e4m3fn", 1), TorchType("float8_e5m2", 1),
      TorchType("float8_e4m3fnuz", 1), TorchType("float8_e5m2fnuz", 1),
      TorchType("float8_e8m0fnu", 1), untyped,
    ]
    return Dictionary(types.map { ($0.name, $0) }) { first, _ in first }
  }()

  private static let aliases = [
    "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32",
    "short": "int16", "chalf": "complex32", "cfloat": "complex64", "cdouble": "complex128",
  ]

  private static let storages = [
    "FloatStorage": "float32", "DoubleStorage": "float64", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32",
    "QUInt4x2Storage": "quint4x2", "QUInt2x4Storage": "quint2x4", "UntypedStorage": "untyped",
  ]
}
