import Basics
import EncoderKit
import Registry
import Synchronization
import TestSupport
import Testing

@testable import Studies

@Suite("What is said of texts")
struct StudyTextsTests {
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
