@testable import WordVectors

/// GloVe's text, all words kept.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  memoryFile.set(start, count)
  _ = try? WordVectors.readGloVe(path: memoryFile.path)
  return 0
}
