import Basics
import TestSupport
import Testing

@Suite("Nearest names")
struct NearestNameTests {
  static let names = ["list", "show", "train", "compare", "predict"]

  @Test(
    "A misspelt name finds what was meant, a strange one nothing",
    arguments: [
      ("train", "train"), ("trian", "train"), ("TRAIN", "train"), ("tran", "train"),
      ("comparre", "compare"), ("predcit", "predict"), ("lst", "list"),
      ("quit", nil), ("", nil), ("comprehend", nil),
    ] as [(String, String?)])
  func nearest(_ written: String, _ expected: String?) {
    #expect(nearestName(to: written, among: Self.names) == expected)
  }

  @Test("Of two names equally near the earlier one is named")
  func ties() {
    #expect(nearestName(to: "cat", among: ["bat", "hat"]) == "bat")
    #expect(nearestName(to: "cat", among: ["hat", "bat"]) == "hat")
    #expect(nearestName(to: "cat", among: []) == nil)
  }

  @Test(
    "A beginning of one name alone finds it, of several none",
    arguments: [
      ("--out", "--output"), ("--outp", "--output"), ("--im", "--image"), ("--o", nil), ("--", nil),
      ("--mi", nil), ("--minimum", nil), ("--minimum-n", "--minimum-nodes"),
    ] as [(String, String?)])
  func beginnings(_ written: String, _ expected: String?) {
    let names = ["--output", "--data", "--image", "--minimum-count", "--minimum-nodes"]
    #expect(nearestName(to: written, among: names) == expected)
  }

  @Test("A path that is not there finds its neighbour of nearly the same name")
  func paths() throws {
    try withTemporaryFolder { folder in
      for name in ["model", "models", "run"] {
        try AtomicFile.makeFolder("\(folder)/\(name)")
      }
      #expect(nearestPath(to: "\(folder)/modell") == "\(folder)/model")
      #expect(nearestPath(to: "\(folder)/modell/") == "\(folder)/model")
      #expect(nearestPath(to: "\(folder)/model") == nil)
      #expect(nearestPath(to: "\(folder)/zebra") == nil)
      #expect(nearestPath(to: "\(folder)/none/model") == nil)
      #expect(nearestPath(to: "\(folder)/modell") { $0.hasSuffix("s") } == "\(folder)/models")
      #expect(
        suggestion(for: "\(folder)/runn", among: ["words"]) { _ in true }
          == "did you mean \"\(folder)/run\"? valid: a path that is there, words")
    }
  }

  @Test("A suggestion names the nearest choice and all of them")
  func suggestions() {
    #expect(
      suggestion(for: "blass", among: ["onednn", "blas"])
        == "did you mean \"blas\"? valid: onednn, blas")
    #expect(suggestion(for: "zzz", among: ["onednn", "blas"]) == "valid: onednn, blas")
  }
}
