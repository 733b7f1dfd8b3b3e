import Foundation
import Synchronization
import Testing

@testable import Basics

@Suite("Progress")
struct ProgressReporterTests {
  /// A clock that is set by hand and a log of what was written.
  final class Bench: Sendable {
    let time = Mutex(0.0)
    let texts = Mutex<[String]>([])

    func reporter(_ mode: ProgressReporter.Mode, width: Int = 80) -> ProgressReporter {
      ProgressReporter(
        mode: mode, write: { text in self.texts.withLock { $0.append(text) } },
        now: { self.time.withLock { $0 } }, width: { width })
    }

    func pass(_ seconds: Double) { time.withLock { $0 += seconds } }
    var written: [String] { texts.withLock { $0 } }
  }

  @Test("On a terminal one line is rewritten, then stays with steps and time")
  func terminal() {
    let bench = Bench()
    let progress = bench.reporter(.terminal)
    progress.begin("training", total: 4)
    bench.pass(30)
    progress.advance(note: "loss .41")
    bench.pass(30)
    progress.advance(by: 3)
    progress.end()
    #expect(
      bench.written == [
        "\rtraining  0/4  0 %\u{1b}[K",
        "\rtraining  1/4  25 %  loss .41  1 min 30 s left\u{1b}[K",
        "\rtraining  4/4  100 %  loss .41\u{1b}[K",
        "\r\u{1b}[Ktraining: 4/4 in 1 min 00 s, loss .41\n",
      ])
  }

  @Test("Rows stand below the stage's line, are rewritten with it, and are wiped out at its end")
  func rows() {
    let bench = Bench()
    let progress = bench.reporter(.terminal, width: 12)
    progress.begin("cells", total: 2)
    bench.pass(1)
    progress.rows(["1  a long name of a cell", "2  b\u{7}"])
    bench.pass(1)
    progress.rows(["1  a"])
    progress.line("a: 0.9")
    progress.end()
    #expect(
      bench.written == [
        "\rcells  0/2 \u{1b}[K",
        "\rcells  0/2 \u{1b}[K\n1  a long n\u{1b}[K\n2  b \u{1b}[K\u{1b}[2A\r",
        "\r\u{1b}[Jcells  0/2 \u{1b}[K\n1  a\u{1b}[K\u{1b}[1A\r",
        "\r\u{1b}[Ja: 0.9\n",
        "\rcells  0/2 \u{1b}[K\n1  a\u{1b}[K\u{1b}[1A\r",
        "\r\u{1b}[Jcells: 0/2 in 2 s\n",
      ])
  }

  @Test("More rows than a terminal is high are counted")
  func manyRows() {
    let bench = Bench()
    let progress = bench.reporter(.terminal)
    progress.begin("cells", total: 2)
    bench.pass(1)
    progress.rows((1...64).map { "\($0)" })
    #expect(bench.written[1].contains("\n21\u{1b}[K\n  and 43 more\u{1b}[K\u{1b}[22A\r"))
  }

  @Test("Where there is no terminal rows are not shown")
  func plainRows() {
    let bench = Bench()
    let progress = bench.reporter(.plain)
    progress.begin("cells", total: 2)
    bench.pass(60)
    progress.rows(["1  a"])
    #expect(bench.written.isEmpty)
    #expect(!progress.showsRows)
  }

  @Test("What the rest is expected to take counts down, in place of the mean rate")
  func expected() {
    let bench = Bench()
    let progress = bench.reporter(.terminal)
    progress.begin("cells", total: 10)
    progress.expect(secondsLeft: 100)
    bench.pass(30)
    progress.advance()
    progress.expect(secondsLeft: nil)
    bench.pass(30)
    progress.advance()
    #expect(bench.written[1].contains("1 min 10 s left"))
    #expect(bench.written[2].contains("4 min 00 s left"))
  }

  @Test("A terminal is written to at most ten times a second")
  func terminalRate() {
    let bench = Bench()
    let progress = bench.reporter(.terminal)
    progress.begin("decoding", total: 1000)
    for _ in 0..<1000 {
      bench.pass(1.0 / 512)
      progress.advance()
    }
    // 1000/512 s: the line of the beginning, then one every 52 steps (52/512 s is the first ≥ 0.1).
    #expect(bench.written.count == 1 + 1000 / 52)
  }

  @Test(
    "A note is written in quiet mode too, once, and kept",
    arguments: [
      ProgressReporter.Mode.quiet, .plain,
    ])
  func notes(mode: ProgressReporter.Mode) {
    let bench = Bench()
    let progress = bench.reporter(mode)
    progress.note("2 texts are cut")
    progress.note("2 texts are cut")
    #expect(bench.written == ["note: 2 texts are cut\n"])
    #expect(progress.notes == ["2 texts are cut"])
  }

  @Test("Of several notes on one subject the first is told")
  func notesOnce() {
    let bench = Bench()
    let progress = bench.reporter(.quiet)
    for split in ["r1f1", "r1f2"] {
      progress.note("the vocabulary leaves out words (\(split))", onceFor: "words")
    }
    progress.note("another", onceFor: "other")
    #expect(progress.notes == ["the vocabulary leaves out words (r1f1)", "another"])
  }

  @Test("A line that stays clears the rewritten one, which then comes back")
  func permanentLine() {
    let bench = Bench()
    let progress = bench.reporter(.terminal)
    progress.line("before")
    progress.begin("folds", total: 2)
    progress.line("warning")
    #expect(
      bench.written == [
        "before\n", "\rfolds  0/2  0 %\u{1b}[K", "\r\u{1b}[Kwarning\n",
        "\rfolds  0/2  0 %\u{1b}[K",
      ])
  }

  @Test("A long line is cut to the terminal's width, and control characters become spaces")
  func narrow() {
    let bench = Bench()
    let progress = bench.reporter(.terminal, width: 12)
    progress.begin("a\nb\tc", total: 1_000_000)
    #expect(bench.written == ["\ra b c  0/10\u{1b}[K"])
  }

  @Test("Elsewhere a line comes every ten seconds and at the end of a stage")
  func plain() {
    let bench = Bench()
    let progress = bench.reporter(.plain)
    progress.begin("training", total: 100)
    for step in 1...25 {
      bench.pass(1)
      progress.advance(note: "step \(step)")
    }
    progress.line("a word")
    progress.end()
    #expect(
      bench.written == [
        "training  10/100  10 %  step 10  1 min 30 s left\n",
        "training  20/100  20 %  step 20  1 min 20 s left\n",
        "a word\n",
        "training: 25/100 in 25 s, step 25\n",
      ])
  }

  @Test("A new stage ends the one before; an unknown total is left out")
  func stages() {
    let bench = Bench()
    let progress = bench.reporter(.plain)
    progress.end()
    progress.advance()
    progress.begin("reading")
    progress.advance(by: 12)
    progress.begin("writing")
    bench.pass(2)
    progress.end()
    progress.end()
    #expect(bench.written == ["reading: 12 in 0 s\n", "writing: in 2 s\n"])
  }

  @Test("Quiet means silent")
  func quiet() {
    let bench = Bench()
    let progress = bench.reporter(.quiet)
    progress.begin("training", total: 2)
    bench.pass(60)
    progress.advance()
    progress.line("a word")
    progress.end()
    #expect(bench.written.isEmpty)
  }

  @Test("Notes that are kept are said again as they were, and once for their subject")
  func keptNotes() throws {
    let first = Bench().reporter(.plain)
    first.note("before")
    let (value, kept) = first.keepingNotes { () -> Int in
      first.note("no calibrator")
      first.note("before")
      first.note("2 words of split 1 are unknown", onceFor: "the vocabulary")
      first.note("3 words of split 2 are unknown", onceFor: "the vocabulary")
      return 7
    }
    #expect(value == 7)
    #expect(
      kept == [
        ReportedNote(text: "no calibrator"),
        // Said before: by whom depends on the order of the work.
        ReportedNote(text: "before"),
        ReportedNote(text: "2 words of split 1 are unknown", subject: "the vocabulary"),
        ReportedNote(text: "3 words of split 2 are unknown", subject: "the vocabulary"),
      ])
    let again = try kept.map { try ReportedNote(JSONValue.parse(Data($0.json.text().utf8))) }
    #expect(again == kept)
    let bench = Bench()
    let second = bench.reporter(.plain)
    for note in again { second.note(note) }
    second.note("3 words of split 2 are unknown", onceFor: "the vocabulary")
    #expect(second.notes == ["no calibrator", "before", "2 words of split 1 are unknown"])
    #expect(bench.written == second.notes.map { "note: \($0)\n" })
  }

  @Test("Steps reported by several threads are all counted")
  func threads() async {
    let bench = Bench()
    let progress = bench.reporter(.plain)
    progress.begin("decoding", total: 8000)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<1000 { progress.advance() } }
      }
    }
    progress.end()
    #expect(bench.written == ["decoding: 8000/8000 in 0 s\n"])
  }

  @Test(
    "A duration has two units at most and is rounded to the smaller",
    arguments: [
      (0, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.5, "1 min 00 s"), (130, "2 min 10 s"),
      (3599, "59 min 59 s"), (3599.5, "1 h 00 min"), (3900, "1 h 05 min"), (7170, "2 h 00 min"),
      (86_369, "23 h 59 min"), (86_370, "1 d 00 h"), (183_600, "2 d 03 h"),
      (999 * 86_400, "more than 999 d"), (-1, "unknown"), (.infinity, "unknown"), (.nan, "unknown"),
    ] as [(Double, String)])
  func durations(_ seconds: Double, _ text: String) {
    #expect(durationText(seconds) == text)
  }
}
