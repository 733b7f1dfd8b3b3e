import Basics
import CTransfer
import Foundation

/// An absolute URL, read by the same parser that will connect.
///
/// Two parsers that disagree on where the host ends would let a check pass that guards nothing.
struct Address: Sendable, Equatable {
  let text: String
  let scheme: String
  let host: String

  /// - Throws: `ZooError` of code `.badValue` for what is no URL or holds a user's name.
  init(_ text: String) throws {
    var parts = ZooAddress()
    guard zooAddressParse(text, &parts) else {
      throw ZooError(
        .badValue, "\"\(text)\" is no address; expected one such as https://host/folder/file")
    }
    guard !parts.hasUser else {
      throw ZooError(
        .badValue, "the address holds a user name or password, which would end up in logs",
        advice: "Take \"user:password@\" out of it.")
    }
    self.text = text
    scheme = withUnsafeBytes(of: parts.scheme) { textUpToZero($0) }.lowercased()
    host = withUnsafeBytes(of: parts.host) { textUpToZero($0) }.lowercased()
  }

  /// Whether the host is this machine, by number or as `localhost`, which libcurl never looks up.
  var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    var number = in_addr()
    return inet_pton(AF_INET, host, &number) == 1 && UInt32(bigEndian: number.s_addr) >> 24 == 127
  }

  /// The address that a redirect from here leads to.
  ///
  /// - Throws: `ZooError` of code `.badValue` for what is no URL.
  func resolving(_ reference: String) throws -> Address {
    var result = [CChar](repeating: 0, count: Int(zooAddressSize))
    guard zooAddressResolve(text, reference, &result) else {
      throw ZooError(.badValue, "\"\(reference)\" is no address; expected one to go on to")
    }
    return try Address(result.withUnsafeBytes { textUpToZero($0) })
  }

  /// Refuses what the policy forbids, before anything is connected.
  ///
  /// - Throws: `ZooError` of code `.refused`.
  func check(_ policy: DownloadPolicy, redirectedFrom origin: Address? = nil) throws {
    let what = origin.map { "\($0.text) redirects to \(text), which" } ?? text
    switch scheme {
    case "https": break
    case "http":
      if origin?.scheme == "https" {
        throw ZooError(
          .refused, "\(what) is plain http; a redirect away from https is refused",
          advice: "Anybody on the way could swap the file: use an address that stays on https.")
      }
      guard policy.allowsPlainHTTP || isLoopback else {
        throw ZooError(
          .refused, "\(what) is plain http; expected https",
          advice: "Plain http is for this machine's own addresses (127.0.0.1, localhost).")
      }
    case "file":
      guard origin == nil, policy.allowsFileURLs else {
        throw ZooError(
          .refused, "\(what) is a file of this machine; expected https",
          advice: "Name the file itself where a path is taken (zoo weights import FILE).")
      }
    default:
      throw ZooError(.refused, "\(what) is of scheme \"\(scheme)\"; expected https")
    }
  }
}

/// The text before the first zero byte.
private func textUpToZero(_ bytes: UnsafeRawBufferPointer) -> String {
  String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
