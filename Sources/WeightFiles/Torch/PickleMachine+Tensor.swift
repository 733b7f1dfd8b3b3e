import Basics

extension PickleMachine {
  /// BINPERSID: a storage, or a class with its source text, which old files of modules carry.
  mutating func refer(_ identifier: PickleValue) throws {
    guard let fields = heap.items(identifier), let kind = fields.first.flatMap({ heap.text($0) })
    else {
      throw failure(
        "the pickle refers to \(heap.kind(identifier)); expected a tuple that names a storage")
    }
    if kind == "module", fields.count >= 2, case .global = heap[fields[1]] {
      stack.append(fields[1])
      return
    }
    guard kind == "storage", fields.count >= 5, case .global(let global) = heap[fields[1]],
      case .storage(let type) = global.role, let key = heap.text(fields[2]),
      case .integer(let count) = fields[4]
    else {
      throw failure("the pickle refers to a \"\(kind)\" that is not as torch.save writes it")
    }
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    guard count >= 0, !overflow else {
      throw failure("storage \"\(key)\" would have \(count) elements")
    }
    let index: Int
    if let known = storagePositions[key] {
      index = known
      guard storages[index].byteCount == byteCount else {
        throw failure(
          "storage \"\(key)\" has \(byteCount) bytes here, and \(storages[index].byteCount) before")
      }
    } else {
      index = storages.count
      storagePositions[key] = index
      storages.append(
        TorchStorageRecord(key: key, elementByteCount: type.byteCount, byteCount: byteCount))
    }
    var start = 0
    var length = count
    // Very old files share a storage by views: key, offset and size of the part.
    if fields.count >= 6, let view = heap.items(fields[5]) {
      guard view.count == 3, case .integer(let offset) = view[1], case .integer(let size) = view[2],
        offset >= 0, size >= 0, offset <= count, size <= count - offset
      else {
        throw failure("a view of storage \"\(key)\" lies beyond its \(count) elements")
      }
      (start, length) = (offset, size)
    }
    push(.storage(TorchStorage(index: index, type: type, start: start, count: length)))
  }

  /// A tensor of a storage, offset, shape and strides; the third version names its type as well.
  mutating func tensor(
    _ function: PickleFunction, _ arguments: [PickleValue], _ name: String
  ) throws -> PickleValue {
    guard arguments.count >= (function == .rebuildTensorV3 ? 7 : 4) else {
      throw failure("the pickle calls \(name) with \(arguments.count) arguments; too few")
    }
    guard case .storage(let storage) = heap[arguments[0]], case .integer(let offset) = arguments[1],
      let shape = heap.integers(arguments[2]), let strides = heap.integers(arguments[3])
    else {
      throw failure(
        "the pickle calls \(name) with something else than storage, offset, shape and strides")
    }
    var type = storage.type
    if function == .rebuildTensorV3 {
      guard case .global(let global) = heap[arguments[6]], case .element(let named) = global.role
      else {
        throw failure("the pickle calls \(name) without a type")
      }
      type = named
    }
    // Bits that PyTorch applies when it reads: the values in the file are not those of the tensor.
    let bits =
      arguments.indices.contains(function == .rebuildTensorV3 ? 7 : 6)
      ? heap.dictionary(arguments[function == .rebuildTensorV3 ? 7 : 6]) : nil
    for bit in ["conj", "neg"] where bits?[bit] == .boolean(true) {
      throw failure(
        "a tensor is kept with PyTorch's \(bit) bit, which is not read",
        advice: "Save it again after .resolve_\(bit)().")
    }
    switch TorchTensor.view(
      of: storage, type: type, offset: offset, shape: shape, strides: strides)
    {
    case .success(let tensor): return heap.add(.tensor(tensor))
    case .failure(let fault):
      throw failure("a tensor of storage \"\(storages[storage.index].key)\" \(fault.message)")
    }
  }
}
