import EncoderKit
import Testing

@testable import Training

@Suite("What is said of vocabularies")
struct VocabularyNoteTests {
  private func note(_ documents: [[String]], minimumCount: Int = 1, maximumSize: Int? = nil)
    -> String?
  {
    TextPreparation(
      vocabulary: Vocabulary(
        counting: documents, minimumCount: minimumCount, maximumSize: maximumSize),
      dimension: 2, vectors: nil
    ).note(of: "words", split: "r1f1")
  }

  @Test("A vocabulary that leaves out more than a tenth of the words is said, one of less is not")
  func vocabulary() throws {
    let documents = [[String](repeating: "clear", count: 17) + ["mass", "rare", "odd"]]
    #expect(note(documents) == nil)
    #expect(note(documents, maximumSize: 2) == nil)
    let rare = try #require(note(documents, minimumCount: 2))
    #expect(
      rare.hasPrefix("words: the vocabulary of 1 words leaves out 15.0 % of the words"), "\(rare)")
    #expect(rare.contains("\"minimumCount\""))
    #expect(note([[]]) == nil)
  }

  @Test("Vectors that cover little of the vocabulary are said")
  func coverage() throws {
    func note(_ found: Set<String>) -> String? {
      TextPreparation(
        vocabulary: Vocabulary(counting: [["a", "a", "b", "b"]]), dimension: 2, vectors: nil,
        coverage: WordCoverage(counts: ["a": 2, "b": 2], isFound: found.contains)
      ).note(of: "words", split: "r1f1")
    }
    #expect(note(["a", "b"]) == nil)
    #expect(try #require(note(["a"])).contains("cover 50.0 % of the words"))
  }
}
