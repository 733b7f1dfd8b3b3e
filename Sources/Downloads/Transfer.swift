import Basics
import CTransfer
import Foundation

/// One request and its answer.
///
/// libcurl calls back on the thread that called `perform`, so nothing here is shared. An error that
/// a handler throws ends the transfer and comes out of `perform` unchanged.
final class Transfer {
  /// What the request asks for.
  struct Request {
    var address: Address
    /// The first byte asked for; 0 for the whole file.
    var offset = 0
    var validator: Validator?
    var method = "GET"
    /// Lines such as `Name: value`.
    var headers: [String] = []
    var content = Content.none
  }

  /// What a request sends.
  enum Content {
    case none
    case data(Data)
    /// The file of a path.
    case file(String)
  }

  /// Most bytes of headers that an answer may have.
  static let maximumHeaderBytes = 256 << 10

  private let onHead: (ResponseHead) throws -> Void
  private let onBody: (UnsafeRawBufferPointer) throws -> Void
  private let onWait: () throws -> Void
  private var head: ResponseHead?
  private var isHeadComplete = false
  private var headerBytes = 0
  private var thrown: (any Error)?

  /// A transfer that hands on the final head, then the body; `onWait` is called all along.
  init(
    onHead: @escaping (ResponseHead) throws -> Void,
    onBody: @escaping (UnsafeRawBufferPointer) throws -> Void,
    onWait: @escaping () throws -> Void
  ) {
    self.onHead = onHead
    self.onBody = onBody
    self.onWait = onWait
  }

  /// Sends the request and returns once the whole answer has been handed on.
  ///
  /// - Throws: `TransferFailure`, or what a handler throws.
  func perform(_ request: Request, policy: DownloadPolicy) throws {
    guard isLibraryReady else { throw TransferFailure(kind: .other, reason: "libcurl can't start") }
    var raw = ZooTransferRequest()
    raw.offset = Int64(request.offset)
    raw.isDirect = request.address.isLoopback
    raw.connectTimeoutMilliseconds = max(1, Int(policy.connectTimeout * 1000))
    raw.slowestBytesPerSecond = policy.slowestRate
    raw.slowSeconds = policy.slowSeconds
    raw.context = Unmanaged.passUnretained(self).toOpaque()
    raw.onHeader = { context, bytes, count in
      transfer(context).guarded {
        try $0.take(header: UnsafeRawBufferPointer(start: bytes, count: count))
      }
    }
    raw.onBody = { context, bytes, count in
      transfer(context).guarded {
        try $0.take(body: UnsafeRawBufferPointer(start: bytes, count: count))
      }
    }
    raw.onWait = { context in transfer(context).guarded { try $0.onWait() } }
    var message = [CChar](repeating: 0, count: Int(zooTransferMessageSize))
    let outcome = withExtendedLifetime(self) {
      send(&raw, request, &message)
    }
    if let thrown { throw thrown }
    let reason = message.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    guard let kind = TransferFailure.Kind(outcome) else { return }
    throw TransferFailure(kind: kind, reason: reason)
  }

  private func send(
    _ raw: inout ZooTransferRequest, _ request: Request, _ message: inout [CChar]
  ) -> ZooTransferOutcome {
    request.address.text.withCString { url in
      request.address.scheme.withCString { scheme in
        "encoderzoo (libcurl)".withCString { agent in
          (request.validator?.text ?? "").withCString { validator in
            raw.url = url
            raw.scheme = scheme
            raw.userAgent = agent
            raw.validator = request.validator == nil ? nil : validator
            return sendContent(&raw, request, &message)
          }
        }
      }
    }
  }

  private func sendContent(
    _ raw: inout ZooTransferRequest, _ request: Request, _ message: inout [CChar]
  ) -> ZooTransferOutcome {
    let lines = request.headers.map { strdup($0) }
    defer { for line in lines { free(line) } }
    let headers = lines.map { UnsafePointer($0) } + [nil]
    return headers.withUnsafeBufferPointer { headers in
      request.method.withCString { method in
        raw.headers = headers.baseAddress
        // A plain GET stays libcurl's own.
        raw.method = request.method == "GET" ? nil : method
        switch request.content {
        case .none: return zooTransferPerform(&raw, &message)
        case .data(let data):
          return data.withUnsafeBytes { bytes in
            raw.body = bytes.baseAddress
            raw.bodyCount = bytes.count
            return zooTransferPerform(&raw, &message)
          }
        case .file(let path):
          return path.withCString { path in
            raw.file = path
            return zooTransferPerform(&raw, &message)
          }
        }
      }
    }
  }

  private func guarded(_ body: (Transfer) throws -> Void) -> Bool {
    guard thrown == nil else { return false }
    do {
      try body(self)
      return true
    } catch {
      thrown = error
      return false
    }
  }

  private func take(header bytes: UnsafeRawBufferPointer) throws {
    headerBytes += bytes.count
    guard headerBytes <= Self.maximumHeaderBytes else {
      throw TransferFailure(
        kind: .other,
        reason: "the answer's headers are longer than \(Self.maximumHeaderBytes) bytes")
    }
    // Trailers behind the body don't count.
    if isHeadComplete { return }
    let line = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
    if let started = ResponseHead(statusLine: line) {
      head = started
    } else if !line.isEmpty {
      head?.add(line: line)
    } else if let head, head.status >= 200 {
      isHeadComplete = true
      try onHead(head)
    }
  }

  private func take(body bytes: UnsafeRawBufferPointer) throws { try onBody(bytes) }
}

/// libcurl's global state, prepared once for the process.
private let isLibraryReady = zooTransferSetUp()

/// - Precondition: the context is the transfer that `perform` passed, still alive.
private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer {
  guard let context else { preconditionFailure("libcurl called back without its context") }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}
