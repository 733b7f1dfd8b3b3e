import Basics

@testable import WeightFiles

/// The pickle machine alone, and the walk over what it made.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  var machine = PickleMachine(bytes, place: Place())
  guard let root = try? machine.run() else { return 0 }
  var search = TensorSearch(heap: machine.heap, path: nil, byteCount: count)
  _ = try? search.tensors(of: root, under: [])
  return 0
}
