import Basics
import Foundation
import TestSupport
import Testing

@testable import Downloads

@Suite("The cache")
struct CacheTests {
  private func put(_ bytes: [UInt8], _ scene: Scene) throws {
    try AtomicFile.makeFolder(scene.cache.folder)
    try Data(bytes).write(to: URL(fileURLWithPath: scene.finalPath))
  }

  @Test("The folder is XDG_CACHE_HOME's, else .cache of the home folder, else an error")
  func standard() throws {
    func folder(_ environment: [String: String]) throws -> String {
      try DownloadCache.standard(environment: environment).folder
    }
    #expect(try folder(["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/encoderzoo/weights")
    #expect(try folder(["XDG_CACHE_HOME": "c", "HOME": "/h"]) == "/h/.cache/encoderzoo/weights")
    #expect(try folder(["XDG_CACHE_HOME": "", "HOME": "/h"]) == "/h/.cache/encoderzoo/weights")
    #expect(
      errorText { _ = try folder(["HOME": ""]) }.contains("neither XDG_CACHE_HOME nor HOME"))
  }

  @Test("A file put there by hand is hashed once")
  func byHand() throws {
    try withScene(Answers.status("500 Oh")) { scene in
      #expect(scene.cache.path(for: scene.file) == nil)
      try put(payload, scene)
      #expect(scene.cache.path(for: scene.file) == scene.finalPath)
      try scene.fetch()
      #expect(scene.names == [".file.bin.verified", "file.bin"])
      #expect(scene.server.requests.isEmpty)
    }
  }

  @Test("A file of the wrong size or hash is replaced", arguments: [299_999, 300_000])
  func wrong(_ size: Int) throws {
    try withScene(Answers.file()) { scene in
      try put([UInt8](repeating: 1, count: size), scene)
      #expect((scene.cache.path(for: scene.file) == nil) == (size != payload.count))
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.log.text.contains("downloading it again"))
    }
  }

  @Test("A change that keeps size and time is found when asked for, one that doesn't always")
  func touched() throws {
    try withScene(Answers.file()) { scene in
      try scene.fetch()
      var information = stat()
      stat(scene.finalPath, &information)
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: scene.finalPath))
      try handle.write(contentsOf: Data([payload[0] ^ 1]))
      try handle.close()
      let times = [information.st_atim, information.st_mtim]
      utimensat(AT_FDCWD, scene.finalPath, times, 0)
      try scene.fetch()
      #expect(scene.content != payload)
      try scene.fetch(verify: true)
      #expect(scene.content == payload)
      try put(payload.reversed(), scene)
      try scene.fetch()
      #expect(scene.content == payload)
      #expect(scene.server.requests.count == 3)
    }
  }

  @Test("A verified file of another hash than the one asked for is not at hand")
  func otherVersion() throws {
    try withScene(Answers.file()) { scene in
      try scene.fetch()
      var scene = scene
      scene.file = try RemoteFile(
        url: scene.file.url, size: nil, hash: .sha256Prefix("00000000"), fileName: "file.bin")
      #expect(scene.cache.path(for: scene.file) == nil)
      #expect(scene.failure().contains("nothing was kept"))
      #expect(scene.names == [])
    }
  }

  @Test("Offline, what is there is found and nothing else is asked for")
  func offline() throws {
    try withScene(Answers.file()) { scene in
      var policy = quickPolicy
      policy.isOffline = true
      let text = scene.failure(policy)
      #expect(
        text.contains("ENCODERZOO_OFFLINE forbids it, and it is not in \(scene.cache.folder)"))
      try put([1], scene)
      #expect(scene.failure(policy).contains("has 1 bytes; expected 300000"))
      try put(payload, scene)
      try scene.fetch(policy)
      #expect(scene.server.requests.isEmpty)
      #expect(DownloadPolicy.isOffline(["ENCODERZOO_OFFLINE": "1"]))
      #expect(!DownloadPolicy.isOffline(["ENCODERZOO_OFFLINE": "0"]))
      #expect(!DownloadPolicy.isOffline([:]))
    }
  }

  @Test("A folder in the file's place is said, and stays")
  func folderInPlace() throws {
    try withScene(Answers.file()) { scene in
      try AtomicFile.makeFolder(scene.finalPath)
      #expect(scene.cache.path(for: scene.file) == nil)
      let text = scene.failure()
      #expect(text.contains("\(scene.finalPath): is a folder or no plain file"), "\(text)")
      #expect(scene.names == ["file.bin"])
      #expect(scene.server.requests.isEmpty)
    }
  }

  @Test("A folder that comes while the file does is said, and what came is kept")
  func folderMeanwhile() throws {
    try withScene(Answers.file()) { scene in
      let text = errorText {
        try scene.fetch {
          if FileManager.default.fileExists(atPath: scene.partialPath) {
            try AtomicFile.makeFolder("\(scene.finalPath)/x")
          }
        }
      }
      #expect(text.contains("\(scene.finalPath): can't be put in place"), "\(text)")
      #expect(scene.names == [".file.bin.partial", ".file.bin.partial.json", "file.bin"])
    }
  }

  @Test("A folder in the partial file's place is said")
  func folderForPartial() throws {
    try withScene(Answers.file()) { scene in
      try AtomicFile.makeFolder("\(scene.partialPath)/x")
      #expect(scene.failure().contains("\(scene.partialPath): can't be written: Is a directory"))
      #expect(scene.names == [".file.bin.partial"])
    }
  }

  @Test("A cache that can't be made says what to set")
  func unusable() throws {
    try withScene(Answers.file()) { scene in
      // A file where the folder should be: refuses the superuser too.
      try Data().write(to: URL(fileURLWithPath: scene.cache.folder))
      let text = scene.failure()
      #expect(text.contains("can't make the folder"), "\(text)")
      #expect(text.contains("Set XDG_CACHE_HOME to a folder that can be written."))
      #expect(scene.server.requests.isEmpty)
    }
  }

  @Test(
    "A cache that can't be written says what to set",
    .enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func unwritable() throws {
    try withScene(Answers.file()) { scene in
      try AtomicFile.makeFolder(scene.cache.folder)
      chmod(scene.cache.folder, 0o555)
      defer { chmod(scene.cache.folder, 0o755) }
      let text = scene.failure()
      #expect(text.contains("can't make the lock file: Permission denied"), "\(text)")
      #expect(text.contains("Set XDG_CACHE_HOME"))
    }
  }
}
