import Basics
import Foundation

/// A server that is spoken to by requests of JSON, such as MLflow's.
///
/// One thread at a time uses it. A request is sent again after a cut connection or an answer that says the server is
/// busy; redirects are refused, since they would take credentials elsewhere.
package final class WebService {
  /// Most bytes of an answer.
  static let maximumAnswer = 64 << 20

  /// Without a slash at its end.
  package let address: String
  private let headers: [String]
  private let policy: DownloadPolicy
  private let checkInterruption: () throws -> Void

  /// An answer of the server's.
  package struct Answer: Sendable {
    package let status: Int
    package let data: Data

    /// Whether the server did what was asked.
    package var isGood: Bool { (200..<300).contains(status) }
  }

  /// - Parameters:
  ///   - address: such as `http://127.0.0.1:5000`; plain http is spoken with any host, as it was named on purpose.
  ///   - headers: lines of every request, such as `Authorization: Bearer TOKEN`.
  ///   - policy: how patient it is.
  ///   - checkInterruption: throws where the work is to end.
  /// - Throws: `ZooError` of code `.badValue` for what is no address, `.refused` for another scheme than http and https.
  package init(
    _ address: String, headers: [String] = [], policy: DownloadPolicy = DownloadPolicy(),
    checkInterruption: @escaping () throws -> Void = Interruption.check
  ) throws {
    var own = policy
    own.allowsPlainHTTP = true
    self.policy = own
    var text = address
    while text.hasSuffix("/") { text.removeLast() }
    let parts = try Address(text)
    guard ["http", "https"].contains(parts.scheme) else {
      throw ZooError(
        .badValue, "\(address) is no server's address; expected one such as http://127.0.0.1:5000")
    }
    try parts.check(own)
    self.address = text
    self.headers = headers
    self.checkInterruption = checkInterruption
  }

  /// Whether what is sent can be read on the way: plain http to another machine.
  package var isOpen: Bool {
    guard let parts = try? Address(address) else { return true }
    return parts.scheme == "http" && !parts.isLoopback
  }

  /// Sends JSON and returns the answer, whatever its status.
  ///
  /// - Parameters:
  ///   - method: such as `POST`.
  ///   - path: behind the address, such as `/api/2.0/mlflow/runs/create`.
  ///   - value: what is sent; nil sends nothing.
  ///   - isRepeatable: whether it does no harm twice; else nothing is sent again once a connection stood.
  /// - Throws: `ZooError` of code `.download` where no answer comes; what `checkInterruption` throws.
  /// - Returns: the answer.
  package func send(
    _ method: String, _ path: String, _ value: JSONValue? = nil, isRepeatable: Bool = true
  ) throws -> Answer {
    let content = value.map { Transfer.Content.data(Data($0.text(pretty: false).utf8)) } ?? .none
    return try send(method, path, content, type: "application/json", isRepeatable: isRepeatable)
  }

  /// Sends a file.
  ///
  /// - Parameters:
  ///   - file: its path on this machine.
  ///   - path: behind the address.
  /// - Throws: as `send`, and `ZooError` of code `.system` for a file that can't be read.
  /// - Returns: the answer, whatever its status.
  package func put(file: String, _ path: String) throws -> Answer {
    guard access(file, R_OK) == 0 else {
      throw ZooError(
        .system, "can't be read: \(String(cString: strerror(errno)))", at: Place(path: file))
    }
    return try send("PUT", path, .file(file), type: "application/octet-stream")
  }

  private func send(
    _ method: String, _ path: String, _ content: Transfer.Content, type: String,
    isRepeatable: Bool = true
  ) throws -> Answer {
    guard !policy.isOffline else {
      throw ZooError(
        .refused, "the network is switched off (ENCODERZOO_OFFLINE)", at: Place(path: address))
    }
    let target = try Address(address + path)
    var wait = policy.backOff
    for left in stride(from: isRepeatable ? policy.retries : 0, through: 0, by: -1) {
      try checkInterruption()
      do {
        let answer = try once(target, method, content, type)
        guard [429, 502, 503, 504].contains(answer.status), left > 0 else { return answer }
      } catch let failure as TransferFailure {
        guard failure.isWorthRetrying(hasArrived: false), left > 0 else {
          throw failure.error(at: target.text, host: target.host, policy: policy)
        }
      }
      try pause(wait)
      wait = min(2 * wait, policy.maximumBackOff)
    }
    preconditionFailure("the last try returns or throws")
  }

  private func once(
    _ target: Address, _ method: String, _ content: Transfer.Content, _ type: String
  )
    throws -> Answer
  {
    var status = 0
    var data = Data()
    let transfer = Transfer(
      onHead: { status = $0.status },
      onBody: { bytes in
        guard data.count + bytes.count <= Self.maximumAnswer else {
          throw ZooError(
            .download, "the answer is longer than \(byteText(Self.maximumAnswer))",
            at: Place(path: target.text))
        }
        data.append(contentsOf: bytes)
      }, onWait: checkInterruption)
    var request = Transfer.Request(address: target)
    request.method = method
    request.content = content
    request.headers = headers
    if case .none = content {} else { request.headers.append("Content-Type: \(type)") }
    var patience = policy
    // While a server stores a large file it says nothing.
    if case .file = content { patience.slowSeconds = max(600, policy.slowSeconds) }
    try transfer.perform(request, policy: patience)
    return Answer(status: status, data: data)
  }

  private func pause(_ seconds: Double) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      try checkInterruption()
      usleep(50_000)
    }
  }
}
