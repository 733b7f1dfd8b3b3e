import Testing

@testable import Evaluation

@Suite("Cramér's V")
struct CramersVTests {
  @Test("Corrected for bias, as computed by hand")
  func values() {
    // 40 cases: 15 and 5 against 5 and 15. φ² = .25, corrected .25 − 1/39; r and c less 1/39.
    let first = (0..<40).map { $0 < 20 ? "a" : "b" }
    let second = (0..<40).map { ($0 % 20 < 15) == ($0 < 20) ? "x" : "y" }
    let expected = ((0.25 - 1.0 / 39) / (1 - 1.0 / 39)).squareRoot()
    #expect(abs(CramersV.value(first, second) - expected) < 1e-12)
    #expect(abs(CramersV.value(first, first) - 1) < 1e-12)
    // Independent: nothing is left of φ² = 0.
    #expect(CramersV.value(["a", "a", "b", "b"], ["x", "y", "x", "y"]) == 0)
    #expect(CramersV.value(["a", "a"], ["x", "y"]) == 0)
  }

  /// By scipy.stats.chi2_contingency(table, correction=False)[0] / n, less the correction.
  @Test(
    "Of larger tables it is what SciPy's chi-squared gives",
    arguments: [
      ([[7, 2, 4], [1, 9, 3], [5, 5, 12]], 0.34167867593982165),
      ([[30, 1, 2, 4], [3, 20, 5, 2]], 0.7579143846333928),
    ])
  func peers(_ table: [[Int]], _ expected: Double) {
    var (first, second): ([String], [String]) = ([], [])
    for (row, counts) in table.enumerated() {
      for (column, count) in counts.enumerated() {
        first += [String](repeating: "r\(row)", count: count)
        second += [String](repeating: "c\(column)", count: count)
      }
    }
    #expect(abs(CramersV.value(first, second) - expected) < 1e-12)
  }
}
