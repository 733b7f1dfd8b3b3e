import Basics
import Foundation
import TestSupport
import Testing

@testable import Downloads

@Suite("SHA-256")
struct SHA256Tests {
  /// FIPS 180-4's examples, as NIST publishes them.
  @Test(
    "Published examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(_ text: String, _ expected: String) throws {
    #expect(try digest(Array(text.utf8)) == expected)
  }

  @Test("A million times the letter a, from a file")
  func million() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a"
      try Data(repeating: UInt8(ascii: "a"), count: 1_000_000).write(to: URL(fileURLWithPath: path))
      #expect(
        try sha256(ofFile: path)
          == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
  }

  @Test("A file that isn't there, and one that can't be read")
  func unreadable() throws {
    try withTemporaryFolder { folder in
      #expect(errorText { _ = try sha256(ofFile: "\(folder)/x") } == "\(folder)/x: no such file")
      #expect(errorText { _ = try sha256(ofFile: folder) }.contains("is a folder; expected a file"))
    }
  }
}
