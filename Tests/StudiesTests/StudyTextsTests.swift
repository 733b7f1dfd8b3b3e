import Basics
import EncoderKit
import Registry
import Synchronization
import TestSupport
import Testing

@testable import Studies

@Suite("What is said of texts")
struct StudyTextsTests {
  private func note(_ documents: [[String]], minimumCount: Int = 1, maximumSize: Int? = nil)
    -> String?
  {
    StudyTexts.note(
      on: TextPreparation(
        vocabulary: Vocabulary(
          counting: documents, minimumCount: minimumCount, maximumSize: maximumSize),
        dimension: 2, vectors: nil), of: "words", split: "r1f1")
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
      StudyTexts.note(
        on: TextPreparation(
          vocabulary: Vocabulary(counting: [["a", "a", "b", "b"]]), dimension: 2, vectors: nil,
          coverage: WordCoverage(counts: ["a": 2, "b": 2], isFound: found.contains)),
        of: "words", split: "r1f1")
    }
    #expect(note(["a", "b"]) == nil)
    #expect(try #require(note(["a"])).contains("cover 50.0 % of the words"))
  }

  @Test("Documents that are cut into pieces before word vectors are trained are counted")
  func pieces() throws {
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    let told = Mutex("")
    let progress = ProgressReporter(mode: .quiet) { text in told.withLock { $0 += text } }
    let long = (0..<10_001).map { "w\($0 % 7)" }
    let training = try VectorTraining(
      documents: [long, Array(long.dropLast()), ["w1", "w2"]], encoder: "word2vec",
      options: [
        ("dimension", 2), ("epochs", 1), ("minimumCount", 1), ("window", 1), ("negatives", 1),
      ], start: nil, seed: 1, registry: registry)
    #expect(training.cutDocuments == 1 && training.documents.count == 4)
    _ = try training.run(progress: progress)
    #expect(told.withLock { $0 }.contains("note: 1 documents of more than 10000 words were cut"))
  }
}
