import Basics
import Foundation
import TestSupport

/// A headless Chromium, driven by its chromedriver over the W3C's WebDriver protocol
/// (https://www.w3.org/TR/webdriver2/), spoken by curl: URLSession refuses the driver's answers.
final class WebDriver {
  /// Chromium, its driver and curl as Debian installs them; nil where one of them is missing.
  static let programs: (browser: String, driver: String, curl: String)? = {
    let programs = ("/usr/bin/chromium", "/usr/bin/chromedriver", "/usr/bin/curl")
    let files = FileManager.default
    return [programs.0, programs.1, programs.2].allSatisfy(files.isExecutableFile(atPath:))
      ? programs : nil
  }()

  /// Runs the driver in a session of its own until its input ends, for ten minutes at most.
  ///
  /// The input ends when the test does, killed or not. Then all of the session is killed and its
  /// folder removed. By SIGKILL, as Foundation's processes that start on a thread of Dispatch's have
  /// SIGTERM blocked.
  private static let guardian = """
    exec 2> /dev/null
    setsid "$1" --port=0 < /dev/null &
    read -rt 600
    kill -KILL -- -$!
    wait
    for pause in 0 0.1 0.5 2; do sleep $pause; rm -rf -- "$2" && break; done
    """

  private let process = Process()
  private let life = Pipe()
  private let base: String
  private var session = ""

  /// Runs `body` with a browser, which is gone afterwards however `body` ends.
  static func run(_ body: (WebDriver) async throws -> Void) async throws {
    let folder = try shortFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let driver = try WebDriver(folder: folder)
    defer { driver.end() }
    try await driver.begin(profile: "\(folder)/profile")
    try await body(driver)
  }

  /// A folder with a short name: the browser's sockets lie below it, and their paths have 107 bytes at most.
  private static func shortFolder() throws -> String {
    let temporary = FileManager.default.temporaryDirectory.path
    var template = Array("\(temporary)/b.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ZooError(.system, "no folder can be made in \(temporary)")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Starts the driver on a port the system gives; `folder` goes with it.
  private init(folder: String) throws {
    guard let programs = WebDriver.programs else {
      throw ZooError(.notFound, "Chromium is not installed")
    }
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", WebDriver.guardian, "browser", programs.driver, folder]
    // Killed, the browser leaves its own temporary folders where they are.
    process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": folder]) { $1 }
    let output = Pipe()
    process.standardInput = life
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    var port: Substring?
    while port == nil {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { throw ZooError(.system, "chromedriver did not start: \(text)") }
      text += String(decoding: data, as: UTF8.self)
      port = text.firstMatch(of: /successfully on port ([0-9]+)/)?.1
    }
    base = "http://127.0.0.1:\(port ?? "0")"
  }

  /// Opens a browser without a window.
  private func begin(profile: String) async throws {
    let answer = try await send(
      "POST", "/session",
      [
        "capabilities": [
          "alwaysMatch": [
            "goog:chromeOptions": [
              "binary": (WebDriver.programs?.browser ?? "chromium").json,
              "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--window-size=1200,1000", "--user-data-dir=\(profile)".json,
              ],
            ],
            "goog:loggingPrefs": ["browser": "ALL", "performance": "ALL"],
          ]
        ]
      ])
    var object = try answer.object()
    session = try object.string("sessionId")
  }

  private func end() {
    try? life.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Opens an address.
  func open(_ address: String) async throws {
    _ = try await send("POST", "/url", ["url": address.json])
  }

  /// Opens a file.
  func open(file path: String) async throws {
    try await open(URL(fileURLWithPath: path).absoluteString)
  }

  /// What a function's body returns, run in the page; a promise is waited for.
  func run(_ body: String) async throws -> JSONValue {
    try await send(
      "POST", "/execute/sync", ["script": body.json, "args": []])
  }

  /// Sends keys to the element of an id, as the keyboard would.
  func press(_ keys: String, in id: String) async throws {
    let found = try await send(
      "POST", "/element", ["using": "css selector", "value": "#\(id)".json])
    guard case .object(let members) = found.content, let element = members.first else {
      throw ZooError(.notFound, "no element \(id)")
    }
    _ = try await send(
      "POST", "/element/\(try element.value.string())/value",
      ["text": keys.json])
  }

  /// Sends keys to whatever has the focus.
  func press(_ keys: String) async throws {
    let actions = keys.flatMap { key -> [JSONValue] in
      ["keyDown", "keyUp"].map {
        ["type": $0.json, "value": String(key).json]
      }
    }
    _ = try await send(
      "POST", "/actions",
      ["actions": [["type": "key", "id": "keys", "actions": JSONValue(.array(actions))]]])
  }

  /// A command of the browser's own protocol.
  func command(_ name: String, _ parameters: JSONValue = [:]) async throws -> JSONValue {
    try await send(
      "POST", "/goog/cdp/execute", ["cmd": name.json, "params": parameters])
  }

  /// What the console has said since it was asked last.
  func console() async throws -> [String] {
    try await send("POST", "/se/log", ["type": "browser"]).array().map {
      var entry = try $0.object()
      return "\(try entry.string("level")): \(try entry.string("message"))"
    }
  }

  /// The addresses asked for since this was asked last, but what the page itself holds and the browser's
  /// own pages.
  func requests() async throws -> [String] {
    try await send("POST", "/se/log", ["type": "performance"]).array().compactMap {
      var entry = try $0.object()
      var event = try JSONValue.parse(Data(try entry.string("message").utf8)).object()
      var message = try event.required("message").object()
      guard try message.string("method") == "Network.requestWillBeSent" else { return nil }
      var parameters = try message.required("params").object()
      var request = try parameters.required("request").object()
      let address = try request.string("url")
      return address.hasPrefix("data:") || address.hasPrefix("chrome:") ? nil : address
    }
  }

  private func send(_ method: String, _ path: String, _ body: JSONValue?) async throws -> JSONValue
  {
    let address = base + (session.isEmpty ? "" : "/session/\(session)") + path
    let curl = Process()
    curl.executableURL = URL(fileURLWithPath: WebDriver.programs?.curl ?? "curl")
    curl.arguments = [
      "--silent", "--show-error", "--max-time", "60", "--request", method, "--header",
      "Content-Type: application/json", "--data-binary", "@-", address,
    ]
    let (input, output) = (Pipe(), Pipe())
    curl.standardInput = input
    curl.standardOutput = output
    try curl.run()
    let text = method == "POST" ? body?.text(pretty: false) ?? "" : ""
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    curl.waitUntilExit()
    let found = String(decoding: data.prefix(600), as: UTF8.self)
    guard curl.terminationStatus == 0 else {
      throw ZooError(.system, "\(method) \(path): \(found)")
    }
    var answer = try JSONValue.parse(data).object()
    let value = answer.value("value") ?? nil
    if case .object(let members) = value.content, members.contains(where: { $0.key == "error" }) {
      throw ZooError(.system, "\(method) \(path): \(found)")
    }
    return value
  }
}
