import Basics
import Foundation

/// The cells of one sheet, row by row; only those that hold something are kept.
final class SheetParser: XMLHandler {
  /// A cell's column and where its text lies in `bytes`.
  struct Cell {
    let column: Int32
    let start: Int32
    let end: Int32
  }

  /// The texts: those that are shared, then the cells' own.
  private(set) var bytes: [UInt8]
  private(set) var cells: [Cell] = []
  /// For each row with cells its number and its first cell.
  private(set) var rows: [(number: Int32, first: Int)] = []
  private(set) var hiddenRows = 0
  private(set) var dates = 0
  /// Cells whose formula has no stored result.
  private(set) var emptyFormulas: [(row: Int, column: Int)] = []
  /// The first and last row of each merged range of several rows.
  private(set) var mergedRows: [(name: String, rows: ClosedRange<Int>)] = []

  private let path: String
  private let strings: SharedStrings
  private let formats: CellFormats
  private let countsFrom1904: Bool
  private var open: [Substring] = []
  private var row = 0
  private var column = -1
  private var isHidden = false
  private var type = ""
  private var style = 0
  private var hasFormula = false
  private var hasValue = false
  private var value: [UInt8] = []
  private var failure: ZooError?

  static let maximumColumns = 16_384
  static let maximumRows = 1_048_576

  init(path: String, strings: SharedStrings, formats: CellFormats, countsFrom1904: Bool) {
    self.path = path
    self.strings = strings
    self.formats = formats
    self.countsFrom1904 = countsFrom1904
    bytes = strings.bytes
  }

  func start(
    _ name: String, attributes: [String: String], in ancestors: [String], line: Int
  ) throws(ZooError) {
    if let failure { throw failure }
    let name = localName(name)
    open.append(name)
    switch name {
    case "row":
      let number = attributes["r"].map { Int($0) } ?? row + 1
      guard let number, number > row, number <= SheetParser.maximumRows else {
        throw refusal("row \(attributes["r"] ?? "\(row + 1)") after row \(row)")
      }
      (row, column) = (number, -1)
      isHidden = ["1", "true"].contains(attributes["hidden"] ?? "")
    case "c": try startCell(attributes)
    case "v": hasValue = true
    case "f": hasFormula = true
    case "mergeCell": try merge(attributes["ref"] ?? "")
    default: break
    }
  }

  func text(_ characters: UnsafeBufferPointer<UInt8>) {
    guard let last = open.last, last == "v" || last == "t" && !open.contains("rPh") else { return }
    value.append(contentsOf: characters)
  }

  func end(depth: Int) {
    guard open.removeLast() == "c", failure == nil else { return }
    do throws(ZooError) { try endCell() } catch { failure = error }
  }

  /// What a callback could not throw.
  func finish() throws { if let failure { throw failure } }

  private func startCell(_ attributes: [String: String]) throws(ZooError) {
    guard row > 0 else { throw refusal("a cell outside a row") }
    var next = column + 1
    if let reference = attributes["r"] {
      guard let place = SheetParser.place(reference), place.row == row, place.column > column else {
        throw refusal("a cell \"\(reference.prefix(20))\" out of place")
      }
      next = place.column
    }
    guard next < SheetParser.maximumColumns else { throw refusal("too many cells") }
    column = next
    type = attributes["t"] ?? "n"
    style = attributes["s"].flatMap { Int($0) } ?? 0
    (hasFormula, hasValue) = (false, false)
    value.removeAll(keepingCapacity: true)
  }

  private func endCell() throws(ZooError) {
    if hasFormula, !hasValue {
      if emptyFormulas.count < 1000 { emptyFormulas.append((row, column)) }
      return
    }
    if type == "s" {
      guard let index = Int(String(decoding: value, as: UTF8.self)),
        let range = strings.range(index)
      else { throw refusal("a cell of a shared text that is not there") }
      return try keep(range)
    }
    let text = try ownText()
    guard !text.isEmpty else { return }
    let start = bytes.count
    bytes.append(contentsOf: text)
    try keep(start..<bytes.count)
  }

  private func ownText() throws(ZooError) -> [UInt8] {
    switch type {
    case "str", "inlineStr": return withoutEscapes(value)
    case "d", "e": return value
    case "b": return Array((value == [0x31] ? "TRUE" : "FALSE").utf8)
    case "n":
      if value.isEmpty { return [] }
      let written = String(decoding: value, as: UTF8.self)
      guard let number = Double(written), number.isFinite else {
        throw refusal("\"\(written.prefix(40))\" is no number")
      }
      let (text, isDate) = CellFormats.text(
        number, formats.kind(ofStyle: style), countsFrom1904: countsFrom1904)
      if isDate { dates += 1 }
      return Array(text.utf8)
    default: throw refusal("a cell of the unknown type \"\(type.prefix(20))\"")
    }
  }

  private func keep(_ range: Range<Int>) throws(ZooError) {
    guard !range.isEmpty else { return }
    guard range.upperBound <= Int(Int32.max) else { throw refusal("more than 2 GB of texts") }
    if rows.last.map({ Int($0.number) }) != row {
      rows.append((Int32(row), cells.count))
      if isHidden { hiddenRows += 1 }
    }
    cells.append(
      Cell(
        column: Int32(column), start: Int32(range.lowerBound), end: Int32(range.upperBound)))
  }

  private func merge(_ reference: String) throws(ZooError) {
    let ends = reference.split(separator: ":").map { SheetParser.place(String($0)) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], first.row <= last.row else {
      throw refusal("the merged range \"\(reference.prefix(40))\" is none")
    }
    if first.row < last.row, mergedRows.count < 1000 {
      mergedRows.append((reference, first.row...last.row))
    }
  }

  private func refusal(_ message: String) -> ZooError {
    ZooError(.badFormat, message, at: Place(path: path, line: max(row, 1)))
  }

  /// The row, from 1, and column, from 0, of a reference such as `B7`.
  static func place(_ reference: String) -> (row: Int, column: Int)? {
    var (row, column, hasDigit) = (0, 0, false)
    for byte in reference.utf8 {
      switch byte {
      case UInt8(ascii: "$"): continue
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        guard !hasDigit else { return nil }
        column = column * 26 + Int(byte) - 64
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        hasDigit = true
        row = row * 10 + Int(byte) - 48
      default: return nil
      }
      if row > maximumRows || column > maximumColumns { return nil }
    }
    return row > 0 && column > 0 ? (row, column - 1) : nil
  }
}
