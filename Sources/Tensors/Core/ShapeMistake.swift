import Foundation

/// Ends the process where shapes do not fit: a mistake of who wrote the forward pass.
///
/// The message begins with the operation and holds all shapes. In place of a precondition, whose
/// message is missing in optimised builds: it is written to standard error with what is being run.
package func requireShapes(_ fit: Bool, _ message: @autoclosure () -> String) {
  if !fit { endProcess("\(ShapeMistake.beginning)\(message())") }
}

/// What a shape mistake's message looks like to who reads a child process's standard error.
package enum ShapeMistake {
  /// What the line begins with.
  package static let beginning = "shape mistake: "
}

/// Writes a sentence and what is being run to standard error, and aborts.
///
/// Swift's own account of a trap, with its registers, would bury the sentence, so it is written only for who
/// asks for it by `SWIFT_BACKTRACE=enable=yes`.
package func endProcess(_ sentence: String) -> Never {
  let place = Running.current
  let line = "\(sentence)\(place.isEmpty ? "" : "; in \(place)")\n"
  try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
  let asked = getenv("SWIFT_BACKTRACE").map { String(cString: $0) } ?? ""
  if !asked.contains("enable=yes") { signal(SIGABRT, SIG_DFL) }
  abort()
}
