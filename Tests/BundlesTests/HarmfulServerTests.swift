import Basics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Bundles

@Suite("Installing from servers that do harm")
struct HarmfulServerTests {
  /// Large enough to be cut in many places.
  private static let contents: [String: String] = {
    var random = RandomStream(seed: 11)
    let weights = (0..<60_000).map { _ in String(random.next() % 10) }.joined()
    return ["README.md": "a card\n", "model.safetensors": weights, "vocabulary.txt": ""]
  }()

  /// Installs through a server that does harm to blobs, and to catalogues when `isWide`.
  private func attempt(
    tries: Int = 1, isWide: Bool = false,
    _ harm: @escaping @Sendable (TestServer.Request, Connection, [UInt8]) -> Bool
  ) throws -> (errors: [String], installed: [String], scene: StoreScene) {
    try withTemporaryFolder { folder in
      let scene = try StoreScene(folder)
      try scene.publish(contents: Self.contents)
      let server = try scene.server { request, connection, bytes in
        guard isWide || request.path.hasPrefix("/blobs") else { return false }
        return harm(request, connection, bytes)
      }
      var errors: [String] = []
      for _ in 0..<tries {
        let found = errorText { try scene.install(from: scene.remote(server)) }
        guard !found.isEmpty else { break }
        errors.append(found)
        // Nothing of it is to be seen.
        #expect(try scene.installed().isEmpty)
      }
      return (errors, try scene.installed(), scene)
    }
  }

  @Test("A good server: the bundle is there, an empty file with it")
  func good() throws {
    let found = try attempt(isWide: true) { _, _, _ in false }
    #expect(found.errors.isEmpty, "\(found.errors)")
    #expect(found.installed == ["small@1.0.0"])
  }

  @Test("Connections cut at random: tries go on where the last stopped, until it is whole")
  func cuts() throws {
    let turn = Mutex(RandomStream(seed: 3))
    let found = try attempt(tries: 40, isWide: true) { request, connection, bytes in
      let isCut = turn.withLock { $0.next() % 3 != 0 }
      guard isCut, bytes.count > 1 else { return false }
      let offset = request.fields["if-range"] == nil ? 0 : request.offset ?? 0
      guard offset < bytes.count else { return false }
      let count = turn.withLock { Int($0.next() % UInt64(bytes.count - offset)) }
      let tag = "\"\(bytes.count)-\((try? sha256(of: Data(bytes))) ?? "")\""
      if offset > 0 {
        connection.head(
          "206 Partial Content",
          [
            ("ETag", tag), ("Content-Range", "bytes \(offset)-\(bytes.count - 1)/\(bytes.count)"),
            ("Content-Length", "\(bytes.count - offset)"),
          ])
      } else {
        connection.head("200 OK", [("ETag", tag), ("Content-Length", "\(bytes.count)")])
      }
      connection.send(bytes[offset..<offset + count])
      connection.reset()
      return true
    }
    #expect(found.installed == ["small@1.0.0"], "\(found.errors)")
  }

  @Test("A server that answers ten bytes a second is given up")
  func slow() throws {
    let found = try attempt { _, connection, bytes in
      connection.head("200 OK", [("Content-Length", "\(bytes.count)")])
      for byte in bytes where connection.send([byte]) { usleep(100_000) }
      return true
    }
    #expect(found.errors.count == 1 && found.errors[0].contains("the server sent less than"))
    #expect(found.installed.isEmpty)
  }

  @Test(
    "Lies about the length leave nothing",
    arguments: ["longer", "shorter", "more than announced", "endless"])
  func lengths(_ kind: String) throws {
    let found = try attempt { _, connection, bytes in
      switch kind {
      case "longer":
        connection.head("200 OK", [("Content-Length", "\(bytes.count + 1)")])
        connection.send(bytes + [0])
      case "shorter":
        connection.head("200 OK", [("Content-Length", "\(max(0, bytes.count - 1))")])
        connection.send(bytes.dropLast())
      case "more than announced":
        connection.head("200 OK")
        connection.send(bytes + [0])
      default:
        connection.head("200 OK")
        while connection.send(bytes[...]) {}
      }
      return true
    }
    #expect(found.errors.count == 1, "\(found.errors)")
    #expect(found.errors.first?.contains("expected") ?? false, "\(found.errors)")
    #expect(found.installed.isEmpty)
  }

  @Test("Another file of the same length leaves nothing, in the store or among the downloads")
  func another() throws {
    let found = try attempt { _, connection, bytes in
      var other = bytes
      if !other.isEmpty { other[other.count / 2] ^= 1 }
      connection.head("200 OK", [("Content-Length", "\(other.count)")])
      connection.send(other[...])
      return true
    }
    #expect(found.errors.count == 1 && found.errors[0].contains("nothing was kept"))
    #expect(found.installed.isEmpty)
  }

  @Test(
    "A redirect to a file, to another machine's plain http, or round in a circle is not followed")
  func redirects() throws {
    for target in ["http://192.0.2.1/blob", "file:///etc/hostname", "/blobs/again"] {
      let found = try attempt { request, connection, _ in
        connection.head("302 Found", [("Location", target), ("Content-Length", "0")])
        return true
      }
      #expect(found.errors.count == 1, "\(target)")
      #expect(found.installed.isEmpty)
    }
  }

  @Test("A publication between catalogue and signature is found by the catalogue's hash")
  func between() throws {
    try withTemporaryFolder { folder in
      let scene = try StoreScene(folder)
      try scene.publish()
      let old = try readFile("\(scene.site)/registry.json.minisig")
      try scene.publish("small", "1.1.0")
      try AtomicFile.write(old, to: "\(scene.site)/registry.json.minisig")
      try scene.install()
      #expect(try scene.installed() == ["small@1.1.0"])
      // The next publication mends what a stop has left.
      try scene.publish("small", "1.2.0")
      let data = try readFile("\(scene.site)/registry.json")
      try MinisignSignature(
        readFile("\(scene.site)/registry.json.minisig"), path: "registry.json.minisig"
      ).verify(data, key: testKey.publicKey)
    }
  }

  @Test("Of many installations and publications at once all end, and nothing is damaged")
  func together() throws {
    try withTemporaryFolder { folder in
      let scene = try StoreScene(folder)
      try scene.publish(contents: Self.contents)
      let server = try scene.server()
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 6) { index in
        let found = errorText {
          if index < 4 {
            try scene.install(from: scene.remote(server))
          } else {
            try scene.publish("other-\(index)", contents: Self.contents)
          }
        }
        if !found.isEmpty { failures.withLock { $0.append(found) } }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(try scene.installed() == ["small@1.0.0"])
      let index = try scene.client().load()
      #expect(index.entries.map(\.id) == ["other-4", "other-5", "small"] && index.version == 3)
    }
  }
}
