import Foundation
import Synchronization

/// Where the first rank takes the connections of the others.
final class RankListener: Sendable {
  private let descriptor: Int32
  private let token: String
  /// What other ranks have to know: the port, a word that strangers do not have, and the addresses of this host.
  let invitation: String
  private let found = Mutex<[Int32: Int]>([:])

  /// Seconds that a connection may take.
  private static let patience = 3

  /// Listens on a port that the system chooses; nil where it gives none.
  init?() {
    token = (0..<4).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 16) }.joined()
    // Of both kinds of addresses; without IPv6 of the other alone.
    guard let (descriptor, port) = Self.listening(AF_INET6) ?? Self.listening(AF_INET) else {
      return nil
    }
    self.descriptor = descriptor
    invitation = (["\(port)", token] + Self.addresses()).joined(separator: "\n")
    let thread = Thread { [self] in accept() }
    thread.name = "taking connections of ranks"
    thread.start()
  }

  private static func listening(_ family: Int32) -> (descriptor: Int32, port: UInt16)? {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var (six, four) = (sockaddr_in6(), sockaddr_in())
    six.sin6_family = sa_family_t(AF_INET6)
    four.sin_family = sa_family_t(AF_INET)
    var no: Int32 = 0
    if family == AF_INET6 {
      setsockopt(
        descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &no, socklen_t(MemoryLayout<Int32>.size))
    }
    func bound<Address>(_ address: inout Address) -> Bool {
      let size = socklen_t(MemoryLayout<Address>.size)
      return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          var length = size
          return bind(descriptor, address, size) == 0 && listen(descriptor, 128) == 0
            && getsockname(descriptor, address, &length) == 0
        }
      }
    }
    guard family == AF_INET6 ? bound(&six) : bound(&four) else {
      Foundation.close(descriptor)
      return nil
    }
    let port = family == AF_INET6 ? six.sin6_port : four.sin_port
    return (descriptor, UInt16(bigEndian: port))
  }

  /// The addresses of this host as numbers; its own loop alone where it has no other.
  private static func addresses() -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var addresses: [String] = []
    for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
      guard let item = entry?.pointee, let address = item.ifa_addr,
        item.ifa_flags & UInt32(IFF_LOOPBACK) == 0
      else { continue }
      let family = Int32(address.pointee.sa_family)
      guard family == AF_INET || family == AF_INET6 else { continue }
      let size =
        family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
      var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      guard
        getnameinfo(
          address, socklen_t(size), &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
      else { continue }
      let text = String(
        decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      // One that is valid on a single cable alone.
      if !text.contains("%") { addresses.append(text) }
    }
    return addresses.isEmpty ? ["127.0.0.1"] : addresses
  }

  /// Takes connections that know the word, until the listener is closed.
  private func accept() {
    while true {
      let other = Foundation.accept(descriptor, nil, nil)
      guard other >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        Foundation.close(descriptor)
        return
      }
      Self.limit(other, seconds: Self.patience)
      var bytes: [UInt8] = []
      while bytes.last != UInt8(ascii: "\n"), bytes.count < 200 {
        var byte: UInt8 = 0
        guard recv(other, &byte, 1, 0) == 1 else { break }
        bytes.append(byte)
      }
      let words = String(decoding: bytes.dropLast(), as: UTF8.self).split(separator: " ")
      guard words.count == 2, words[0] == token, let rank = Int(words[1]) else {
        Foundation.close(other)
        continue
      }
      Self.limit(other, seconds: 0)
      found.withLock { $0[other] = rank }
    }
  }

  /// The connections, with their ranks, once there are so many, or a connection's patience is over.
  func accepted(_ count: Int) -> [Int32: Int] {
    for _ in 0..<(Self.patience * 100) where found.withLock({ $0.count }) < count { usleep(10_000) }
    return found.withLock { $0 }
  }

  /// Takes no further connection; the thread that waits for them closes the port.
  func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// A connection to whoever sent an invitation; nil where none of the addresses answers.
  static func connected(by invitation: String, rank: Int) -> Int32? {
    let lines = invitation.split(separator: "\n").map(String.init)
    guard lines.count > 2 else { return nil }
    for address in lines.dropFirst(2) {
      var hints = addrinfo()
      hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      var list: UnsafeMutablePointer<addrinfo>?
      guard getaddrinfo(address, lines[0], &hints, &list) == 0, let item = list?.pointee else {
        continue
      }
      defer { freeaddrinfo(list) }
      let descriptor = socket(
        item.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { continue }
      // How long connecting may take, too.
      limit(descriptor, seconds: patience)
      let greeting = Array("\(lines[1]) \(rank)\n".utf8)
      if connect(descriptor, item.ai_addr, item.ai_addrlen) == 0,
        send(descriptor, greeting, greeting.count, Int32(MSG_NOSIGNAL)) == greeting.count
      {
        limit(descriptor, seconds: 0)
        return descriptor
      }
      Foundation.close(descriptor)
    }
    return nil
  }

  /// Limits how long sending and receiving may take; 0 for ever.
  private static func limit(_ descriptor: Int32, seconds: Int) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    for name in [SO_SNDTIMEO, SO_RCVTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, name, &time, socklen_t(MemoryLayout<timeval>.size))
    }
  }
}
