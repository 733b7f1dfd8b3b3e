import Foundation

@testable import Datasets

/// A table of cases as people keep them: every field is decoded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let data = Data(bytes: start, count: count)
  guard let table = try? CSVTable(data: data, path: "table.csv", dialect: .found) else { return 0 }
  for row in 0..<table.rowCount {
    for column in table.columns.indices { _ = table[row, column] }
  }
  return 0
}
