import Basics
import Bundles
import Foundation
import TestSupport
import Testing

/// A program of the system, where it is installed.
private func tool(_ name: String) -> String? {
  ["/usr/bin", "/usr/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}

@Suite(
  "Bundles, minisign and nginx", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct BundleInteroperabilityTests {
  private func run(_ program: String, _ arguments: [String], input: String = "") throws -> (
    status: Int32, text: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    // From a file: a program that asks for no word may be gone before a pipe is written to.
    let words = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data(input.utf8).write(to: words)
    defer { try? FileManager.default.removeItem(at: words) }
    let stdout = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: words)
    process.standardOutput = stdout
    process.standardError = stdout
    try process.run()
    let text = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  @Test(
    "Debian's minisign verifies our signature, and we verify its, with plain and encrypted keys",
    .enabled(if: tool("minisign") != nil, "minisign is not installed"), arguments: [true, false])
  func minisign(_ isPlain: Bool) throws {
    let minisign = try #require(tool("minisign"))
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      try scene.make("words", "1.0.0")
      let manifest = "\(folder)/words/bundle.json"
      let word = "a good passphrase"
      try AtomicFile.write("\(word)\n", to: "\(folder)/word")

      // Our key and signature there.
      let key =
        ["--output", "\(folder)/ours"]
        + (isPlain ? ["--plain"] : ["--passphrase-file", "\(folder)/word"])
      try scene.succeed(["bundle", "keygen"] + key)
      try scene.succeed(
        "bundle", "sign", "\(folder)/words", "--key", "\(folder)/ours.key", "--passphrase-file",
        "\(folder)/word")
      let verified = try run(minisign, ["-V", "-p", "\(folder)/ours.pub", "-m", manifest])
      #expect(verified.status == 0, "\(verified.text)")
      #expect(verified.text.contains("Trusted comment: bundle words@1.0.0"))
      let signed = try run(
        minisign, ["-S", "-s", "\(folder)/ours.key", "-m", "\(folder)/study.json"],
        input: "\(word)\n")
      #expect(signed.status == 0, "\(signed.text)")

      // Its key and signature here.
      try FileManager.default.removeItem(atPath: "\(manifest).minisig")
      let (open, secret) = ("\(folder)/theirs.pub", "\(folder)/theirs.key")
      let made = try run(
        minisign, ["-G", "-p", open, "-s", secret] + (isPlain ? ["-W"] : []),
        input: "\(word)\n\(word)\n")
      try #require(made.status == 0, "\(made.text)")
      let theirs = try run(minisign, ["-S", "-s", secret, "-m", manifest], input: "\(word)\n")
      #expect(theirs.status == 0, "\(theirs.text)")
      let here = try scene.succeed("bundle", "verify", "\(folder)/words", "--key", open)
      #expect(here.output.contains("signature: of the key"))
      try scene.succeed(
        "bundle", "publish", "\(folder)/words", "--to", "\(folder)/site", "--key", secret,
        "--passphrase-file", "\(folder)/word")
      let tree = try run(minisign, ["-V", "-p", open, "-m", "\(folder)/site/registry.json"])
      #expect(tree.status == 0, "\(tree.text)")

      // The legacy algorithm, which it still writes on demand.
      try FileManager.default.removeItem(atPath: "\(manifest).minisig")
      let legacy = try run(
        minisign, ["-S", "-l", "-s", secret, "-m", manifest], input: "\(word)\n")
      #expect(legacy.status == 0, "\(legacy.text)")
      let refused = try scene.run("bundle", "verify", "\(folder)/words", "--key", open)
      #expect(refused.status == 1 && refused.error.contains("legacy algorithm Ed"))
    }
  }

  @Test(
    "Served by nginx, installed into an empty home: predict gives the same bits",
    .enabled(if: tool("nginx") != nil, "nginx is not installed"))
  func nginx() throws {
    let nginx = try #require(tool("nginx"))
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      try scene.succeed("bundle", "keygen", "--plain", "--output", "\(folder)/zoo")
      try scene.make("words", "1.0.0")
      try scene.publish("words")
      let port = try freePort()
      let settings = """
        daemon off; master_process off; pid \(folder)/nginx.pid; error_log \(folder)/nginx.log;
        events {}
        http {
          access_log off; client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
          fastcgi_temp_path \(folder)/fastcgi; uwsgi_temp_path \(folder)/uwsgi;
          scgi_temp_path \(folder)/scgi;
          server { listen 127.0.0.1:\(port); root \(folder)/site; }
        }
        """
      try AtomicFile.write(settings, to: "\(folder)/nginx.conf")
      let server = Process()
      server.executableURL = URL(fileURLWithPath: nginx)
      server.arguments = ["-p", folder, "-c", "\(folder)/nginx.conf"]
      server.standardError = FileHandle.nullDevice
      try server.run()
      defer {
        // Without a master process nginx may sit out a SIGTERM whose signal it inherited blocked.
        kill(server.processIdentifier, SIGKILL)
        server.waitUntilExit()
      }
      let address = "http://127.0.0.1:\(port)"
      var installed = try scene.run("bundle", "install", "words", "--from", address)
      for _ in 0..<50 where installed.status != 0 {
        usleep(100_000)
        installed = try scene.run("bundle", "install", "words", "--from", address)
      }
      try #require(installed.status == 0, "\(installed.error)")
      let text = ["--text", "There is a large effusion.", "--json"]
      let here = try scene.succeed(["predict", "\(folder)/model"] + text)
      let there = try scene.succeed(["predict", "words"] + text)
      #expect(here.output == there.output && there.output.contains("logit"))
    }
  }

  /// A port that nobody listens at just now.
  private func freePort() throws -> UInt16 { try TestServer { _, _ in }.port }
}
