import Basics
import Downloads
import Foundation
import TestSupport
import Testing

@testable import Bundles

@Suite("Catalogues and trust")
struct CatalogueTests {
  private func withScene<Result>(_ body: (StoreScene) throws -> Result) throws -> Result {
    try withTemporaryFolder { try body(StoreScene($0)) }
  }

  @Test("What was published is installed to the byte, its licences shown and recorded")
  func install() throws {
    try withScene { scene in
      #expect(try scene.publish().first == "published small@1.0.0")
      let outcome = try scene.install()
      #expect(outcome.isNew)
      #expect(try scene.installed() == ["small@1.0.0"])
      #expect(outcome.bundle.record.licences.weights == "CC0-1.0")
      #expect(outcome.bundle.record.key == "\(testKey.publicKey)")
      #expect(scene.text.contains("licence of the weights: CC0-1.0"))
      #expect(scene.text.contains("trusting the key \(testKey.publicKey)"))
      #expect(try !scene.install().isNew)
      #expect(try readFile("\(outcome.bundle.path)/README.md") == Data("a card\n".utf8))
    }
  }

  @Test("A version is final: other content under its number is refused, the same is nothing new")
  func final() throws {
    try withScene { scene in
      try scene.publish()
      let before = try readFile("\(scene.site)/registry.json")
      #expect(try scene.publish() == ["small@1.0.0 is published already"])
      var other = SmallBundle.contents
      other["README.md"] = "another card\n"
      let found = errorText { try scene.publish(contents: other) }
      #expect(found.contains("a version is final"), "\(found)")
      #expect(try readFile("\(scene.site)/registry.json") == before)
    }
  }

  @Test("Without a bundle the catalogue is renewed: a later version and expiry")
  func renew() throws {
    try withScene { scene in
      try scene.publish()
      var later = scene.tree
      later.now = Timestamp.now.adding(days: 20)
      _ = try later.publish([], key: testKey, days: 30)
      let index = try scene.client(now: Timestamp.now.adding(days: 40)).load()
      #expect(index.version == 2 && index.entries.count == 1)
    }
  }

  @Test("Every flipped byte of the catalogue is noticed before it is parsed, and nothing is kept")
  func flipped() throws {
    try withScene { scene in
      try scene.publish()
      let path = "\(scene.site)/registry.json"
      let data = try readFile(path)
      for index in stride(from: 0, to: data.count, by: 7) {
        var changed = data
        changed[index] ^= 4
        try AtomicFile.write(changed, to: path)
        let found = errorText { try scene.install() }
        #expect(found.contains("does not fit the bytes"), "byte \(index): \(found)")
      }
      #expect(try scene.store.trusted().isEmpty)
      #expect(try scene.installed().isEmpty)
    }
  }

  @Test(
    "A signed catalogue that breaks the rules is refused",
    arguments: [
      ("\"schema\": 1", "\"schema\": 9", "unknown schema"),
      ("\"version\": 1,", "\"version\": 1, \"version\": 2,", "\"version\""),
      ("\"version\": 1,", "\"version\": 1.5,", "expected a whole number"),
      ("\"version\": 1,", "\"version\": 0,", "found 0"),
      ("\"minimumClient\": \"0.1.0\"", "\"minimumClient\": \"9.0.0\"", "needs version 9.0.0"),
      ("\"expires\": \"20", "\"expires\": \"19", "expired on"),
      ("\"revoked\": []", "\"revoked\": [], \"more\": 1", "unknown key \"more\""),
      ("\"id\": \"small\"", "\"id\": \"..\"", "the name is"),
      ("\"size\": ", "\"size\": -", "found -"),
      ("\"size\": ", "\"size\": 99999999999999999", "found"),
      ("\"sha256\": \"", "\"sha256\": \"A", "64 lower-case"),
      ("\"sha256\": \"", "\"sha256\": \"../", "64 lower-case"),
      ("\"status\": \"active\"", "\"status\": \"actve\"", "did you mean \"active\"?"),
    ])
  func rules(_ old: String, _ new: String, _ expected: String) throws {
    try withScene { scene in
      try scene.publish()
      try scene.resign { $0.replacingOccurrences(of: old, with: new) }
      let found = errorText { try scene.install() }
      #expect(found.contains(expected), "\(found)")
      #expect(try scene.store.trusted().isEmpty && scene.installed().isEmpty)
    }
  }

  @Test("One entry twice is refused")
  func doubled() throws {
    try withScene { scene in
      try scene.publish("one")
      try scene.publish("two")
      try scene.resign { $0.replacingOccurrences(of: "\"id\": \"two\"", with: "\"id\": \"one\"") }
      #expect(errorText { try scene.install("one") }.contains("stands twice"))
    }
  }

  @Test("An older catalogue than one seen, and another of the same version, are refused")
  func rollback() throws {
    try withScene { scene in
      try scene.publish()
      let old = try ["registry.json", "registry.json.minisig"].map {
        ($0, try readFile("\(scene.site)/\($0)"))
      }
      try scene.publish("small", "1.1.0")
      try scene.install()
      let trusted = try scene.store.trusted()
      for (name, data) in old { try AtomicFile.write(data, to: "\(scene.site)/\(name)") }
      #expect(
        errorText { try scene.install("small@1.0.0") }
          .contains("is version 1; version 2 was seen before"))
      try scene.resign { $0.replacingOccurrences(of: "\"version\": 1,", with: "\"version\": 2,") }
      #expect(errorText { try scene.install("small@1.0.0") }.contains("has other content"))
      #expect(try scene.store.trusted() == trusted)
      #expect(try scene.installed() == ["small@1.1.0"])
    }
  }

  @Test("An expired catalogue is refused; what is installed stays and is found")
  func expired() throws {
    try withScene { scene in
      try scene.publish()
      try scene.install()
      let found = errorText { try scene.install(now: Timestamp.now.adding(days: 31)) }
      #expect(found.contains("expired on") && found.contains("goes on working"), "\(found)")
      #expect(try scene.store.find(BundleName("small")) != nil)
    }
  }

  @Test("A catalogue of another key is refused once one is pinned, and so is a key that is not it")
  func otherKeys() throws {
    try withScene { scene in
      try scene.publish()
      #expect(
        errorText { try scene.install(key: otherKey.publicKey) }
          .contains("which has not passed it on"))
      try scene.install(key: testKey.publicKey)
      #expect(
        errorText { try scene.install(key: otherKey.publicKey) }.contains("and --key names"))
      try scene.resign(otherKey) {
        $0.replacingOccurrences(of: "\"version\": 1,", with: "\"version\": 2,")
      }
      #expect(errorText { try scene.install() }.contains("which has not passed it on"))
      #expect(errorText { try scene.publish("small", "2.0.0") }.contains("is signed by the key"))
    }
  }

  @Test("A key passes the tree on to another, and that one to a third; readers follow")
  func rotation() throws {
    try withScene { scene in
      let third = MinisignSecretKey(
        seed: [UInt8](repeating: 5, count: 32), id: [UInt8](repeating: 5, count: 8))
      try scene.publish()
      try scene.install()
      _ = try scene.tree.rotate(from: testKey, to: otherKey, days: 30)
      try scene.publish("small", "1.1.0", key: otherKey)
      _ = try scene.tree.rotate(from: otherKey, to: third, days: 30)
      try scene.install("small@1.1.0")
      #expect(try scene.store.trusted().map(\.key) == [third.publicKey])
      #expect(scene.text.contains("has passed it on"))
      #expect(errorText { try scene.publish("small", "1.2.0") }.contains("is signed by the key"))

      // A rotation that the old key did not sign.
      let path = "\(scene.site)/\(PublishedTree.successorPath(third.publicKey.id))"
      let text = Data(testKey.publicKey.fileText.utf8)
      try AtomicFile.write(text, to: path)
      try AtomicFile.write(testKey.sign(text, trustedComment: "mine"), to: "\(path).minisig")
      try scene.resign(testKey) {
        $0.replacingOccurrences(of: "\"version\": 4,", with: "\"version\": 5,")
      }
      #expect(errorText { try scene.install() }.contains("the signature is of the key"))
    }
  }

  @Test(
    "A revoked version is not installed, one that is installed is named, a newer one takes over")
  func revoked() throws {
    try withScene { scene in
      try scene.publish()
      try scene.install()
      try scene.publish("small", "1.1.0")
      _ = try scene.tree.revoke(
        BundleName("small@1.0.0"), reason: "swapped labels", key: testKey, days: 30)
      var heard: [String] = []
      let updater = BundleUpdater(store: scene.store) { source in
        BundleInstaller(client: scene.client(source), maximumSize: 1_000_000) { _ in }
      }
      try updater.update(nil) { heard.append($0) }
      #expect(
        heard == [
          "small@1.0.0 → 1.1.0",
          "small@1.0.0 was REVOKED by its publisher: swapped labels",
        ])
      #expect(try scene.installed() == ["small@1.0.0", "small@1.1.0"])
      #expect(try scene.store.remove(BundleName("small@1.0.0")) == ["small@1.0.0"])
      #expect(
        errorText { try scene.install("small@1.0.0") }
          .contains("small@1.0.0 was revoked by its publisher: swapped labels"))
      #expect(
        errorText {
          _ = try scene.tree.revoke(
            BundleName("small@1.0.0"), reason: "again", key: testKey, days: 30)
        }.contains("revoked already"))
    }
  }

  @Test("Names that are not published lead to the nearest one")
  func names() throws {
    try withScene { scene in
      try scene.publish()
      #expect(errorText { try scene.install("smal") }.contains("did you mean \"small\"?"))
      #expect(errorText { try scene.install("small@2.0.0") }.contains("published: 1.0.0"))
      #expect(
        errorText { _ = try scene.store.remove(BundleName("small")) }.contains("no bundle is"))
    }
  }

  @Test("A bundle larger than allowed is refused before its files are fetched")
  func large() throws {
    try withScene { scene in
      try scene.publish(contents: ["README.md": String(repeating: "x", count: 1_000_001)])
      #expect(errorText { try scene.install() }.contains("has 1000001 bytes; expected at most"))
    }
  }

  @Test(
    "Addresses that are not https are refused, but for this machine's own",
    arguments: [
      ("http://models.example.org", "is plain http; expected https"),
      ("file:///srv/models", "is a file URL"), ("ftp://models.example.org", "scheme \"ftp\""),
      ("https://me:secret@models.example.org", "user name or password"),
    ])
  func addresses(_ address: String, _ expected: String) throws {
    try withScene { scene in
      let found = errorText {
        guard
          case .address(let text, _, _) = try BundleSource.given(
            address, policy: StoreScene.policy)
        else { return }
        _ = try scene.client(
          .address(text, cache: .init(folder: "\(scene.folder)/cache"), policy: StoreScene.policy)
        ).load()
      }
      #expect(found.contains(expected), "\(found)")
    }
  }
}
