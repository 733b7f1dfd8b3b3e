@testable import WordVectors

/// word2vec's text and binary, and the detection of the format.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  memoryFile.set(start, count)
  switch try? WordVectorFormat.detect(path: memoryFile.path) {
  case .word2vecText?: _ = try? WordVectors.readWord2VecText(path: memoryFile.path)
  case .word2vecBinary?: _ = try? WordVectors.readWord2VecBinary(path: memoryFile.path)
  default:
    _ = try? WordVectors.readWord2VecText(path: memoryFile.path)
    _ = try? WordVectors.readWord2VecBinary(path: memoryFile.path)
  }
  return 0
}
