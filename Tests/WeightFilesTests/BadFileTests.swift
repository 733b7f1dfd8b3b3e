import Basics
import Foundation
import TestSupport
import Testing

@testable import WeightFiles

/// A damaged or hostile file, and what is said about it.
struct BadFile: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let data: Data
  let message: String

  init(_ what: String, _ data: Data, _ message: String) {
    testDescription = what
    self.data = data
    self.message = message
  }

  /// One whose header is a text.
  init(_ what: String, _ header: String, dataSize: Int = 0, _ message: String) {
    self.init(what, tensorFile(header.utf8, dataSize: dataSize), message)
  }
}

/// A header's member for a tensor.
private func tensor(_ name: String, _ type: String = "F32", shape: String, _ offsets: String)
  -> String
{
  "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

private let cutShort = "\n  The file may be cut short or damaged: fetch or write it again."

private let badFraming = [
  BadFile(
    "an empty file", Data(),
    "a.st: not a safetensors file: has 0 bytes; expected 8 or more for the length of its header"
      + cutShort),
  BadFile(
    "7 bytes", Data(count: 7),
    "a.st: not a safetensors file: has 7 bytes; expected 8 or more for the length of its header"
      + cutShort),
  BadFile(
    "a length of 2⁶³", tensorFile("{}".utf8, length: 1 << 63),
    "a.st: not a safetensors file: its header would have 9223372036854775808 bytes;"
      + " expected at most 100000000"),
  BadFile(
    "a length one above the limit", tensorFile("{}".utf8, length: 100_000_001),
    "a.st: not a safetensors file: its header would have 100000001 bytes;"
      + " expected at most 100000000"),
  BadFile(
    "a length at the limit, beyond the file", tensorFile("{}".utf8, length: 100_000_000),
    "a.st: the header has 100000000 bytes, but only 2 follow" + cutShort),
  BadFile(
    "a length one beyond the file", tensorFile("{}".utf8, length: 3),
    "a.st: the header has 3 bytes, but only 2 follow" + cutShort),
  BadFile("no header", "", "a.st: the header is empty; expected a JSON object"),
  BadFile(
    "an array at the root", "[]", "a.st: the header starts with byte 0x5b; expected '{'"),
  BadFile(
    "a leading space", " {}", "a.st: the header starts with byte 0x20; expected '{'"),
  BadFile(
    "a leading line feed", "\n{}", "a.st: the header starts with byte 0x0a; expected '{'"),
  BadFile(
    "a byte-order mark", "\u{feff}{}", "a.st: the header starts with byte 0xef; expected '{'"),
]

private let badJSON = [
  BadFile(
    "a name that is not UTF-8",
    tensorFile([UInt8]("{\"".utf8) + [0xff, 0xfe] + [UInt8]("\":1}".utf8)),
    "a.st:1: not valid JSON: a string is not valid UTF-8"),
  BadFile(
    "an overlong encoding",
    tensorFile([UInt8]("{\"".utf8) + [0xc0, 0xae] + [UInt8]("\":1}".utf8)),
    "a.st:1: not valid JSON: a string is not valid UTF-8"),
  BadFile("half an object", "{", "a.st:1: not valid JSON: expected a key in double quotes"),
  BadFile("two values", "{}{}", "a.st:1: not valid JSON: trailing data after the value"),
  BadFile(
    "padding of NULs", "{}\0\0\0\0\0\0", "a.st:1: not valid JSON: trailing data after the value"),
  BadFile(
    "a tensor twice",
    "{\(tensor("w", shape: "[1]", "[0,4]")),\(tensor("w", shape: "[1]", "[4,8]"))}", dataSize: 8,
    "a.st:1: not valid JSON: duplicate key \"w\""),
  BadFile(
    "a tensor twice, once escaped",
    "{\(tensor("w", shape: "[1]", "[0,4]")),\(tensor("\\u0077", shape: "[1]", "[0,4]"))}",
    dataSize: 4, "a.st:1: not valid JSON: duplicate key \"w\""),
  BadFile(
    "metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}}",
    "a.st:1: not valid JSON: duplicate key \"__metadata__\""),
  BadFile(
    "a key of the metadata twice", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"1\"}}",
    "a.st:1: not valid JSON: duplicate key \"a\""),
  BadFile(
    "a member of a tensor twice",
    "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
    "a.st:1: not valid JSON: duplicate key \"dtype\""),
  BadFile(
    "100,000 arrays in one another",
    "{\"w\":" + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
      + "}", "a.st:1: not valid JSON: nested deeper than 3"),
  BadFile(
    "100,000 objects in the metadata",
    "{\"__metadata__\":" + String(repeating: "{\"a\":", count: 100_000) + "1"
      + String(repeating: "}", count: 100_000) + "}",
    "a.st:1: not valid JSON: nested deeper than 3"),
  BadFile(
    "a lone surrogate", "{\(tensor("\\ud800", shape: "[0]", "[0,0]"))}",
    "a.st:1: not valid JSON: a lone surrogate in a string"),
  BadFile(
    "a lone low surrogate", "{\(tensor("\\udc00", shape: "[0]", "[0,0]"))}",
    "a.st:1: not valid JSON: a lone surrogate in a string"),
]

private let badMembers = [
  BadFile(
    "metadata that are not a text", "{\"__metadata__\":{\"epoch\":3}}",
    "a.st:1: __metadata__.epoch: found a whole number; expected a string"),
  BadFile(
    "metadata that are a list", "{\"__metadata__\":[]}",
    "a.st:1: __metadata__: found an array; expected an object"),
  BadFile("a tensor that is null", "{\"w\":null}", "a.st:1: w: found null; expected an object"),
  BadFile(
    "no shape", "{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", dataSize: 4,
    "a.st:1: w: \"shape\" is missing"),
  BadFile(
    "a member that the format does not have",
    "{\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"order\":\"C\"}}",
    "a.st:1: w.order: unknown key \"order\"; valid: dtype, shape, data_offsets"),
  BadFile(
    "an unknown type", "{\(tensor("w", "F33", shape: "[1]", "[0,4]"))}", dataSize: 4,
    "a.st:1: w.dtype: unknown dtype \"F33\"; did you mean \"F32\"? valid: F32, F16, BF16, F64, I64,"
      + " I32, I16, I8, U8, BOOL"),
  BadFile(
    "a type in lower case", "{\(tensor("w", "f32", shape: "[1]", "[0,4]"))}", dataSize: 4,
    "a.st:1: w.dtype: unknown dtype \"f32\"; did you mean \"F32\"? valid: F32, F16, BF16, F64, I64,"
      + " I32, I16, I8, U8, BOOL"),
  BadFile(
    "a negative extent", "{\(tensor("w", shape: "[-1]", "[0,4]"))}", dataSize: 4,
    "a.st:1: w.shape[0]: found -1; expected 0 to 9223372036854775807"),
  BadFile(
    "an extent of 2.0", "{\(tensor("w", shape: "[2.0]", "[0,8]"))}", dataSize: 8,
    "a.st:1: w.shape[0]: found a number; expected a whole number"),
  BadFile(
    "an extent of 2e0", "{\(tensor("w", shape: "[1,2e0]", "[0,8]"))}", dataSize: 8,
    "a.st:1: w.shape[1]: found a number; expected a whole number"),
  BadFile(
    "an extent of true", "{\(tensor("w", shape: "[true]", "[0,4]"))}", dataSize: 4,
    "a.st:1: w.shape[0]: found a boolean; expected a whole number"),
  BadFile(
    "an extent of 2⁶³ beside a zero",
    "{\(tensor("w", shape: "[0,9223372036854775808,4]", "[0,0]"))}",
    "a.st:1: w.shape[1]: found a number; expected a whole number"),
  BadFile(
    "an overflow beside a zero", "{\(tensor("w", shape: "[0,4611686018427387904,4]", "[0,0]"))}",
    "a.st:1: w: the product of the shape [0, 4611686018427387904, 4] overflows"),
  BadFile(
    "a product that overflows", "{\(tensor("w", shape: "[4294967296,4294967296]", "[0,0]"))}",
    "a.st:1: w: the product of the shape [4294967296, 4294967296] overflows"),
  BadFile(
    "a size in bytes that overflows", "{\(tensor("w", shape: "[4611686018427387904]", "[0,0]"))}",
    "a.st:1: w: the size of the shape [4611686018427387904] in bytes overflows"),
  BadFile(
    "a name that leaves its folder", "{\(tensor("../w", shape: "[0]", "[0,0]"))}",
    "a.st:1: the name of a tensor contains \"..\""),
  BadFile(
    "a name with a NUL", "{\(tensor("w\\u0000", shape: "[0]", "[0,0]"))}",
    "a.st:1: the name of a tensor contains a NUL"),
]

private let badOffsets = [
  BadFile(
    "one offset", "{\(tensor("w", shape: "[1]", "[4]"))}", dataSize: 4,
    "a.st:1: w: data_offsets has 1 numbers; expected 2, begin and end"),
  BadFile(
    "a negative offset", "{\(tensor("w", shape: "[1]", "[-4,0]"))}", dataSize: 4,
    "a.st:1: w.data_offsets[0]: found -4; expected 0 to 9223372036854775807"),
  BadFile(
    "reversed offsets", "{\(tensor("w", shape: "[1]", "[4,0]"))}", dataSize: 4,
    "a.st:1: w: data_offsets end at 0, before their begin 4"),
  BadFile(
    "fewer data than the shape has", "{\(tensor("w", shape: "[2]", "[0,4]"))}", dataSize: 4,
    "a.st:1: w: data_offsets span 4 bytes; expected 8 for F32 of shape [2]"),
  BadFile(
    "more data than a scalar has", "{\(tensor("w", shape: "[]", "[0,8]"))}", dataSize: 8,
    "a.st:1: w: data_offsets span 8 bytes; expected 4 for F32 of shape []"),
  BadFile(
    "a short file", "{\(tensor("w", shape: "[2]", "[0,8]"))}", dataSize: 7,
    "a.st:1: w: the data end at 8, but the file holds 7 bytes of data" + cutShort),
  BadFile(
    "a trailing byte", "{\(tensor("w", shape: "[1]", "[0,4]"))}", dataSize: 5,
    "a.st: the tensors end at 4, but the file holds 5 bytes of data;"
      + " expected none after the last tensor"),
  BadFile(
    "data without tensors", "{}", dataSize: 1,
    "a.st: the tensors end at 0, but the file holds 1 bytes of data;"
      + " expected none after the last tensor"),
  BadFile(
    "a hole",
    "{\(tensor("a", shape: "[1]", "[0,4]")),\(tensor("b", shape: "[1]", "[8,12]"))}", dataSize: 12,
    "a.st: b: the data begin at 8 and leave a hole; expected 4"),
  BadFile(
    "a hole before the first", "{\(tensor("a", shape: "[1]", "[4,8]"))}", dataSize: 8,
    "a.st: a: the data begin at 4 and leave a hole; expected 0"),
  BadFile(
    "an overlap",
    "{\(tensor("b", shape: "[2]", "[4,12]")),\(tensor("a", shape: "[2]", "[0,8]"))}", dataSize: 12,
    "a.st: b: the data begin at 4 and overlap those of another tensor; expected 8"),
  BadFile(
    "two tensors at one place",
    "{\(tensor("a", shape: "[1]", "[0,4]")),\(tensor("b", shape: "[1]", "[0,4]"))}", dataSize: 4,
    "a.st: b: the data begin at 0 and overlap those of another tensor; expected 4"),
  BadFile(
    "an empty tensor inside another",
    "{\(tensor("a", shape: "[2]", "[0,8]")),\(tensor("e", shape: "[0]", "[4,4]"))}", dataSize: 8,
    "a.st: e: the data begin at 4 and overlap those of another tensor; expected 8"),
]

@Suite struct BadFileTests {
  @Test(
    "A damaged file is refused with what was found and expected",
    arguments: badFraming + badJSON + badMembers + badOffsets)
  func refused(_ bad: BadFile) {
    #expect(errorText { _ = try TensorFile.parse(bad.data, path: "a.st") } == bad.message)
  }

  @Test("A good file cut at any byte is refused")
  func cut() {
    for count in 0..<Fixtures.mixed.count {
      #expect(throws: ZooError.self) {
        try TensorFile.parse(Fixtures.mixed.prefix(count), path: "a.st")
      }
    }
  }

  @Test("A header changed at any byte is refused or read, and never crashes")
  func flipped() {
    let header = Fixtures.float32.count - 44
    for index in 0..<header {
      for bit in [0x01, 0x04, 0x10, 0x80] as [UInt8] {
        var data = Fixtures.float32
        data[index] ^= bit
        guard let file = try? TensorFile.parse(data) else { continue }
        #expect(file.entries.reduce(0) { $0 + $1.range.count } == 44)
      }
    }
  }

  @Test("A missing file is named")
  func missing() {
    #expect(
      errorText { _ = try TensorFile.read(path: "no-such.safetensors") }
        == "no-such.safetensors: no such file")
  }
}
