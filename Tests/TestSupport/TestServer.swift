import Foundation
import Synchronization

/// A small HTTP server on 127.0.0.1, at a port of the system's choice.
///
/// A thread per connection, one request per connection. What it answers is up to the test.
package final class TestServer: Sendable {
  /// A request, as far as tests look at it.
  package struct Request: Sendable {
    package var method: String
    package var path: String
    /// By lower-case name.
    package var fields: [String: String]
    /// As long as the headers say.
    package var body: [UInt8] = []

    /// The first byte asked for, if a part was asked for.
    package var offset: Int? {
      fields["range"].flatMap {
        $0.hasPrefix("bytes=") && $0.hasSuffix("-") ? Int($0.dropFirst(6).dropLast()) : nil
      }
    }
  }

  package typealias Answer = @Sendable (Request, Connection) -> Void

  package let port: UInt16
  private let listener: Int32
  private let seen = Mutex<[Request]>([])

  /// Starts to listen; `answer` runs on a thread of its own for each connection.
  package init(_ answer: @escaping Answer) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    guard listener >= 0, status else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let descriptor = unlessInterrupted { Int(accept(listener, nil, nil)) }
        // Closed here, where nobody accepts any more: its number may be another server's at once, whose connections
        // this one would take.
        guard descriptor >= 0 else {
          // Too many files, or a client that went away: the server is still there.
          if errno != EINVAL, errno != EBADF {
            usleep(1000)
            continue
          }
          close(listener)
          return
        }
        Thread.detachNewThread { [weak self] in
          let descriptor = Int32(descriptor)
          defer { close(descriptor) }
          guard let request = readRequest(descriptor), let self else { return }
          self.seen.withLock { $0.append(request) }
          answer(request, Connection(descriptor: descriptor))
        }
      }
    }
  }

  deinit {
    // Wakes the thread in `accept`, which closes it.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// The address of a path.
  package func url(_ path: String = "/file.bin") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// The requests so far.
  package var requests: [Request] { seen.withLock { $0 } }
}

/// The side of a connection that answers.
package struct Connection: Sendable {
  package let descriptor: Int32

  /// Sends a status line and headers.
  package func head(_ status: String, _ fields: [(String, String)] = []) {
    let lines = ["HTTP/1.1 \(status)"] + fields.map { "\($0.0): \($0.1)" }
    send((lines + ["Connection: close", "", ""]).joined(separator: "\r\n"))
  }

  package func send(_ text: String) { _ = send(Array(text.utf8)[...]) }

  /// Sends bytes; false when the other side has gone.
  @discardableResult
  package func send(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer
      while !rest.isEmpty {
        let part = rest
        let count = unlessInterrupted {
          Foundation.send(descriptor, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return true
    }
  }

  /// Ends the connection with a reset, as a broken line does.
  ///
  /// Waits until what was sent has arrived, half a second at most.
  package func reset() {
    var pending: Int32 = 1
    for _ in 0..<500 where pending > 0 {
      _ = ioctl(descriptor, UInt(TIOCOUTQ), &pending)
      usleep(1000)
    }
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}

/// Calls again what a signal to the process has ended: other tests send such.
private func unlessInterrupted(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// Reads a request with its body; nil when the other side leaves before.
private func readRequest(_ descriptor: Int32) -> TestServer.Request? {
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 4096)
  func read() -> Bool {
    let count = unlessInterrupted { recv(descriptor, &piece, piece.count, 0) }
    guard count > 0 else { return false }
    bytes += piece[..<count]
    return true
  }
  var end: Int?
  while end == nil {
    guard read() else { return nil }
    end = bytes.indices.dropLast(3).first { bytes[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) }
  }
  let start = (end ?? 0) + 4
  let lines = String(decoding: bytes[..<(start - 4)], as: UTF8.self).components(
    separatedBy: "\r\n")
  let words = lines[0].split(separator: " ")
  guard words.count == 3 else { return nil }
  var fields: [String: String] = [:]
  for line in lines.dropFirst() {
    guard let colon = line.firstIndex(of: ":") else { continue }
    fields[line[..<colon].lowercased()] =
      line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
  }
  let length = fields["content-length"].flatMap { Int($0) } ?? 0
  while bytes.count < start + length { guard read() else { return nil } }
  return TestServer.Request(
    method: String(words[0]), path: String(words[1]), fields: fields,
    body: Array(bytes[start..<(start + length)]))
}
