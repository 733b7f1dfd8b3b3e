import Basics
import Downloads
import Foundation
import Synchronization
import TestSupport

@testable import Bundles

/// A published tree, a server in front of it, and an empty store.
final class StoreScene: Sendable {
  let folder: String
  let lines = Mutex<[String]>([])

  private let version: BundleVersion

  init(_ folder: String) throws {
    self.folder = folder
    version = try BundleVersion("0.1.0")
  }

  var site: String { "\(folder)/site" }
  var store: BundleStore { BundleStore(folder: "\(folder)/store") }
  var tree: PublishedTree {
    PublishedTree(folder: site, client: version)
  }

  /// Publishes a bundle made up of texts.
  @discardableResult
  func publish(
    _ id: String = "small", _ version: String = "1.0.0",
    contents: [String: String] = SmallBundle.contents, key: MinisignSecretKey = testKey
  ) throws -> [String] {
    let path = "\(folder)/made/\(id)-\(version)"
    try FileManager.default.removeItemIfThere(path)
    return try tree.publish(
      [SmallBundle.write(to: path, id: id, version: version, contents: contents)], key: key,
      days: 30)
  }

  /// No waiting between tries, and a second of patience.
  static let policy: DownloadPolicy = {
    var policy = DownloadPolicy()
    policy.isOffline = false
    policy.retries = 3
    policy.backOff = 0
    policy.maximumBackOff = 0
    policy.connectTimeout = 5
    policy.slowSeconds = 1
    return policy
  }()

  func remote(_ server: TestServer) -> BundleSource {
    .address(
      server.url(""), cache: DownloadCache(folder: "\(folder)/cache"), policy: StoreScene.policy)
  }

  func client(_ source: BundleSource? = nil, key: MinisignPublicKey? = nil, now: Timestamp = .now)
    -> CatalogueClient
  {
    let progress = ProgressReporter(mode: .plain) { text in self.lines.withLock { $0.append(text) }
    }
    var client = CatalogueClient(
      store: store, source: source ?? .folder(site), key: key,
      client: version, progress: progress)
    client.now = now
    return client
  }

  @discardableResult
  func install(
    _ name: String = "small", from source: BundleSource? = nil, key: MinisignPublicKey? = nil,
    now: Timestamp = .now
  ) throws -> BundleInstaller.Outcome {
    let installer = BundleInstaller(
      client: client(source, key: key, now: now), maximumSize: 1_000_000
    ) { shown in self.lines.withLock { $0 += shown } }
    return try installer.install(BundleName(name))
  }

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  /// The names that are installed, each verified to the last byte.
  func installed() throws -> [String] {
    try store.installed().map { bundle in
      let folder = try BundleFolder(bundle.path)
      try folder.verify()
      return bundle.name
    }
  }

  /// Edits the catalogue and signs it anew.
  func resign(_ key: MinisignSecretKey = testKey, _ change: (String) -> String) throws {
    let path = "\(site)/registry.json"
    let text = change(String(decoding: try readFile(path), as: UTF8.self))
    let data = Data(text.utf8)
    let signature = key.sign(data, trustedComment: "edited")
    try AtomicFile.write(data, to: path)
    try AtomicFile.write(signature, to: "\(path).minisig")
    try AtomicFile.write(signature, to: "\(site)/\(PublishedTree.signaturePath(sha256(of: data)))")
  }

  /// A server of the tree's files.
  func server(
    _ harm: @escaping @Sendable (TestServer.Request, Connection, [UInt8]) -> Bool = { _, _, _ in
      false
    }
  )
    throws -> TestServer
  {
    let site = site
    return try TestServer { request, connection in
      guard let data = try? Data(contentsOf: URL(fileURLWithPath: site + request.path)) else {
        connection.head("404 Not Found", [("Content-Length", "0")])
        return
      }
      let bytes = [UInt8](data)
      if harm(request, connection, bytes) { return }
      StoreScene.answer(request, connection, bytes)
    }
  }

  /// As a proper server does: whole, or the rest from an offset on.
  static func answer(_ request: TestServer.Request, _ connection: Connection, _ bytes: [UInt8]) {
    let tag = "\"\(bytes.count)-\((try? sha256(of: Data(bytes))) ?? "")\""
    if let offset = request.offset, request.fields["if-range"] == tag, offset < bytes.count {
      connection.head(
        "206 Partial Content",
        [
          ("ETag", tag), ("Content-Range", "bytes \(offset)-\(bytes.count - 1)/\(bytes.count)"),
          ("Content-Length", "\(bytes.count - offset)"),
        ])
      connection.send(bytes[offset...])
      return
    }
    connection.head("200 OK", [("ETag", tag), ("Content-Length", "\(bytes.count)")])
    connection.send(bytes[...])
  }
}

extension FileManager {
  func removeItemIfThere(_ path: String) throws {
    if fileExists(atPath: path) { try removeItem(atPath: path) }
  }
}
