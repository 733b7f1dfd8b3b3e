import Basics
import Foundation
import TestSupport
import Testing

@testable import Downloads

@Suite("Files out of a downloaded zip")
struct UnpackTests {
  private static let text = Data(String(repeating: "lungs 0.5 -1\n", count: 30_000).utf8)
  private static let zip = [UInt8](
    ArchiveBuilder.zip([("readme", Data("x".utf8)), ("vectors/tiny.txt", text)]))

  private func packed(_ scene: Scene, size: Int? = text.count, member: String = "vectors/tiny.txt")
    throws -> PackedFile
  {
    try PackedFile(archive: scene.file, member: member, size: size)
  }

  private func unpack(_ packed: PackedFile, _ scene: Scene) throws -> String? {
    try scene.cache.unpack(packed, progress: ProgressReporter(mode: .quiet))
  }

  @Test("A member is unpacked once, and outlives its zip", arguments: [true, false])
  func once(_ knowsSize: Bool) throws {
    try withScene(size: Self.zip.count, of: Self.zip, Answers.file(Self.zip)) { scene in
      let packed = try packed(scene, size: knowsSize ? Self.text.count : nil)
      #expect(scene.cache.path(for: packed) == nil)
      #expect(try unpack(packed, scene) == nil)
      try scene.fetch()
      let path = try #require(try unpack(packed, scene))
      #expect(path == "\(scene.cache.folder)/tiny.txt")
      #expect(try readFile(path) == Self.text)
      #expect(scene.names == [".file.bin.verified", "file.bin", "tiny.txt"])
      try FileManager.default.removeItem(atPath: scene.finalPath)
      #expect(scene.cache.path(for: packed) == path)
      #expect(try unpack(packed, scene) == path)
      #expect(scene.server.requests.count == 1)
    }
  }

  @Test("A file of another size is no unpacked member; it is replaced")
  func wrongSize() throws {
    try withScene(size: Self.zip.count, of: Self.zip, Answers.file(Self.zip)) { scene in
      let packed = try packed(scene)
      try scene.fetch()
      try Data("cut".utf8).write(to: URL(fileURLWithPath: "\(scene.cache.folder)/tiny.txt"))
      #expect(scene.cache.path(for: packed) == nil)
      _ = try unpack(packed, scene)
      #expect(try readFile("\(scene.cache.folder)/tiny.txt") == Self.text)
    }
  }

  @Test("A zip put there by hand is hashed first")
  func byHand() throws {
    try withScene(size: Self.zip.count, of: Self.zip, Answers.file(Self.zip)) { scene in
      try AtomicFile.makeFolder(scene.cache.folder)
      var damaged = Self.zip
      damaged[200] ^= 1
      try Data(damaged).write(to: URL(fileURLWithPath: scene.finalPath))
      let text = errorText { _ = try unpack(packed(scene), scene) }
      #expect(text.contains("has the SHA-256"))
      #expect(text.contains("remove it, and fetch it again"))
      #expect(scene.names == ["file.bin"])
      try Data(Self.zip).write(to: URL(fileURLWithPath: scene.finalPath))
      #expect(try unpack(packed(scene), scene) != nil)
      #expect(scene.server.requests.isEmpty)
    }
  }

  /// A zip that is what was published, and yet can't be used.
  private static let unusable: [(name: String, bytes: [UInt8], message: String)] = [
    ("no such member", [UInt8](ArchiveBuilder.zip([("other.txt", text)])), "found: other.txt"),
    (
      "another size", [UInt8](ArchiveBuilder.zip([("vectors/tiny.txt", Data("abc".utf8))])),
      "has 3 bytes there; expected \(text.count)"
    ),
    ("damaged data", damaged(at: 1000), "CRC"), ("cut", [UInt8](zip.prefix(5000)), "can't be read"),
    ("no zip", Array("<html>not found</html>".utf8), "can't be read"),
  ]

  private static func damaged(at offset: Int) -> [UInt8] {
    var bytes = zip
    bytes[offset] ^= 1
    return bytes
  }

  @Test("What is wrong with a zip is told, and nothing is left", arguments: unusable.indices)
  func refused(_ index: Int) throws {
    let (name, bytes, message) = Self.unusable[index]
    try withScene(size: bytes.count, of: bytes, Answers.file(bytes)) { scene in
      try scene.fetch()
      let text = errorText { _ = try unpack(packed(scene), scene) }
      #expect(text.contains(message), "\(name): \(text)")
      #expect(text.contains(scene.finalPath))
      #expect(scene.names == [".file.bin.verified", "file.bin"], "\(name)")
    }
  }

  @Test("What a killed process left is cleared away, other files are not")
  func remains() throws {
    try withScene(size: Self.zip.count, of: Self.zip, Answers.file(Self.zip)) { scene in
      try scene.fetch()
      for name in [
        "tiny.txt.4711.0c3f.tmp", "tiny.txt.tmp", "tiny.txt.a1.tmp", "other.txt.5.ff.tmp",
      ] {
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(scene.cache.folder)/\(name)"))
      }
      _ = try unpack(packed(scene), scene)
      #expect(
        scene.names == [
          ".file.bin.verified", "file.bin", "other.txt.5.ff.tmp", "tiny.txt", "tiny.txt.a1.tmp",
          "tiny.txt.tmp",
        ])
    }
  }

  @Test("Of several at a time one unpacks, all get the whole file")
  func together() throws {
    try withScene(size: Self.zip.count, of: Self.zip, Answers.file(Self.zip)) { scene in
      try scene.fetch()
      let packed = try packed(scene)
      let cache = scene.cache
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        let path = try? cache.unpack(packed, progress: ProgressReporter(mode: .quiet))
        #expect((path ?? nil).flatMap { FileManager.default.contents(atPath: $0) } == Self.text)
      }
      #expect(scene.names == [".file.bin.verified", "file.bin", "tiny.txt"])
    }
  }

  @Test("A member must have a plain name", arguments: ["", "folder/.hidden", "/"])
  func names(_ member: String) throws {
    let archive = try RemoteFile(
      url: "https://host/a.zip", size: nil, hash: .sha256Prefix("00000000"), fileName: "a.zip")
    #expect(
      errorText { _ = try PackedFile(archive: archive, member: member, size: nil) }
        .contains("is no plain name"))
  }
}
