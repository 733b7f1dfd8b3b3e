import Basics
import TestSupport
import Testing

@testable import Downloads

@Suite("Addresses, heads and names")
struct PartsTests {
  @Test(
    "Which addresses may be connected",
    arguments: [
      ("https://example.org/x", true), ("HTTPS://example.org/x", true),
      ("http://example.org/x", false), ("http://127.0.0.1:80/x", true),
      ("http://127.8.9.10/x", true), ("http://localhost/x", true), ("http://[::1]:8/x", true),
      ("http://128.0.0.1/x", false), ("http://127.0.0.1.example.org/", false),
      ("http://localhost.example.org/", false), ("http://[::2]/x", false),
      ("ftp://example.org/x", false), ("file:///etc/passwd", false),
    ])
  func addresses(_ text: String, _ isAllowed: Bool) throws {
    let failure = errorText { try Address(text).check(DownloadPolicy()) }
    #expect(failure.isEmpty == isAllowed, "\(failure)")
  }

  @Test(
    "What is no address is refused",
    arguments: ["", "x", "/x", "example.org/x", "http://", "https://a b/", "https://u:p@h/x"])
  func noAddress(_ text: String) {
    #expect(errorText { _ = try Address(text) }.contains("address"))
  }

  @Test("A redirect away from https is refused, even to this machine and where http is allowed")
  func downgrade() throws {
    var policy = DownloadPolicy()
    policy.allowsPlainHTTP = true
    let origin = try Address("https://example.org/x")
    for target in ["http://example.org/x", "http://127.0.0.1/x"] {
      let text = errorText { try Address(target).check(policy, redirectedFrom: origin) }
      #expect(
        text.contains(
          "https://example.org/x redirects to \(target), which is plain http; a redirect away from "
            + "https is refused"))
    }
    try Address("http://example.org/x").check(policy)
    try Address("https://other.org/x").check(DownloadPolicy(), redirectedFrom: origin)
  }

  @Test("Redirects are resolved against the address they come from")
  func resolving() throws {
    let base = try Address("https://example.org/a/b?c")
    #expect(try base.resolving("../d").text == "https://example.org/d")
    #expect(try base.resolving("//other.org/x").text == "https://other.org/x")
    #expect(try base.resolving("HTTP://127.0.0.1/x").scheme == "http")
  }

  @Test(
    "Content-Range is read strictly",
    arguments: [
      ("bytes 5-9/10", [5, 9, 10]), ("Bytes 0-0/1", [0, 0, 1]), ("bytes 5-9/*", [5, 9]),
      ("bytes */10", nil), ("bytes 9-5/10", nil), ("bytes 5-10/10", nil), ("bytes 5-9", nil),
      ("bytes -5-9/10", nil), ("items 5-9/10", nil), ("bytes 5-9/10/11", nil),
      ("bytes 5-99999999999999999999/*", nil), ("bytes 5-9223372036854775807/*", nil),
    ] as [(String, [Int]?)])
  func contentRange(_ text: String, _ expected: [Int]?) throws {
    var head = try #require(ResponseHead(statusLine: "HTTP/1.1 206 Partial"))
    head.add(line: "Content-Range: \(text)")
    #expect(
      head.contentRange.map { [$0.first, $0.last] + ($0.total.map { [$0] } ?? []) } == expected)
  }

  @Test("Only strong entity tags count")
  func validators() {
    #expect(Validator(entityTag: "\"a\"") == .entityTag("\"a\""))
    for text in ["W/\"a\"", "a", "\"", "\"a\" ", "\"a\"b\"", "\"a\r\nX: y\"", nil] {
      #expect(Validator(entityTag: text) == nil)
    }
    #expect(Validator(date: "Tue\r\nX: y, 1994") == nil)
  }

  @Test(
    "A file's description is checked",
    arguments: [
      ("", 1, "a"), ("https://h/a b", 1, "a"), ("https://h/a", 0, "a"), ("https://h/a", 1, ""),
      ("https://h/a", Int.max, "a"),
      ("https://h/a", 1, "../a"), ("https://h/a", 1, ".a"), ("https://h/a", 1, "a\u{0}"),
      ("https://h/a", 1, String(repeating: "a", count: 201)),
    ])
  func files(_ url: String, _ size: Int, _ name: String) {
    let hash = RemoteFile.Hash.sha256Prefix("01234567")
    #expect(throws: ZooError.self) {
      try RemoteFile(url: url, size: size, hash: hash, fileName: name)
    }
  }

  @Test("A hash has 64 hexadecimal digits", arguments: [63, 64, 65])
  func hashes(_ count: Int) {
    let digits = String(repeating: "aF", count: 33).prefix(count)
    let text = errorText {
      _ = try RemoteFile(
        url: "https://h/a", size: nil, hash: .sha256(String(digits)), fileName: "a")
    }
    #expect(text.contains("expected 64 hexadecimal digits") == (count != 64))
  }

  @Test(
    "Numbers of bytes",
    arguments: [
      (0, "0 bytes"), (1, "1 byte"), (9999, "9999 bytes"), (12_340, "12.3 kB"),
      (553_433_881, "553 MB"), (2_176_768_927, "2.2 GB"),
    ])
  func bytes(_ count: Int, _ text: String) { #expect(byteText(count) == text) }
}
