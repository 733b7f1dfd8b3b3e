import Basics

/// Bytes as a progress reporter's steps: kilobytes or megabytes, with the rate as the note.
final class ByteProgress {
  private let reporter: ProgressReporter
  private var unit = 1
  private var bytes = 0
  private var steps = 0
  private var start = ContinuousClock.now
  private var isRunning = false

  init(_ reporter: ProgressReporter) { self.reporter = reporter }

  /// Starts a stage over `total` bytes, of which the first `skipped` are there already.
  ///
  /// Those are left out of the count, or the time left would be reckoned at too high a rate.
  func begin(_ name: String, total: Int?, skipped: Int = 0) {
    let size = total ?? Int.max
    let (unit, unitName) =
      size < 10_000 ? (1, "bytes") : size < 10_000_000 ? (1000, "kB") : (1_000_000, "MB")
    self.unit = unit
    bytes = 0
    steps = 0
    start = .now
    isRunning = true
    let tail = skipped > 0 ? ", from \(byteText(skipped)) on" : ""
    reporter.begin(
      "\(name) (\(unitName)\(tail))", total: total.map { ($0 - skipped + unit - 1) / unit })
  }

  func add(_ count: Int) {
    bytes += count
    advance(to: bytes / unit)
  }

  /// Ends the stage; a last piece of a unit counts as one.
  func end() {
    guard isRunning else { return }
    isRunning = false
    advance(to: (bytes + unit - 1) / unit)
    reporter.end()
  }

  /// A line that stays.
  func line(_ text: String) { reporter.line(text) }

  private func advance(to reached: Int) {
    guard reached > steps else { return }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let note = seconds >= 0.5 ? "\(byteText(Int(Double(bytes) / seconds)))/s" : nil
    reporter.advance(by: reached - steps, note: note)
    steps = reached
  }
}
