import Basics
import Downloads
import Foundation

extension PublishedTree {
  /// The state there, signed by the key; the first one where nothing is published yet.
  ///
  /// - Throws: `ZooError` of code `.untrusted` for a tree of another key, or what is wrong with it.
  func current(_ key: MinisignPublicKey) throws -> BundleIndex {
    let path = "\(folder)/\(BundleIndex.fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
      return BundleIndex(
        version: 0, generated: now, expires: now, minimumClient: client, entries: [], revoked: [])
    }
    let data = try BundleFolder.bytes(path, limit: BundleIndex.maximumSize)
    let name = "\(folder)/\(PublishedTree.signaturePath(try sha256(of: data)))"
    let signature = try MinisignSignature(
      BundleFolder.bytes(name, limit: MinisignSignature.maximumSize), path: name)
    guard signature.keyID == key.id else {
      throw ZooError(
        .untrusted,
        "what is published there is signed by the key \(signature.keyID); this is \(key.id)",
        at: Place(path: folder),
        advice:
          "use that key, or pass the tree on: zoo bundle rotate \(folder) --key OLD --new-key NEW")
    }
    try signature.verify(data, key: key)
    return try BundleIndex.parse(data, path: path)
  }

  /// Writes the next version; the renaming of `registry.json` is the moment it counts from.
  func write(_ index: inout BundleIndex, key: MinisignSecretKey, days: Int) throws {
    index.version += 1
    index.generated = now
    index.expires = now.adding(days: days)
    index.minimumClient = client
    let data = index.data
    // Read back, so that nothing is published that readers would refuse.
    guard try BundleIndex.parse(data, path: "\(folder)/\(BundleIndex.fileName)") == index else {
      preconditionFailure("a catalogue that reads back otherwise")
    }
    let signature = key.sign(
      data, trustedComment: "catalogue version \(index.version) generated \(index.generated)")
    let path = "\(folder)/\(PublishedTree.signaturePath(try sha256(of: data)))"
    try AtomicFile.makeFolder(parentFolder(of: path))
    try AtomicFile.write(signature, to: path)
    let keyPath = "\(folder)/\(PublishedTree.keyName)"
    if !FileManager.default.fileExists(atPath: keyPath) {
      try AtomicFile.write(key.publicKey.fileText, to: keyPath)
    }
    try Interruption.check()
    try AtomicFile.write(data, to: "\(folder)/\(BundleIndex.fileName)")
    try AtomicFile.write(signature, to: "\(folder)/\(BundleIndex.signatureName)")
  }

  /// Runs `body` alone among processes, what killed ones left half-done removed before.
  func locked<Result>(_ body: () throws -> Result) throws -> Result {
    try AtomicFile.makeFolder(folder)
    let lock = try FileLock("\(folder)/.publish.lock") { try Interruption.check() }
    try repair()
    let result = try body()
    _ = consume lock
    return result
  }

  private func repair() throws {
    let files = FileManager.default
    for path in files.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? []
    where path.hasSuffix(".tmp") || path.hasSuffix(".new") {
      unlink("\(folder)/\(path)")
    }
    let path = "\(folder)/\(BundleIndex.fileName)"
    guard files.fileExists(atPath: path) else { return }
    let digest = try sha256(ofFile: path)
    let signature = try? readFile("\(folder)/\(PublishedTree.signaturePath(digest))")
    let shown = "\(folder)/\(BundleIndex.signatureName)"
    if let signature, (try? readFile(shown)) != signature {
      try AtomicFile.write(signature, to: shown)
    }
  }
}
