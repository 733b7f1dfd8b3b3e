import Foundation

@testable import Datasets

/// A workbook's styles, shared texts and sheet, divided by NUL, which XML can't hold: what is in a zip is
/// libarchive's to read, and checksums would stop nearly every input there.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let parts = Data(bytes: start, count: count)
    .split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
  guard parts.count == 3 else { return 0 }
  let (formats, strings) = (CellFormats(), SharedStrings())
  func read(_ part: Data, _ handler: any XMLHandler) -> Bool {
    let reader = XMLReader(path: "part.xml", maximumDepth: 64)
    let done: Void? = try? reader.read(into: handler) { hand in
      try part.withUnsafeBytes { try hand($0) }
    }
    return done != nil
  }
  guard read(parts[0], formats), read(parts[1], strings) else { return 0 }
  let sheet = SheetParser(
    path: "t.xlsx", strings: strings, formats: formats, countsFrom1904: false)
  guard read(parts[2], sheet),
    let table = try? CSVTable(sheet: sheet, name: "Cases", path: "t.xlsx", namesKeys: true)
  else { return 0 }
  for row in 0..<table.rowCount {
    for column in table.columns.indices { _ = table[row, column] }
  }
  return 0
}
