import Basics
import Foundation
import TestSupport
import Testing

@Suite("Memory of the readers") struct ReaderMemoryTests {
  /// A file made to take as much memory as it can for its size.
  struct Greedy: Sendable, CustomTestStringConvertible {
    let name: String
    let reader: String
    /// What docs/hostile-input.md states: bytes for each byte of the file.
    let multiple: Int
    let make: @Sendable () -> Data
    var testDescription: String { name }
  }

  /// What is not counted: buffers of fixed size and the program's own pages.
  static let allowance = 12 << 20
  static let size = 4 << 20

  private static func repeated(_ part: String) -> Data {
    Data(String(repeating: part, count: size / part.utf8.count).utf8)
  }

  private static func header(_ json: Data) -> Data {
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json
  }

  /// A PyTorch archive whose pickle is a protocol mark and one operation many times.
  private static func pickle(_ operation: [UInt8], count: Int = size) -> Data {
    let operations = [UInt8](
      (0..<count / operation.count).map { _ in operation }.joined())
    return ArchiveBuilder.zip([("m/data.pkl", Data([0x80, 2] + operations))])
  }

  private static func lines(_ line: (Int) -> String) -> Data {
    var (text, number) = ("", 0)
    while text.utf8.count < size {
      text += line(number)
      number += 1
    }
    return Data(text.utf8)
  }

  static let files = [
    Greedy(name: "numbers in a list", reader: "json", multiple: 80) {
      Data("[".utf8) + repeated("0,") + Data("0]".utf8)
    },
    Greedy(name: "empty lists in a list", reader: "json", multiple: 80) {
      Data("[".utf8) + repeated("[],") + Data("0]".utf8)
    },
    Greedy(name: "short keys", reader: "json", multiple: 80) {
      Data("{".utf8) + lines { "\"\(String($0, radix: 36))\":0," } + Data("\"\":0}".utf8)
    },
    Greedy(name: "values below a long key", reader: "json", multiple: 80) {
      Data("{\"\(String(repeating: "k", count: size / 2))\":[".utf8)
        + repeated("0,").prefix(size / 2) + Data("0]}".utf8)
    },
    Greedy(name: "one long text", reader: "json", multiple: 80) {
      Data("\"".utf8) + repeated("\\n") + Data("\"".utf8)
    },
    Greedy(name: "tensors without elements", reader: "safetensors", multiple: 80) {
      header(
        Data("{".utf8)
          + lines {
            "\"\(String($0, radix: 36))\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]},"
          }
          + Data("\"\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]}}".utf8))
    },
    Greedy(name: "axes without end", reader: "safetensors", multiple: 80) {
      header(
        Data("{\"a\":{\"dtype\":\"I8\",\"shape\":[".utf8) + repeated("0,")
          + Data("0],\"data_offsets\":[0,0]}}".utf8))
    },
    Greedy(name: "lists", reader: "torch", multiple: 60) { pickle(Array("]".utf8)) },
    Greedy(name: "marks", reader: "torch", multiple: 60) { pickle(Array("(".utf8)) },
    Greedy(name: "a memo of many places", reader: "torch", multiple: 60) {
      pickle([UInt8(ascii: "N"), 0x94])
    },
    Greedy(name: "dictionaries", reader: "torch", multiple: 60) { pickle(Array("}".utf8)) },
    Greedy(name: "short texts", reader: "torch", multiple: 60) { pickle([0x8c, 0]) },
    Greedy(name: "many files in an archive", reader: "torch", multiple: 60) {
      ArchiveBuilder.zip(
        (0..<40_000).map { (name: String($0, radix: 36), data: Data()) }
          + [("m/data.pkl", Data([0x80, 2]))])
    },
    Greedy(name: "words of one number", reader: "glove", multiple: 20) {
      lines { "w\(String($0, radix: 36)) 1\n" }
    },
    Greedy(name: "words of many numbers", reader: "glove", multiple: 20) {
      let numbers = String(repeating: " 1", count: 2000)
      return lines { "\(String($0, radix: 36))\(numbers)\n" }
    },
    Greedy(name: "words of one number", reader: "word2vec text", multiple: 20) {
      let body = lines { "\(String($0, radix: 36)) 1\n" }
      return Data("\(body.count { $0 == 10 }) 1\n".utf8) + body
    },
    Greedy(name: "words of one number", reader: "word2vec binary", multiple: 20) {
      let words = (0..<400_000).map { String($0, radix: 36) }
      return Data("\(words.count) 1\n".utf8)
        + Data(words.flatMap { Array($0.utf8) + [0x20, 0, 0, 0x80, 0x3f] })
    },
    Greedy(name: "empty fields", reader: "csv", multiple: 40) {
      Data("a,b,c,d,e,f,g,h\n".utf8) + repeated(",,,,,,,\n")
    },
    Greedy(name: "short rows", reader: "csv", multiple: 40) { Data("a\n".utf8) + repeated("1\n") },
    Greedy(name: "a header of many columns", reader: "csv", multiple: 40) {
      lines { "\(String($0, radix: 36))," } + Data("-\n".utf8)
    },
    Greedy(name: "short cells", reader: "csv", multiple: 12) {
      let row = "<row>" + String(repeating: "<c><v>1</v></c>", count: 8) + "</row>"
      let header = "<row>" + String(repeating: "<c t=\"str\"><v>a</v></c>", count: 8) + "</row>"
      let rows = String(repeating: row, count: size / row.utf8.count)
      return WorkbookBuilder(sheet: "<sheetData>\(header)\(rows)</sheetData>").data
    },
    Greedy(name: "few cells of many columns", reader: "csv", multiple: 12) {
      let row = "<row><c><v>1</v></c></row>"
      let header = "<row>" + String(repeating: "<c t=\"str\"><v>a</v></c>", count: 16) + "</row>"
      let rows = String(repeating: row, count: size / row.utf8.count)
      return WorkbookBuilder(sheet: "<sheetData>\(header)\(rows)</sheetData>").data
    },
    Greedy(name: "short shared texts", reader: "csv", multiple: 12) {
      var book = WorkbookBuilder(sheet: WorkbookBuilder.rows([["a"], ["1"]]))
      book.sharedTexts = [String](repeating: "", count: size / 9)
      return book.data
    },
    Greedy(name: "elements", reader: "xml", multiple: 10) {
      let body = String(repeating: "<a/>", count: (size - 100) / 4)
      return ArchiveBuilder.zip([
        ("e/1.xml", Data("<eCitation><uId id=\"CXR1\"/>\(body)</eCitation>".utf8))
      ])
    },
  ]

  @Test("A file made to be greedy takes no more than the stated multiple", arguments: files)
  func bounded(_ file: Greedy) throws {
    let program = try #require(ReaderMemoryTests.program, "reader-memory was not built")
    try withTemporaryFolder { folder in
      let data = file.make()
      try data.write(to: URL(fileURLWithPath: "\(folder)/file"))
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = [file.reader, "\(folder)/file"]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let lines = String(
        decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self
      ).split(separator: "\n")
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let growth = try #require(lines.first.flatMap { Int($0) })
      let limit = file.multiple * data.count + ReaderMemoryTests.allowance
      #expect(growth > data.count / 2, "nothing was read: \(lines)")
      #expect(growth <= limit, "\(growth / data.count) times the file; \(lines.dropFirst())")
      if ProcessInfo.processInfo.environment["ENCODERZOO_SHOW_MEMORY"] != nil {
        let times = Double(growth) / Double(data.count)
        print(
          String(format: "%@, %@: %.1f times", file.reader, file.name, times), lines.dropFirst())
      }
    }
  }

  private static let program: String? = {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own ?? ""
    let folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
    let path = folder.appendingPathComponent("reader-memory").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()
}
