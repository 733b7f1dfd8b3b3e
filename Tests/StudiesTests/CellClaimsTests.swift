import Basics
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("Claims on cells")
struct CellClaimsTests {
  private let cell = "fold-1.net"

  private func path(_ folder: String, _ number: Int) -> String {
    "\(folder)/claims/\(cell).\(number)"
  }

  /// Writes a claim of a process of another machine, touched some seconds ago.
  private func foreign(_ folder: String, secondsAgo: Double, realm: String = "elsewhere") throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder)/claims", withIntermediateDirectories: true)
    let text = """
      {"host": "node7", "process": 4711, "realm": "\(realm)", "started": "12"}
      """
    try text.write(toFile: path(folder, 1), atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -secondsAgo)], ofItemAtPath: path(folder, 1))
  }

  @Test("One has it until it is given back")
  func exclusive() throws {
    try withTemporaryFolder { folder in
      let claims = CellClaims(run: folder)
      let first = try #require(try claims.claim(cell))
      #expect(first.isHeld)
      #expect(try claims.claim(cell) == nil)
      #expect(try claims.holder(of: cell) == ProcessIdentity.current)
      #expect(try claims.claim("fold-2.net") != nil)
      first.release()
      #expect(try claims.holder(of: cell) == nil)
      let second = try #require(try claims.claim(cell))
      #expect(second.isHeld)
      #expect(!first.isHeld)
      second.release()
      #expect(try claims.claim(cell) != nil)
    }
  }

  @Test("Of many who want a cell at once one gets it, 500 times")
  func atOnce() async throws {
    try await withAsyncTemporaryFolder { folder in
      let claims = CellClaims(run: folder)
      // Two at a time, each with a claim kept until both have asked.
      for number in 0..<500 {
        let cell = "fold-1.\(number)"
        async let first = claims.claim(cell)
        async let second = claims.claim(cell)
        let made = try await [first, second].compactMap { $0 }
        #expect(made.count == 1)
        #expect(made.first?.isHeld == true)
        for claim in made { claim.release() }
      }
    }
  }

  @Test("A process of this machine that is gone has lost its cell")
  func gone() throws {
    try withTemporaryFolder { folder in
      // The number is this process's; it did not start at that moment.
      let own = ProcessIdentity.current
      var json = own.json.text(pretty: false)
      json = json.replacing("\"\(own.started)\"", with: "\"1\"")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/claims", withIntermediateDirectories: true)
      try json.write(toFile: path(folder, 1), atomically: true, encoding: .utf8)
      let claim = try #require(try CellClaims(run: folder).claim(cell))
      #expect(claim.isHeld)
      #expect(FileManager.default.fileExists(atPath: path(folder, 2)))
    }
  }

  @Test("A cell of another machine is left alone for the lease, and taken over after it")
  func lease() throws {
    try withTemporaryFolder { folder in
      let claims = CellClaims(run: folder, lease: 60)
      try foreign(folder, secondsAgo: 50)
      #expect(try claims.claim(cell) == nil)
      #expect(try claims.holder(of: cell)?.host == "node7")
      try foreign(folder, secondsAgo: 70)
      let claim = try #require(try claims.claim(cell))
      #expect(claim.isHeld)
      // The other one wakes up and sees that it is no longer his.
      let other = CellClaim(path: path(folder, 1), next: path(folder, 2), lease: 60)
      #expect(!other.isHeld)
    }
  }

  @Test("A claim that can't be read is somebody's for the lease")
  func unreadable() throws {
    try withTemporaryFolder { folder in
      try foreign(folder, secondsAgo: 0)
      try "{".write(toFile: path(folder, 1), atomically: false, encoding: .utf8)
      #expect(try CellClaims(run: folder, lease: 60).claim(cell) == nil)
    }
  }

  @Test("The heartbeat keeps a claim past its lease")
  func heartbeat() throws {
    try withTemporaryFolder { folder in
      let claims = CellClaims(run: folder, lease: 1)
      let claim = try #require(try claims.claim(cell))
      // As if the process were another machine's, of which only the file tells.
      try foreign(folder, secondsAgo: 0)
      usleep(2_500_000)
      #expect(try claims.claim(cell) == nil)
      claim.release()
      #expect(try claims.claim(cell) != nil)
    }
  }
}
