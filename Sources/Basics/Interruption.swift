import Foundation
import Synchronization

/// The wish to stop, from SIGINT (Ctrl-C), SIGTERM or the cancelling of the task that the work runs in, asked
/// for at moments when stopping is safe.
///
/// ```swift
/// Interruption.install()
/// for cell in cells {
///   try Interruption.check()
///   try run(cell)
/// }
/// ```
package enum Interruption {
  private static let requested = Atomic<Bool>(false)
  /// The process whose group a second signal ends, too; 0 for none.
  private static let companion = Atomic<Int32>(0)

  /// Makes the first SIGINT or SIGTERM, or other signals in their place, set the flag, and the second end the process
  /// with status 130.
  package static func install(_ signals: [Int32] = [SIGINT, SIGTERM]) {
    // The first access may initialise the static, which a signal handler must not do.
    _ = (requested.load(ordering: .relaxed), companion.load(ordering: .relaxed))
    for number in signals {
      // glibc's `signal` keeps the handler and restarts interrupted reads.
      _ = signal(number) { _ in
        guard Interruption.requested.exchange(true, ordering: .sequentiallyConsistent) else {
          return
        }
        let companion = Interruption.companion.load(ordering: .relaxed)
        if companion > 0 { kill(-companion, SIGTERM) }
        _exit(130)
      }
    }
    unblock(signals)
  }

  /// Makes a second signal end a process and its group, besides this one.
  package static func ends(_ process: Int32) { companion.store(process, ordering: .relaxed) }

  /// Lets signals through to this thread and to the processes that it starts.
  ///
  /// Who starts the program may have blocked them, as threads of Dispatch do: it could not be stopped.
  package static func unblock(_ signals: [Int32]) {
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Lets a signal end system calls that wait in `body`, which go on by themselves otherwise.
  ///
  /// - Throws: `Interrupted` when one came, or what `body` throws.
  package static func endingWaits<Result>(_ body: () throws -> Result) throws -> Result {
    func setRestart(_ isOn: Bool) {
      for number in [SIGINT, SIGTERM] {
        var action = sigaction()
        sigaction(number, nil, &action)
        action.sa_flags = isOn ? action.sa_flags | SA_RESTART : action.sa_flags & ~SA_RESTART
        sigaction(number, &action, nil)
      }
    }
    setRestart(false)
    defer { setRestart(true) }
    let result = try body()
    try check()
    return result
  }

  /// Whether a signal has asked the process to stop, or the task that this runs in was cancelled.
  package static var isRequested: Bool { requested.load(ordering: .relaxed) || Task.isCancelled }

  /// Stops here if it was asked for.
  ///
  /// - Throws: `Interrupted`.
  package static func check() throws {
    if isRequested { throw Interrupted() }
  }
}

/// The error of work that stopped because it was asked to: no failure, and not to be wrapped.
package struct Interrupted: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is kept and how to go on; empty where nothing is.
  package let advice: String

  package init(_ advice: String = "") { self.advice = advice }

  package var description: String { advice.isEmpty ? "interrupted" : "interrupted: \(advice)" }
}
