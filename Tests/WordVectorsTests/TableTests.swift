import Basics
import TestSupport
import Testing
import WordVectors

@Suite("Tables of word vectors") struct TableTests {
  static func table() throws -> WordVectorTable {
    try WordVectorTable(
      words: ["east", "north", "northeast", "west", "nowhere"], dimension: 2,
      values: [1, 0, 0, 2, 3, 3, -5, 0, 0, 0])
  }

  @Test("Neighbours come by cosine, then by row")
  func neighbours() throws {
    let near = try Self.table().nearest(to: "east", count: 3)
    #expect(near.map(\.word) == ["northeast", "north", "nowhere"])
    #expect(abs(near[0].similarity - 0.5.squareRoot().float) < 1e-7)
    #expect(near[1].similarity == 0 && near[2].similarity == 0)
    let all = try Self.table().nearest(to: "east", count: 10)
    #expect(all.last == .init(word: "west", similarity: -1))
    #expect(all.count == 4)
    #expect(try Self.table().nearest(to: "nowhere", count: 1).first?.similarity == 0)
  }

  @Test("An unknown word is refused with the nearest one")
  func unknown() throws {
    let text = errorText { _ = try Self.table().nearest(to: "nort") }
    #expect(text == "the word \"nort\" has no vector\n  Did you mean \"north\"?")
  }

  static let bad: [([String], Int, [Float], String)] = [
    (["a"], 0, [], "dimension is 0; expected 1 to 65536"),
    (["a"], 65_537, [1], "dimension is 65537; expected 1 to 65536"),
    (["a", "b"], 2, [1, 2, 3], "3 numbers for 2 words of dimension 2; expected [2, 2]"),
    (["a", "a"], 1, [1, 2], "the word \"a\" occurs twice; expected different words"),
    (["a", "b"], 2, [1, 2, .nan, 3], "number 1 of \"b\" is nan; expected a finite one"),
  ]

  @Test("A table that can't be is refused", arguments: bad)
  func impossible(words: [String], dimension: Int, values: [Float], message: String) {
    #expect(
      errorText { _ = try WordVectorTable(words: words, dimension: dimension, values: values) }
        == message)
  }

  @Test("Canonically equivalent words are two")
  func equivalence() throws {
    let table = try WordVectorTable(words: ["\u{e9}", "e\u{301}"], dimension: 1, values: [1, 2])
    #expect(table.row(of: "\u{e9}") == 0)
    #expect(table.row(of: "e\u{301}") == 1)
    #expect(
      try table != WordVectorTable(words: ["e\u{301}", "\u{e9}"], dimension: 1, values: [1, 2]))
  }

  @Test("Thousands of words are found, others not")
  func manyWords() throws {
    let words = (0..<30_000).map { String(repeating: "x", count: $0 % 23) + "\($0)" }
    let table = try WordVectorTable(
      words: words, dimension: 1, values: words.indices.map { Float($0) })
    for (row, word) in words.enumerated() { #expect(table.row(of: word) == row) }
    #expect(table.row(of: "x") == nil)
    #expect(table.row(of: "") == nil)
  }

  @Test("Coverage counts words and their occurrences, and lists the most frequent missing ones")
  func coverage() throws {
    let counts = ["east": 10, "west": 5, "heart": 3, "lung": 7, "apex": 3, "unused": 0]
    let coverage = try Self.table().coverage(of: counts, listing: 2)
    #expect(coverage.types == 5)
    #expect(coverage.coveredTypes == 2)
    #expect(coverage.tokens == 28)
    #expect(coverage.coveredTokens == 15)
    #expect(coverage.typeShare == 0.4)
    #expect(coverage.tokenShare == 15.0 / 28)
    #expect(coverage.missing == [.init(word: "lung", count: 7), .init(word: "apex", count: 3)])
    #expect(
      "\(coverage)" == """
        word vectors cover 2 of 5 words (40.0 %)
        and 15 of 28 of their occurrences (53.6 %)
        most frequent without a vector: lung (7), apex (3) and 1 more
        """)
  }

  @Test("Coverage of a vocabulary says so, and what the vocabulary leaves out")
  func coverageOfVocabulary() throws {
    let coverage = try Self.table().coverage(of: ["east": 3, "lung": 1], outsideTokens: 12)
    #expect(
      "\(coverage)" == """
        word vectors cover 1 of the vocabulary's 2 words (50.0 %)
        and 3 of 4 of their occurrences (75.0 %)
        not counted: 12 occurrences (75.0 % of all) of words that the vocabulary leaves out; all of \
        them share one vector
        most frequent without a vector: lung (1)
        """)
    let whole = try Self.table().coverage(of: ["east": 3], outsideTokens: 0)
    #expect("\(whole)".contains("of the vocabulary's 1 words"))
    #expect(!"\(whole)".contains("not counted"))
  }

  @Test("Only the nearest are kept, ties in the order of rows")
  func ties() throws {
    let table = try WordVectorTable(
      words: ["q", "a", "b", "c", "d", "e"], dimension: 2,
      values: [1, 0, 0, 1, 2, 0, 1, 1, 3, 0, 0, 5])
    #expect(try table.nearest(to: "q", count: 4).map(\.word) == ["b", "d", "c", "a"])
    #expect(try table.nearest(to: "q", count: 1).map(\.word) == ["b"])
    #expect(try table.nearest(to: "q", count: 0).isEmpty)
  }

  @Test(
    "The nearest spelling is found wherever it stands",
    arguments: [
      ("cardiomegally", "cardiomegaly"), ("Cardiomegaly", "cardiomegaly"), ("x29999y", "x29999"),
      ("cradiomegaly", "cardiomegaly"),
    ])
  func spelling(wrong: String, right: String) throws {
    let words = (0..<30_000).map { "x\($0)" } + ["cardiomegaly"]
    let table = try WordVectorTable(
      words: words, dimension: 1, values: [Float](repeating: 1, count: words.count))
    #expect(errorText { _ = try table.nearest(to: wrong) }.contains("Did you mean \"\(right)\"?"))
  }

  @Test("Some rows of a table, in their order")
  func keeping() throws {
    let part = try Self.table().keeping { $0.hasPrefix("n") }
    #expect(
      try part
        == WordVectorTable(
          words: ["north", "northeast", "nowhere"], dimension: 2, values: [0, 2, 3, 3, 0, 0]))
    #expect(part.row(of: "nowhere") == 2 && part.row(of: "east") == nil)
  }

  @Test("Nothing is covered of an empty corpus")
  func emptyCorpus() throws {
    let coverage = try Self.table().coverage(of: [:])
    #expect(coverage.typeShare == 0 && coverage.tokenShare == 0)
    #expect(
      "\(coverage)" == """
        word vectors cover 0 of 0 words (0.0 %)
        and 0 of 0 of their occurrences (0.0 %)
        """)
  }
}

extension Double {
  fileprivate var float: Float { Float(self) }
}
