import Evaluation
import Testing

@testable import Studies

@Suite("What the splits of a study can tell")
struct PowerNoteTests {
  private func comparisons(_ first: [Double], _ second: [Double], ratio: Double) -> PairComparisons
  {
    let rows = zip(["a", "b"], [first, second]).flatMap { name, values in
      values.enumerated().map { index, value in
        ResultRow(
          combination: name, split: "s\(index + 1)", subset: .test, metric: .score(.auroc),
          value: value)
      }
    }
    return PairComparisons(
      names: ["a", "b"], rows: rows, metric: .auroc, testToTrainingRatio: ratio)
  }

  @Test("The smallest difference follows from spread, splits and overlap, by hand")
  func difference() throws {
    // Differences 0.01, 0.03, 0.02, 0.04, 0: s = 0.0158114, J = 5, n_test / n_train = 0.25, so the standard error is
    // 0.0158114 * sqrt(0.45) = 0.0106066; t(4) at 0.975 is 2.776445, at 0.8 it is 0.940965.
    let note = try #require(
      PowerNote(
        comparisons(
          [0.91, 0.93, 0.92, 0.94, 0.9], [0.9, 0.9, 0.9, 0.9, 0.9], ratio: 0.25)))
    #expect(abs(note.found - (2.776445 + 0.940965) * 0.0106066) < 1e-6)
    // (1.959964 + 0.841621) * 0.0158114 * 0.5
    #expect(abs(note.limit - 0.0221484) < 1e-6)
    #expect(note.splits == nil)
    let text = note.sentence(.auroc, splits: 5)
    #expect(text.contains("find a difference of 0.039 in AUROC"), "\(text)")
    #expect(
      text.contains("below 0.022; with as many splits, 0.010 takes about 16 times the cases."),
      "\(text)")
  }

  @Test("Where more splits do, their number is told; without a spread there is no note")
  func splits() throws {
    let note = try #require(
      PowerNote(comparisons([0.91, 0.92, 0.91, 0.92], [0.9, 0.9, 0.9, 0.9], ratio: 0.1)))
    let count = try #require(note.splits)
    #expect(count > 1 && note.limit < 0.01)
    #expect(PowerNote(comparisons([0.9, 0.9], [0.9, 0.9], ratio: 0.1)) == nil)
    #expect(PowerNote(comparisons([0.9], [0.8], ratio: 0.1)) == nil)
  }
}
