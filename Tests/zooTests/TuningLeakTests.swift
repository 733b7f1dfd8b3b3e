import Foundation
import TestSupport
import Testing

/// Over twenty seeds, so it takes a minute.
@Suite(
  "Tuning sees no test case",
  .enabled(
    if: ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil
      && ProgramRunner.program != nil, "takes a minute: make test-long"))
struct TuningLeakTests {
  /// The mean of a metric of the words' model on a subset.
  private func score(_ run: String, _ subset: String, _ metric: String) throws -> Double {
    let values = try String(contentsOfFile: "\(run)/results.csv", encoding: .utf8).split(
      separator: "\n"
    ).compactMap { line -> Double? in
      let fields = line.split(separator: ",")
      guard fields.count == 5, fields[0] == "words", fields[2] == subset, fields[3] == metric else {
        return nil
      }
      return Double(fields[4])
    }
    try #require(values.count == 2)
    return values.reduce(0, +) / 2
  }

  @Test(
    "With labels dealt out at random a tuned model stays at chance on test, not where it was chosen"
  )
  func shuffled() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let table = "\(folder)/sample/cases.csv"
      let lines = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
      // From the end: texts hold commas.
      try #require(lines[0].hasSuffix(",label,patient"))
      let labels = lines.dropFirst().map { $0.split(separator: ",").dropLast().last ?? "" }
      try #require(labels.allSatisfy { $0 == "normal" || $0 == "abnormal" })
      var (tested, chosen) = ([Double](), [Double]())
      for seed in 1...20 {
        var generator = SeededGenerator(state: UInt64(seed))
        let dealt = labels.shuffled(using: &generator)
        let rows = zip(lines.dropFirst(), dealt).map { line, label -> String in
          var fields = line.split(separator: ",", omittingEmptySubsequences: false)
          fields[fields.count - 2] = label
          return fields.joined(separator: ",")
        }
        try ([String(lines[0])] + rows).joined(separator: "\n").appending("\n")
          .write(toFile: table, atomically: true, encoding: .utf8)
        let run = "\(folder)/run\(seed)"
        try ProgramRunner.succeed(
          ["compare", study, "--trials", "8", "--output", run, "--threads", "1", "--quiet"])
        tested.append(try score(run, "test", "auroc"))
        chosen.append(try score(run, "validation", "auroc"))
      }
      let mean = tested.reduce(0, +) / 20
      let spread = (tested.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19).squareRoot()
      // Four standard errors of the mean over the seeds.
      #expect(abs(mean - 0.5) < 4 * spread / 20.0.squareRoot(), "\(mean) ± \(spread)")
      #expect(chosen.reduce(0, +) / 20 > 0.55, "\(chosen)")
    }
  }
}

/// SplitMix64, for the shuffling alone.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
