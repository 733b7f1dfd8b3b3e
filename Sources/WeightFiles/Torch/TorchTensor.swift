/// A stretch of a storage that a pickle refers to.
struct TorchStorage: Equatable {
  /// Which of the file's storages, by index.
  let index: Int
  /// Of what its elements are.
  let type: TorchType
  /// Where the stretch begins, in elements.
  let start: Int
  /// How many elements it has.
  let count: Int
}

/// A storage as the pickle announces it; where its bytes stand is found later.
struct TorchStorageRecord {
  let key: String
  let elementByteCount: Int
  let byteCount: Int
}

/// A view of a storage, checked against it.
struct TorchTensor: Equatable {
  let storage: TorchStorage
  let type: TorchType
  /// In elements of `type` from the storage's first byte.
  let offset: Int
  let shape: [Int]
  /// In elements.
  let strides: [Int]
  let count: Int

  /// A view, or what is wrong with it.
  static func view(
    of storage: TorchStorage, type: TorchType, offset: Int, shape: [Int], strides: [Int]
  ) -> Result<TorchTensor, Fault> {
    guard shape.count == strides.count, shape.count <= 64 else {
      return .failure(
        Fault("has \(shape.count) axes and \(strides.count) strides; expected as many, at most 64"))
    }
    guard offset >= 0 else { return .failure(Fault("has the negative offset \(offset)")) }
    if let extent = shape.first(where: { $0 < 0 }) {
      return .failure(Fault("has the negative extent \(extent)"))
    }
    if let stride = strides.first(where: { $0 < 0 }) {
      return .failure(Fault("has the negative stride \(stride)"))
    }
    guard let count = TensorFile.elementCount(shape) else {
      return .failure(Fault("has the shape \(shape), whose product overflows"))
    }
    let available = storage.count * storage.type.byteCount / type.byteCount
    let start = storage.start * storage.type.byteCount
    guard start % type.byteCount == 0 else {
      return .failure(Fault("begins within an element of its storage"))
    }
    var last = offset
    for (extent, stride) in zip(shape, strides) where count > 0 {
      let (span, first) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, second) = last.addingReportingOverflow(span)
      guard !first, !second else {
        return .failure(Fault("has the shape \(shape) and strides \(strides), which overflow"))
      }
      last = sum
    }
    guard count > 0 ? last < available : offset <= available else {
      return .failure(
        Fault(
          "has offset \(offset), shape \(shape) and strides \(strides), beyond the \(available)"
            + " elements of its storage"))
    }
    return .success(
      TorchTensor(
        storage: storage, type: type, offset: start / type.byteCount + offset, shape: shape,
        strides: strides, count: count))
  }

  /// What is wrong with a view.
  struct Fault: Error {
    let message: String
    init(_ message: String) { self.message = message }
  }
}
