import Basics
import Datasets
import Foundation
import TestSupport
import Testing

@testable import Exchange

/// Python's interpreter; nil where there is none.
private let python: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
  .split(separator: ":").map { "\($0)/python3" }
  .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite("The script's words", .enabled(if: python != nil, "there is no python3"))
struct TextLoaderTests {
  @Test("Python cuts texts into the program's words, under every setting, on random text")
  func agreement() throws {
    let pieces = [
      "Ab", "X", "XXXX", "9", "2.4", ".", "'", "’", "-", " ", "é", "Лёг", "폐", "カー", "😀", "\n", "。",
      "！", "?", "右", "肺", "々", "〇", "の", "ก", "้", "็", "ำ", "๒", "ຢ", "ູ", "ဆ", "ရာ", "ដុំ",
      "\u{301}", "ㄅ",
      "\u{2e80}", "\u{20000}", "ー",
    ]
    var stream = RandomStream(seed: 8)
    let texts =
      (0..<1500).map { _ in
        (0..<stream.below(16)).map { _ in pieces[stream.below(pieces.count)] }.joined()
      } + ["右肺见结节影，T5椎体2.4厘米。", "คนไข้มีก้อนที่ปอดขวา", "The patient’s lungs, 2.4 cm."]
    for tokenizer in [
      Tokenizer(), Tokenizer(unspaced: .characters),
      Tokenizer(
        numbers: .merged, keepsRemovedWords: false, keepsSentenceEnds: true, unspaced: .characters),
    ] {
      let found = try words(of: texts, tokenizer)
      #expect(found.count == texts.count)
      for (text, words) in zip(texts, found) {
        #expect(words == tokenizer.words(text), "\(text)")
      }
    }
  }

  /// What the script's function gives.
  private func words(of texts: [String], _ tokenizer: Tokenizer) throws -> [[String]] {
    let loader = TextLoader(
      members: 1, convolutions: 1, tokenizer: tokenizer, maximumWords: nil)
    return try withTemporaryFolder { folder in
      try AtomicFile.write(
        "import json, re, sys, unicodedata\n" + loader.text
          + "\nprint(json.dumps([words(t) for t in json.load(open(sys.argv[1], encoding=\"utf-8\"))]))\n",
        to: "\(folder)/words.py")
      try AtomicFile.write(
        texts.json.text(), to: "\(folder)/texts.json")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(python))
      process.arguments = ["\(folder)/words.py", "\(folder)/texts.json"]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return try JSONValue.parse(data).array().map { try $0.array().map { try $0.string() } }
    }
  }
}
