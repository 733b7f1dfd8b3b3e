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

  @Test(
    "What writing threw is thrown once, by who waits next; what is made is written all the same")
  func failure() throws {
    let behind = WriteBehind()
    let isWritten = Mutex(false)
    try behind.start("a") { throw ZooError(.system, "no room", at: Place()) }
    try behind.wait(for: ["b"])
    let error = #expect(throws: ZooError.self) {
      try behind.start("b") { isWritten.withLock { $0 = true } }
    }
    #expect(error?.message == "no room" && isWritten.withLock { $0 })
    try behind.wait()
  }

  @Test("A look tells of a failure before the next piece is begun, and waits for nothing")
  func look() throws {
    let behind = WriteBehind()
    let gate = DispatchSemaphore(value: 0)
    try behind.start("a") {
      gate.wait()
      throw ZooError(.system, "no room", at: Place())
    }
    try behind.check()
    gate.signal()
    let error = #expect(throws: ZooError.self) {
      for _ in 0..<200 {
        try behind.check()
        usleep(10_000)
      }
    }
    #expect(error?.message == "no room")
    try behind.check()
    try behind.wait()
  }
}
