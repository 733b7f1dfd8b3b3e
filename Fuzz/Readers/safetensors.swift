import Foundation

@testable import WeightFiles

/// A safetensors file, header and data.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard let file = try? TensorFile.parse(Data(bytes: start, count: count)) else { return 0 }
  for entry in file.entries { _ = try? file.floats(entry.name) }
  return 0
}
