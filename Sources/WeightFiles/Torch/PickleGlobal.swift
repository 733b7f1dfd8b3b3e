import Basics

/// A name that a pickle refers to, and what it may be used for.
///
/// Nothing is ever looked up, imported or called in Python's sense. The rule (`role`):
///
/// 1. The functions, storages and types of PyTorch, numpy and Python of a fixed table are
///    *emulated*: a few lines of Swift each that build a value from the arguments.
/// 2. Any name of `torch.nn`, `torch.optim`, `torchvision`, `torchxrayvision`, `timm` and
///    `__main__`, and any class (a name in capitals) of another project's module, is *inert*: an
///    object of it is its class's name and its state, which is data. It can't be called.
/// 3. The classes of plain values of `HarmlessNames` (paths, days, queues, namespaces, numpy's types, …)
///    are *opaque*: a call of one is an object of that name, its arguments data. Nothing looks into it.
/// 4. Everything else is refused by name: all else of Python's own library (`os`, `posix`,
///    `subprocess`, `builtins`, …), of torch, of numpy, and of packages known to run code.
struct PickleGlobal: Equatable {
  let module: String
  let name: String
  let role: Role

  /// What a name may be used for.
  enum Role: Equatable {
    case function(PickleFunction)
    case storage(TorchType)
    case element(TorchType)
    case inert
    case opaque
  }

  /// Module and name, joined by a dot; Python 2's names for the built-ins are Python 3's here.
  var description: String { "\(module).\(name)" }

  /// The global of a module and a name, or nil when the rule refuses it.
  init?(module: String, name: String) {
    let modern = Self.renamed[module] ?? module
    guard let role = Self.role(module: modern, name: name) else { return nil }
    self.module = modern
    self.name = name
    self.role = role
  }

  /// The name of the table nearest to one that is refused.
  static func suggestion(module: String, name: String) -> String? {
    guard module.hasPrefix("torch.") || module.hasPrefix("numpy.") else { return nil }
    return nearestName(
      to: "\(module).\(name)", among: PickleFunction.allCases.flatMap(\.names))
  }

  private static func role(module: String, name: String) -> Role? {
    if let function = PickleFunction.named["\(module).\(name)"] { return .function(function) }
    if ["torch", "torch.cuda", "torch.storage"].contains(module) {
      if let type = TorchType.ofStorage(name) { return .storage(type) }
      if module == "torch", let type = TorchType.named(name) { return .element(type) }
    }
    if plainNames.contains("\(module).\(name)") { return .inert }
    if HarmlessNames.contains(module: module, name: name) { return .opaque }
    let path = module.split(separator: ".", omittingEmptySubsequences: false)
    guard isPath(path), isPath(name.split(separator: ".", omittingEmptySubsequences: false)) else {
      return nil
    }
    let package = String(path[0])
    if package == "torch" {
      return path.count > 1 && ["nn", "optim"].contains(path[1]) ? .inert : nil
    }
    if modelPackages.contains(package) { return .inert }
    guard !package.hasPrefix("_"), !PythonModules.refused.contains(package) else { return nil }
    let last = name.split(separator: ".").last.map { $0.drop { $0 == "_" } } ?? ""
    return last.first?.isUppercase == true ? .inert : nil
  }

  /// Whether the name is a class of a model's own project: those of PyTorch stay what they are.
  var isOwnClass: Bool {
    let last = name.split(separator: ".").last.map { $0.drop { $0 == "_" } } ?? ""
    return role == .inert && !module.hasPrefix("torch.") && last.first?.isUppercase == true
  }

  private static func isPath(_ path: [Substring]) -> Bool {
    path.allSatisfy { part in
      guard let first = part.first, first == "_" || first.isLetter else { return false }
      return part.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber }
    }
  }

  /// Packages all of whose names are inert.
  private static let modelPackages: Set<String> = [
    "torchvision", "torchxrayvision", "timm", "__main__",
  ]

  /// Names of refused packages that are plain data.
  private static let plainNames: Set<String> = [
    "builtins.object", "builtins.int", "builtins.long", "builtins.float", "builtins.str",
    "builtins.unicode", "builtins.bool",
    "argparse.Namespace", "torch.Tensor", "torch.strided", "torch.contiguous_format",
    "torch.preserve_format", "torch.channels_last", "torch.torch_version.TorchVersion",
    "numpy.ndarray", "numpy.float16", "numpy.float32", "numpy.float64", "numpy.int32",
    "numpy.int64", "numpy.bool_",
  ]

  private static let renamed = ["__builtin__": "builtins", "copy_reg": "copyreg"]
}
