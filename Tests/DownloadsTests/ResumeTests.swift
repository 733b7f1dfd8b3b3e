import Basics
import Foundation
import TestSupport
import Testing

@testable import Downloads

@Suite("Resuming")
struct ResumeTests {
  @Test("A cut at any byte is resumed within one fetch", arguments: 0..<6)
  func cut(_ seed: Int) throws {
    var stream = RandomStream(seed: UInt64(seed))
    let count = seed == 0 ? 1 : seed == 1 ? payload.count - 1 : 1 + stream.below(payload.count - 2)
    try withScene(Answers.inTurn([Answers.cut(after: count), Answers.file()])) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.names == [".file.bin.verified", "file.bin"])
      try #require(scene.server.requests.count == 2)
      // A reset may swallow bytes that had arrived, so the offset is at most the count.
      let offset = scene.server.requests[1].offset
      #expect(offset.map { (1...count).contains($0) } ?? (count < payload.count))
      #expect(scene.server.requests[1].fields["if-range"] == (offset == nil ? nil : "\"v1\""))
    }
  }

  @Test("A cut is resumed by a later fetch, and the whole file is hashed")
  func later() throws {
    let answer = Answers.inTurn([Answers.cut(after: 120_000), Answers.file()])
    try withScene(answer) { scene in
      var policy = quickPolicy
      policy.retries = 0
      let text = scene.failure(policy)
      #expect(text.contains("the connection was cut"), "\(text)")
      #expect(scene.names == [".file.bin.partial", ".file.bin.partial.json"])
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests[1].fields["range"] == "bytes=120000-")
      #expect(scene.log.text.contains("downloading file.bin (kB, from 120 kB on): 180/180"))
    }
  }

  @Test("Without a strong tag the date of the last change serves")
  func date() throws {
    let date = "Tue, 15 Nov 1994 12:45:26 GMT"
    let answer: TestServer.Answer = { request, connection in
      if request.offset != nil {
        return Answers.file(tag: "W/\"weak\"", date: date)(request, connection)
      }
      connection.head(
        "200 OK",
        [("ETag", "W/\"weak\""), ("Last-Modified", date), ("Content-Length", "\(payload.count)")])
      connection.send(payload[..<50_000])
    }
    try withScene(answer) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests[1].fields["if-range"] == date)
    }
  }

  @Test("Without tag and date a retry begins anew")
  func noValidator() throws {
    let answer = Answers.inTurn([Answers.cut(after: 9000, tag: nil), Answers.file(tag: nil)])
    try withScene(answer) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests[1].fields["range"] == nil)
    }
  }

  /// Answers to a request for the bytes from 100 000 on that don't fit.
  static let misfits: [(name: String, answer: TestServer.Answer, line: String)] = [
    ("a whole file", Answers.file(hasRanges: false), "sends the whole file again"),
    ("416", Answers.status("416 No"), "no bytes from 100000 on"),
    ("the wrong start", Answers.rest(of: payload, from: 50_000), "bytes from 50000 on"),
    (
      "a lie about the start",
      Answers.rest(of: payload, from: 50_000, range: "bytes 100000-299999/300000"),
      "sent 250000 bytes and named another range"
    ),
    (
      "another total", Answers.rest(of: payload + [0], from: 100_000),
      "up to 300000 of 300001, expected all of 300000"
    ),
    (
      "less than the rest",
      Answers.rest(
        of: Array(payload[..<200_000]), from: 100_000, range: "bytes 100000-199999/300000"),
      "up to 199999 of 300000, expected all of 300000"
    ),
    (
      "no Content-Range", { _, connection in connection.head("206 Partial Content") },
      "a part without saying which"
    ),
    (
      "a malformed Content-Range",
      Answers.rest(of: payload, from: 100_000, range: "bytes 100000-99999999999999999999/300000"),
      "a part without saying which"
    ),
    (
      "another tag", Answers.rest(of: payload, from: 100_000, fields: [("ETag", "\"v2\"")]),
      "the file on the server has changed"
    ),
    (
      "other bytes", Answers.rest(of: payload.map { $0 ^ 1 }, from: 100_000),
      "what was resumed has another hash"
    ),
  ]

  @Test(
    "A rest that doesn't fit is dropped, and the file begins anew", arguments: 0..<misfits.count)
  func misfit(_ index: Int) throws {
    let misfit = Self.misfits[index]
    let answer: TestServer.Answer = { request, connection in
      (request.offset == nil ? Answers.file() : misfit.answer)(request, connection)
    }
    try withScene(answer) { scene in
      try scene.leavePartial(payload[..<100_000])
      try scene.fetch()
      #expect(scene.content == payload, "\(misfit.name)")
      #expect(scene.names == [".file.bin.verified", "file.bin"])
      #expect(scene.log.text.contains(misfit.line), "\(misfit.name): \(scene.log.text)")
      #expect(scene.server.requests[0].offset == 100_000)
    }
  }

  @Test("A partial file that belongs to other bytes does no harm")
  func damagedPartial() throws {
    try withScene(Answers.file()) { scene in
      try scene.leavePartial(payload[1..<100_001])
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests.map(\.offset) == [100_000, nil])
    }
  }

  @Test(
    "A partial file is not gone on with when it is another's, too long or without a note",
    arguments: ["another address", "too long", "no note", "damaged note", "weak tag", "empty"])
  func uselessPartial(_ kind: String) throws {
    try withScene(Answers.file()) { scene in
      let note = "\(scene.partialPath).json"
      switch kind {
      case "another address": try scene.leavePartial(payload[..<9], url: "https://elsewhere/")
      case "too long": try scene.leavePartial((payload + [1])[...])
      case "empty": try scene.leavePartial([])
      default:
        try scene.leavePartial(payload[..<9])
        let texts = [
          "damaged note": "{\"url\": \"\(scene.file.url)\", \"etag\": \"\\\"a\\\"\\r\\nX: y\"}",
          "weak tag": "{\"url\": \"\(scene.file.url)\", \"etag\": \"W/\\\"a\\\"\"}",
        ]
        if let text = texts[kind] { try AtomicFile.write(text, to: note) } else { unlink(note) }
      }
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests.map(\.offset) == [nil])
    }
  }

  @Test("A partial file that is whole needs no request")
  func wholePartial() throws {
    try withScene(Answers.status("500 Oh")) { scene in
      try scene.leavePartial(payload[...])
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests.isEmpty)
    }
  }

  @Test("Resumed bytes that are wrong again after beginning anew leave nothing behind")
  func wrongTwice() throws {
    try withScene(Answers.file(payload.map { $0 ^ 1 })) { scene in
      try scene.leavePartial(payload[..<100_000])
      #expect(scene.failure().contains("nothing was kept"))
      #expect(scene.names == [])
      #expect(scene.server.requests.count == 2)
    }
  }

  @Test("A refusal keeps the partial file for better times")
  func refusalKeeps() throws {
    try withScene(Answers.status("403 Forbidden")) { scene in
      try scene.leavePartial(payload[..<100_000])
      #expect(scene.failure().contains("403 (forbidden)"))
      #expect(scene.names == [".file.bin.partial", ".file.bin.partial.json"])
    }
  }
}
