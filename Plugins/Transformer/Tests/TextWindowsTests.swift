import EncoderKit
import Testing

@testable import TransformerPlugin

@Suite("Long texts in windows")
struct TextWindowsTests {
  @Test("Windows are about equally long, each with its beginning and end, and no piece is in two")
  func cut() throws {
    // Eleven pieces between two around them, at most six at once: four, four and three.
    let windows = try #require(
      TextWindows(lengths: [13, 4], stride: 13, capacity: 6, around: (1, 1)))
    #expect(windows.lengths == [5, 6, 6, 4] && windows.longest == 6)
    #expect(windows.windows == [0..<3, 3..<4])
    #expect(Array(windows.places[0..<5]) == [0, 1, 2, 3, 12])
    #expect(Array(windows.places[6..<12]) == [0, 4, 5, 6, 7, 12])
    #expect(Array(windows.places[12..<18]) == [0, 8, 9, 10, 11, 12])
    #expect(Array(windows.places[18..<22]) == [13, 14, 15, 16])
    #expect(windows.rows[0] == [0, 1, 2, 3, 7, 8, 9, 10, 13, 14, 15, 16, 17])
    #expect(windows.rows[1] == [18, 19, 20, 21])
    #expect(windows.ofTexts.indices == [0, 1, 2, 3, 3, 3] && windows.ofTexts.counts == [3, 1])
    #expect(TextWindows(lengths: [6, 4], stride: 6, capacity: 6, around: (1, 1)) == nil)
  }

  @Test("A long text's features are the mean over its windows', its words' states theirs")
  func features() throws {
    let encoder = try smallEncoder("bert", ["maximumPieces": 6, "longTexts": "windows"])
    let plain = try smallEncoder("bert")
    func run(_ encoder: any TextEncoder, _ texts: [[Int32]]) -> (
      features: [Float], words: [Float]
    ) {
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      let (features, words) = encoder.featuresAndWords(texts, &pass)
      return (features.values, words?.rows.values ?? [])
    }
    let text: [Int32] = [2, 5, 6, 7, 8, 9, 10, 3]
    let short: [Int32] = [2, 9, 3]
    let windows: [[Int32]] = [[2, 5, 6, 7, 3], [2, 8, 9, 10, 3]]
    let found = run(encoder, [text, short])
    let parts = windows.map { run(plain, [$0]) } + [run(plain, [short])]
    for place in 0..<8 {
      let mean = (parts[0].features[place] + parts[1].features[place]) / 2
      #expect(abs(found.features[place] - mean) < 1e-5)
      #expect(abs(found.features[8 + place] - parts[2].features[place]) < 1e-5)
    }
    // [CLS] and three pieces of the first window, three pieces and [SEP] of the second.
    let expected =
      parts[0].words.prefix(4 * 8) + parts[1].words.dropFirst(8) + parts[2].words
    #expect(found.words.count == expected.count)
    #expect(zip(found.words, expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("Unless windows are asked for, what the encoder is given is read at once")
  func atOnce() throws {
    func features(_ options: JSONValue) throws -> [Float] {
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      return try smallEncoder("bert", options).features([[2, 5, 6, 7, 8, 9, 10, 3]], &pass).values
    }
    #expect(try features(["maximumPieces": 6]) == features([:]))
  }

  @Test("In windows nothing of a text is cut")
  func nothingCut() throws {
    let entry = try #require(
      TransformerEntry.all.first { $0.description.name == "bert" })
    for (way, limit) in [("cut", 6), ("windows", nil)] as [(String, Int?)] {
      let options: JSONValue = ["maximumPieces": 6, "longTexts": way.json]
      let preparation = try entry.preparation(
        files: smallFiles("bert"), options: options.object())
      #expect(preparation.maximumPieces == limit)
    }
  }
}
