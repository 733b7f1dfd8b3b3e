import Foundation
import TestSupport
import Testing

@testable import Downloads

/// An answer that must end in an error.
struct BadAnswer: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var answer: TestServer.Answer
  /// What the error must say.
  var sentence: String
  /// Whether the size is stated.
  var hasSize = true
  /// Requests that the server must have seen.
  var requests = 1
}

@Suite("Bad answers")
struct BadAnswerTests {
  static let wrong = payload.map { $0 ^ 1 }
  static let table: [BadAnswer] = [
    BadAnswer(
      testDescription: "wrong bytes", answer: Answers.file(wrong),
      sentence: "the 300000 bytes received have the SHA-256"),
    BadAnswer(
      testDescription: "wrong bytes of unknown size", answer: Answers.chunked(wrong),
      sentence: "nothing was kept", hasSize: false),
    BadAnswer(
      testDescription: "announced too short", answer: Answers.file(Array(payload.dropLast())),
      sentence: "the server announces 299999 bytes; expected 300000; nothing was kept"),
    BadAnswer(
      testDescription: "announced too long", answer: Answers.file(payload + [1]),
      sentence: "the server announces 300001 bytes; expected 300000; nothing was kept"),
    BadAnswer(
      testDescription: "longer, unannounced", answer: Answers.unannounced(payload + payload),
      sentence: "the server sent more than 300000 bytes; expected 300000; nothing was kept"),
    BadAnswer(
      testDescription: "longer, in chunks", answer: Answers.chunked(payload + [1]),
      sentence: "the server sent more than 300000 bytes"),
    BadAnswer(
      testDescription: "shorter, in chunks", answer: Answers.chunked(Array(payload[..<1000])),
      sentence: "the server ended after 1000 bytes; expected 300000"),
    BadAnswer(
      testDescription: "shorter, unannounced", answer: Answers.unannounced(Array(payload[..<99])),
      sentence: "the connection was cut (it ended after 99 of 300000 bytes)", requests: 3),
    BadAnswer(
      testDescription: "shorter than announced, without a tag",
      answer: Answers.cut(after: 5000, tag: nil), sentence: "the connection was cut", requests: 3),
    BadAnswer(
      testDescription: "a body of no bytes", answer: Answers.status("200 OK"),
      sentence: "the server announces 0 bytes; expected 300000"),
    BadAnswer(
      testDescription: "a body of no bytes, size unknown", answer: Answers.status("200 OK"),
      sentence: "the 0 bytes received have the SHA-256 e3b0c442", hasSize: false),
    BadAnswer(
      testDescription: "no answer at all", answer: { _, _ in },
      sentence: "the connection was cut (Empty reply from server)", requests: 3),
    BadAnswer(
      testDescription: "no HTTP", answer: { _, connection in connection.send("hello\n") },
      sentence: "the transfer failed (Received HTTP/0.9 when not allowed)"),
    BadAnswer(
      testDescription: "endless headers",
      answer: { _, connection in
        connection.send("HTTP/1.1 200 OK\r\n")
        let line = "X-Filler: \(String(repeating: "x", count: 4000))\r\n"
        for _ in 0..<200 { connection.send(line) }
      }, sentence: "headers"),
    BadAnswer(
      testDescription: "404", answer: Answers.status("404 Not Found"),
      sentence: "the server answered 404 (not found); expected the file\n  The file was moved"),
    BadAnswer(
      testDescription: "403", answer: Answers.status("403 Forbidden"),
      sentence: "the server answered 403 (forbidden); expected the file\n  The server wants a login"
    ),
    BadAnswer(
      testDescription: "500", answer: Answers.status("500 Oh"),
      sentence: "the server answered 500 (internal error); expected the file\n  The server is out",
      requests: 3),
    BadAnswer(
      testDescription: "503", answer: Answers.status("503 Busy"),
      sentence: "the server answered 503 (unavailable)", requests: 3),
    BadAnswer(
      testDescription: "204", answer: { _, connection in connection.head("204 No Content") },
      sentence: "the server answered 204 (no content)"),
    BadAnswer(
      testDescription: "a part, unasked", answer: Answers.rest(of: payload, from: 10),
      sentence: "the server answered 206 (a part, unasked)"),
    BadAnswer(
      testDescription: "416, unasked", answer: Answers.status("416 No"),
      sentence: "the server answered 416 (no such range)"),
    BadAnswer(
      testDescription: "a loop of redirects",
      answer: Answers.status("302 Found", [("Location", "/file.bin")]),
      sentence: "redirected more than 5 times", requests: 6),
    BadAnswer(
      testDescription: "a redirect to nowhere", answer: Answers.status("302 Found"),
      sentence: "the server answered 302"),
    BadAnswer(
      testDescription: "a redirect to plain http elsewhere",
      answer: Answers.status("302 Found", [("Location", "http://192.0.2.1/file.bin")]),
      sentence: "redirects to http://192.0.2.1/file.bin, which is plain http; expected https"),
    BadAnswer(
      testDescription: "a redirect to a host that begins like this one",
      answer: Answers.status("302 Found", [("Location", "http://127.0.0.1.example/x")]),
      sentence: "which is plain http; expected https"),
    BadAnswer(
      testDescription: "a redirect to a file",
      answer: Answers.status("302 Found", [("Location", "file:///etc/passwd")]),
      sentence: "redirects to file:///etc/passwd, which is a file of this machine"),
    BadAnswer(
      testDescription: "a redirect to another scheme",
      answer: Answers.status("302 Found", [("Location", "gopher://127.0.0.1/")]),
      sentence: "is of scheme \"gopher\"; expected https"),
    BadAnswer(
      testDescription: "a redirect with a password",
      answer: Answers.status("302 Found", [("Location", "http://me:you@127.0.0.1/")]),
      sentence: "can't be followed: the address holds a user name or password"),
    BadAnswer(
      testDescription: "a redirect to what is no address",
      answer: Answers.status("302 Found", [("Location", "http://")]),
      sentence: "redirected to an address that can't be followed"),
  ]

  @Test("A bad answer ends in its sentence and leaves nothing behind", arguments: table)
  func bad(_ bad: BadAnswer) throws {
    try withScene(size: bad.hasSize ? payload.count : nil, bad.answer) { scene in
      let start = ContinuousClock.now
      let text = scene.failure()
      #expect(text.contains(bad.sentence), "\(text)")
      #expect(text.contains(scene.server.url()))
      #expect(scene.names == [])
      #expect(scene.server.requests.count == bad.requests)
      #expect(ContinuousClock.now - start < .seconds(30))
    }
  }

  @Test("A file of unknown size is bounded by the policy", arguments: [true, false])
  func bounded(_ isAnnounced: Bool) throws {
    let answer = isAnnounced ? Answers.file() : Answers.chunked(payload)
    try withScene(size: nil, answer) { scene in
      var policy = quickPolicy
      policy.maximumSize = 100_000
      let text = scene.failure(policy)
      #expect(text.contains("expected at most 100000; nothing was kept"), "\(text)")
      #expect(text.contains(isAnnounced ? "announces 300000 bytes" : "sent more than 100000 bytes"))
      #expect(scene.names == [])
    }
  }

  @Test("A trickle is given up, and what came is kept for the next try")
  func trickle() throws {
    try withScene(Answers.inTurn([Answers.trickle, Answers.file()])) { scene in
      var policy = quickPolicy
      policy.retries = 0
      let text = scene.failure(policy)
      #expect(text.contains("the server sent less than 1000 bytes a second for 1 s"), "\(text)")
      #expect(text.contains("are kept: the next try goes on from there."))
      #expect(scene.names == [".file.bin.partial", ".file.bin.partial.json"])
      try scene.fetch()
      #expect(scene.content == payload)
      #expect((scene.server.requests[1].offset ?? 0) > 0)
    }
  }

  @Test("A server that never answers is given up")
  func silence() throws {
    let silent: TestServer.Answer = { _, connection in
      var byte: UInt8 = 0
      // A signal to the process must not end the wait.
      while recv(connection.descriptor, &byte, 1, 0) < 0, errno == EINTR {}
    }
    try withScene(silent) { scene in
      var policy = quickPolicy
      policy.retries = 0
      #expect(scene.failure(policy).contains("the server sent less than 1000 bytes a second"))
      #expect(scene.names == [])
    }
  }

  @Test("Nobody listening is said at once")
  func nobody() throws {
    try withScene(Answers.file()) { scene in
      var scene = scene
      // Port 1 is nobody's on a test machine.
      scene.file = try RemoteFile(
        url: "http://127.0.0.1:1/x", size: nil, hash: scene.file.hash, fileName: "x")
      let text = scene.failure()
      #expect(text.contains("http://127.0.0.1:1/x: no connection to 127.0.0.1"), "\(text)")
      #expect(scene.names == [])
    }
  }
}
