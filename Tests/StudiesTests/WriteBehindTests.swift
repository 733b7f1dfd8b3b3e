import Basics
import Foundation
import Synchronization
import Testing

@testable import Studies

@Suite("What a cell left is written while the next one is made")
struct WriteBehindTests {
  @Test("Who needs what is being written waits for it, others don't; one is written at a time")
  func order() throws {
    let behind = WriteBehind()
    let written = Mutex<[String]>([])
    let gate = DispatchSemaphore(value: 0)
    try behind.start("a") {
      gate.wait()
      written.withLock { $0.append("a") }
    }
    try behind.wait(for: ["b", "c"])
    #expect(written.withLock { $0 }.isEmpty)
    Thread.detachNewThread {
      usleep(50_000)
      gate.signal()
    }
    try behind.wait(for: ["c", "a"])
    #expect(written.withLock { $0 } == ["a"])
    try behind.start("b") {
      usleep(50_000)
      written.withLock { $0.append("b") }
    }
    try behind.start("c") { written.withLock { $0.append("c") } }
    try behind.wait()
    #expect(written.withLock { $0 } == ["a", "b", "c"])
  }

  @Test("What writing threw is thrown once, by who waits next; nothing is begun then")
  func failure() throws {
    let behind = WriteBehind()
    let isBegun = Mutex(false)
    try behind.start("a") { throw ZooError(.system, "no room", at: Place()) }
    try behind.wait(for: ["b"])
    let error = #expect(throws: ZooError.self) {
      try behind.start("b") { isBegun.withLock { $0 = true } }
    }
    #expect(error?.message == "no room" && !isBegun.withLock { $0 })
    try behind.wait()
  }
}
