import Basics
import EncoderZoo
import Evaluation
import Studies

/// The claims of the paper and the questions that it leaves open, with what the studies say of each.
struct PaperClaims {
  /// A claim with its p, adjusted over all of the document.
  struct Tested {
    let claim: Claim
    let adjustedP: Double?
  }

  let all: [Tested]

  init(_ results: PaperResults) {
    let claims =
      PaperClaims.texts(results) + PaperClaims.transfer(results)
      + PaperClaims.multimodal(results, .multimodalHigh, PaperNumbers.highRate, "at the high rate")
      + PaperClaims.multimodal(results, .multimodalLow, PaperNumbers.lowRate, "at the low rate")
      + PaperClaims.questions(results)
    let adjusted = holmAdjusted(claims.map { $0.test?.p })
    all = zip(claims, adjusted).map { Tested(claim: $0, adjustedP: $1) }
  }

  private static func test(
    _ comparison: PaperResults.Comparison?, _ first: String?, _ second: String?
  ) -> CorrectedTTest? {
    guard let comparison, let first, let second else { return nil }
    let values = (comparison.values(first), comparison.values(second))
    guard values.0.count == values.1.count else { return nil }
    return CorrectedTTest(values.0, values.1, testToTrainingRatio: comparison.testRatio)
  }

  private static func texts(_ results: PaperResults) -> [Claim] {
    let tables: [(PaperStudy, String, PaperNumbers.TextRow, PaperNumbers.TextRow)] = [
      (.textOpenI, "Table 1", PaperNumbers.openICustom, PaperNumbers.openIGloVe),
      (.textSecond, "Table 2", PaperNumbers.secondCustom, PaperNumbers.secondGloVe),
    ]
    return tables.map { study, table, custom, glove in
      let difference = custom.test - glove.test
      return Claim(
        sentence: "\(table): custom word vectors above GloVe",
        paper: NumberText.signed(difference, digits: 2), expected: difference,
        test: test(results.comparisons[study], "custom", "GloVe"))
    }
  }

  private static func transfer(_ results: PaperResults) -> [Claim] {
    let comparison = results.comparisons[.transfer]
    func name(_ weights: String) -> String? {
      comparison?.scores.combinations.first { $0.hasSuffix(" \(weights)") }
    }
    let (chest, imageNet) = (name("ChestX-ray14"), name("ImageNet"))
    func validation(_ epoch: Int?) -> CorrectedTTest? {
      guard let comparison, let chest, let imageNet else { return nil }
      let values = [chest, imageNet].map {
        comparison.accuracies($0, on: .validation, epoch: epoch)
      }
      guard values[0].count == values[1].count else { return nil }
      return CorrectedTTest(
        values[0], values[1], testToTrainingRatio: comparison.validationRatio)
    }
    let paper = "\(PaperNumbers.transfer.chestXray14) against \(PaperNumbers.transfer.imageNet)"
    return [
      Claim(
        sentence: "Figure 4: ChestX-ray14 above ImageNet after one epoch", paper: paper,
        test: validation(1)),
      Claim(
        sentence: "Figure 4: ChestX-ray14 above ImageNet at the end, on test", paper: nil,
        test: test(comparison, chest, imageNet)),
    ]
  }

  private static func multimodal(
    _ results: PaperResults, _ study: PaperStudy, _ paper: PaperNumbers.ModelRow, _ rate: String
  ) -> [Claim] {
    let comparison = results.comparisons[study]
    let both = comparison?.name(image: "image", text: "text")
    func claim(
      _ words: String, _ first: String?, _ second: String?, _ expected: Double
    ) -> Claim {
      Claim(
        sentence: "Table 3, \(rate): \(words)", paper: NumberText.signed(expected, digits: 2),
        expected: expected, test: test(comparison, first, second))
    }
    return [
      claim("multimodal above text", both, "text", paper.multimodal - paper.text),
      claim("multimodal above image", both, "image", paper.multimodal - paper.image),
      claim("text above image", "text", "image", paper.text - paper.image),
    ]
  }

  private static func questions(_ results: PaperResults) -> [Claim] {
    let comparison = results.comparisons[.recommended]
    let both = comparison?.name(image: "image", text: "text", head: "concat")
    let late = comparison?.name(image: "image", text: "text", head: "late")
    return [
      Claim(
        sentence: "Recommended settings: multimodal above text", paper: nil,
        test: test(comparison, both, "text")),
      Claim(
        sentence: "Question: is a multimodal model above its two logits summed (`late`)?",
        paper: nil, test: test(comparison, both, late)),
      Claim(
        sentence: "Question: is it above an ensemble of two text models?", paper: nil,
        test: test(comparison, both, "two texts")),
    ]
  }
}
