import Foundation

/// One stage of the work, and the texts that tell of it.
struct ProgressStage: Sendable {
  let name: String
  let total: Int?
  let start: Double
  var done = 0
  var note = ""
  /// Seconds that the rest takes, and when that was said; nil for the mean rate.
  var expected: (seconds: Double, at: Double)?

  /// The line of a running stage, such as `training  30/120  25 %  loss 0.41  45 s left`.
  func text(at time: Double) -> String {
    var parts = [name]
    if let total {
      parts.append("\(done)/\(total)")
      if total > 0 { parts.append("\(Int(100 * Double(done) / Double(total))) %") }
    } else if done > 0 {
      parts.append("\(done)")
    }
    if !note.isEmpty { parts.append(note) }
    if let seconds = secondsLeft(at: time) { parts.append("\(durationText(seconds)) left") }
    return parts.joined(separator: "  ")
  }

  /// The line of a stage that is over, such as `training: 120/120 in 3 min 05 s, loss 0.41`.
  func endText(at time: Double) -> String {
    let count = total.map { "\(done)/\($0) " } ?? (done > 0 ? "\(done) " : "")
    let tail = note.isEmpty ? "" : ", \(note)"
    return "\(name): \(count)in \(durationText(time - start))\(tail)"
  }

  /// The time left at the stage's mean rate; nil within the first second, when it would only jump.
  private func secondsLeft(at time: Double) -> Double? {
    if let expected { return max(0, expected.seconds - (time - expected.at)) }
    let elapsed = time - start
    guard let total, done > 0, done < total, elapsed >= 1 else { return nil }
    return elapsed * Double(total - done) / Double(done)
  }
}

/// A duration in two units at most: `42 s`, `2 min 05 s`, `1 h 05 min`, `2 d 03 h`.
///
/// Rounded to the smaller unit shown. Negative or not finite: `unknown`; beyond 999 days:
/// `more than 999 d`.
package func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "unknown" }
  guard seconds < 999 * 86_400 else { return "more than 999 d" }
  func pair(_ count: Int, _ size: Int, _ units: (String, String)) -> String {
    let small = count % size
    return "\(count / size) \(units.0) \(small < 10 ? "0" : "")\(small) \(units.1)"
  }
  // Each count is rounded before the unit is chosen, or 59.7 s would read "60 s".
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return pair(whole, 60, ("min", "s")) }
  let minutes = Int((seconds / 60).rounded())
  if minutes < 24 * 60 { return pair(minutes, 60, ("h", "min")) }
  return pair(Int((seconds / 3600).rounded()), 24, ("d", "h"))
}
