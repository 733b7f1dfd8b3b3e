import DataCheck
import Datasets
import Testing

@Suite("Reports that give labels away, and what reports are like")
struct TextReviewTests {
  private let tokenizer = Tokenizer()

  @Test("A word that only one class has is told with its counts; a word that both have is not")
  func labelWords() throws {
    let texts = (0..<40).map { index in
      tokenizer.words(
        index % 2 == 0
          ? "The heart is large. Cardiomegaly is noted." : "The heart is normal in size.")
    }
    let matrix = LabelMatrix(
      classes: (0..<40).map { $0 % 2 == 0 ? 1 : 0 }, names: ["normal", "cardiomegaly"])
    let found = LabelWords(texts, matrix, outputs: [1])
    let label = try #require(found.labels.first)
    #expect(label.name == "cardiomegaly")
    let named = try #require(label.words.first { $0.isName })
    #expect(named.word == "cardiomegaly" && named.j == 1)
    #expect(named.with == (20, 20) && named.without == (0, 20))
    #expect(!label.words.contains { $0.word == "heart" && $0.j > 0 })
    let finding = try #require(found.findings.first)
    #expect(finding.kind == .labelWord && finding.severity == .warning)
    #expect(finding.message.contains("20 of the 20 texts"), "\(finding.message)")
  }

  @Test("Words of a few cases, and words that tell little, are no finding")
  func unsuspicious() {
    let texts = (0..<40).map { index in
      tokenizer.words("lungs \(index % 2 == 0 && index > 8 ? "opacity" : "clear") \(index)")
    }
    let matrix = LabelMatrix(classes: (0..<40).map { $0 % 2 }, names: ["normal", "abnormal"])
    #expect(LabelWords(texts, matrix, outputs: [1]).findings.isEmpty)
    let few = LabelMatrix(classes: (0..<40).map { $0 < 5 ? 1 : 0 }, names: ["normal", "abnormal"])
    #expect(LabelWords(texts, few, outputs: [1]).labels.isEmpty)
  }

  @Test("Lengths, cut words, coverage, templates and foreign texts are counted")
  func review() throws {
    var texts: [String?] = (0..<30).map {
      "The lungs are clear of \(["any", "all"][$0 % 2]) number\($0)."
    }
    texts += ["Die Lunge ist frei und das Herz ist nicht vergrößert.", nil]
    texts += [String?](repeating: "The heart is normal in size.", count: 4)
    let words = texts.map { tokenizer.words($0 ?? "") }
    let review = TextReview(
      texts, words: words,
      readers: [
        .init(name: "short", maximumWords: 5), .init(name: "glove", known: { $0 != "heart" }),
      ])
    #expect(review.count == 35)
    #expect(review.lengths.first == 6 && review.lengths.last == 10)
    #expect(review.readings[0].cutTexts == 35)
    let all = words.map(\.count).reduce(0, +)
    #expect(abs(review.readings[0].cutShare - Double(all - 35 * 5) / Double(all)) < 1e-12)
    #expect(review.readings[0].coverage == nil)
    #expect(abs((review.readings[1].coverage ?? 0) - (1 - 4 / Double(all))) < 1e-12)
    #expect(review.readings[1].unknown.map(\.word) == ["heart"])
    #expect(review.foreign == [30])
    #expect(review.templates.map(\.cases) == [[32, 33, 34, 35]])
    #expect(review.languages.first?.code == "en")
  }
}
