import Basics
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

  @Test("A suggestion names the nearest choice and all of them")
  func suggestions() {
    #expect(
      suggestion(for: "blass", among: ["onednn", "blas"])
        == "did you mean \"blas\"? valid: onednn, blas")
    #expect(suggestion(for: "zzz", among: ["onednn", "blas"]) == "valid: onednn, blas")
  }
}
