import Basics
import Foundation
import Testing

/// Sends a signal to the process and waits until it is noted, 5 s at most.
///
/// `raise` would not do: the threads that run tests block signals.
private func send(_ signal: Int32) {
  kill(getpid(), signal)
  for _ in 0..<500 where !Interruption.isRequested { usleep(10_000) }
}

/// Each test runs in a process of its own: the flag can't be taken back.
@Suite("Interruption")
struct InterruptionTests {
  @Test("Without a signal the work goes on")
  func quiet() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interruption.install()
      try Interruption.check()
      exit(Interruption.isRequested ? 1 : 7)
    }
  }

  @Test("SIGINT sets the flag, and the check throws Interrupted")
  func interrupt() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interruption.install()
      send(SIGINT)
      do { try Interruption.check() } catch is Interrupted {
        exit(Interruption.isRequested ? 7 : 1)
      }
      exit(2)
    }
  }

  @Test("SIGTERM sets the flag")
  func terminate() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interruption.install()
      send(SIGTERM)
      exit(Interruption.isRequested ? 7 : 1)
    }
  }

  @Test("A second signal, of whichever kind, ends the process with 130")
  func second() async {
    await #expect(processExitsWith: .exitCode(130)) {
      Interruption.install()
      send(SIGTERM)
      send(SIGINT)
      // The second signal ends the process while this thread sleeps.
      sleep(5)
      exit(7)
    }
  }
}
