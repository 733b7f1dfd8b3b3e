import Foundation
import TestSupport
import Testing

@testable import Downloads

@Suite("Fetching")
struct FetchTests {
  @Test("The right file arrives, alone but for its record, and is not fetched twice")
  func right() throws {
    try withScene(Answers.file()) { scene in
      let path = try scene.fetch()
      #expect(path == scene.finalPath)
      #expect(scene.content == payload)
      #expect(scene.names == [".file.bin.verified", "file.bin"])
      #expect(try scene.fetch() == path)
      #expect(scene.server.requests.count == 1)
      #expect(scene.server.requests[0].fields["accept-encoding"] == "identity")
      #expect(scene.log.text.contains("downloading file.bin (kB): 300/300 in"))
    }
  }

  @Test("A file of unknown size is known by its hash", arguments: ["length", "chunks", "end"])
  func unknownSize(_ kind: String) throws {
    let answers = [
      "length": Answers.file(), "chunks": Answers.chunked(payload),
      "end": Answers.unannounced(payload),
    ]
    try withScene(size: nil, answers[kind] ?? Answers.file()) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
    }
  }

  @Test("Where no hash is published that of the first download is noted, said, and holds")
  func pinned() throws {
    try withScene(Answers.file()) { scene in
      var scene = scene
      scene.file = try RemoteFile(
        url: scene.server.url(), size: nil, hash: .firstDownload, fileName: "file.bin")
      try scene.fetch()
      #expect(scene.names == [".file.bin.pinned", ".file.bin.verified", "file.bin"])
      #expect(scene.log.text.contains(try digest(payload)))
      #expect(scene.cache.path(for: scene.file) != nil)
      // Another file in its place is not taken for it, and is fetched again.
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: scene.finalPath))
      try scene.fetch()
      let isWhole = scene.content == payload
      #expect(isWhole)
      // What the server publishes later is refused.
      let pin = "\(scene.cache.folder)/.file.bin.pinned"
      try Data((String(repeating: "0", count: 64) + "\n").utf8).write(
        to: URL(fileURLWithPath: pin))
      #expect(throws: (any Error).self) { try scene.fetch() }
    }
  }

  @Test("Eight digits of the hash suffice, and seven are refused")
  func prefix() throws {
    try withScene(Answers.file()) { scene in
      let digits = try digest(payload)
      var scene = scene
      scene.file = try RemoteFile(
        url: scene.server.url(), size: nil, hash: .sha256Prefix(digits.prefix(8).uppercased()),
        fileName: "file.bin")
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(throws: (any Error).self) {
        try RemoteFile(
          url: scene.server.url(), size: nil, hash: .sha256Prefix(String(digits.prefix(7))),
          fileName: "file.bin")
      }
    }
  }

  @Test("Five redirects are followed, relative ones too")
  func redirects() throws {
    let answer: TestServer.Answer = { request, connection in
      guard let step = Int(request.path.split(separator: "/").last ?? ""), step < 5 else {
        return Answers.file()(request, connection)
      }
      let status = ["301", "302", "303", "307", "308"][step]
      connection.head(
        "\(status) Elsewhere", [("Location", step == 2 ? "/deep/3" : "\(step + 1)")])
    }
    try withScene(path: "/deep/0", answer) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests.count == 6)
    }
  }

  @Test("A server that is busy is asked again", arguments: ["500 Oh", "503 Busy", "429 Slowly"])
  func busy(_ status: String) throws {
    let answer = Answers.inTurn([
      Answers.status(status, [("Retry-After", "0")]), Answers.status(status), Answers.file(),
    ])
    try withScene(answer) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.log.text.contains("the server answered \(status.prefix(3)) ("))
      #expect(scene.log.text.contains("trying again in 0 s (2 of 2)"))
    }
  }

  @Test("More than was announced is not read")
  func tail() throws {
    let answer: TestServer.Answer = { _, connection in
      connection.head("200 OK", [("Content-Length", "\(payload.count)")])
      connection.send((payload + payload)[...])
    }
    try withScene(answer) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
    }
  }

  @Test("A file URL is copied where the policy says so, offline too")
  func fileURL() throws {
    try withScene(Answers.file()) { scene in
      let source = "\(scene.cache.folder)-source"
      try Data(payload).write(to: URL(fileURLWithPath: source))
      var scene = scene
      scene.file = try RemoteFile(
        url: "file://\(source)", size: nil, hash: scene.file.hash, fileName: "copy.bin")
      #expect(scene.failure().contains("is a file of this machine; expected https"))
      var policy = quickPolicy
      policy.allowsFileURLs = true
      policy.isOffline = true
      try scene.fetch(policy)
      #expect(scene.content == payload)
    }
  }

  @Test("Answers before the final one and headers after it don't count")
  func informational() throws {
    let answer: TestServer.Answer = { _, connection in
      connection.send("HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nLink: </x>\r\n\r\n")
      connection.head("200 OK", [("Transfer-Encoding", "chunked")])
      connection.send("\(String(payload.count, radix: 16))\r\n")
      connection.send(payload[...])
      connection.send("\r\n0\r\nETag: \"late\"\r\n\r\n")
    }
    try withScene(answer) { scene in
      try scene.fetch()
      #expect(scene.content == payload)
    }
  }
}
