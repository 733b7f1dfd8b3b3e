import Foundation

/// A process of some machine, told apart from every other one that runs or ran.
///
/// Hosts may share a name, and numbers of processes are used again: the boot, the process's namespace and the moment
/// when it started tell the rest.
package struct ProcessIdentity: Sendable, Equatable {
  /// The machine's name, for a person.
  package let host: String
  package let process: Int32
  /// Boot and namespace: where the number of the process has its meaning.
  package let realm: String
  /// When the process started, in the kernel's ticks since the boot.
  package let started: String

  /// This process.
  package static let current = ProcessIdentity(
    host: ProcessInfo.processInfo.hostName, process: getpid(), realm: ownRealm,
    started: start(of: getpid()) ?? "")

  private static let ownRealm: String = {
    let boot = (try? readFile("/proc/sys/kernel/random/boot_id")) ?? Data()
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    return String(decoding: boot, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      + " " + (space ?? "")
  }()

  /// Whether the process is known to be gone: it ran here, and does not any more.
  ///
  /// Of another machine's processes nothing is known.
  package var isGone: Bool {
    guard realm == Self.ownRealm else { return false }
    return Self.start(of: process) != started
  }

  /// As it is written to a file.
  package var json: JSONValue {
    [
      "host": host.json, "process": Int(process).json, "realm": realm.json,
      "started": started.json,
    ]
  }

  /// Reads what ``json`` gave.
  ///
  /// - Throws: `ZooError` with the place for another form.
  package init(_ value: JSONValue) throws {
    var members = try value.object()
    host = try members.string("host")
    process = Int32(try members.required("process").integer(in: 1...Int(Int32.max)))
    realm = try members.string("realm")
    started = try members.string("started")
    try members.finish()
  }

  private init(host: String, process: Int32, realm: String, started: String) {
    (self.host, self.process, self.realm, self.started) = (host, process, realm, started)
  }

  /// The 22nd field of `/proc/PID/stat`; the name before it may hold spaces and parentheses.
  private static func start(of process: Int32) -> String? {
    guard let data = try? readFile("/proc/\(process)/stat") else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    // A zombie has ended: it only waits to be asked how.
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return String(fields[19])
  }
}
