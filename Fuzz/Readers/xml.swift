import Foundation

@testable import Datasets

/// A report of Open-i.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  _ = try? OpenIReportParser.parse(Data(bytes: start, count: count), path: "1.xml")
  return 0
}
