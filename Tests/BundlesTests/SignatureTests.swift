import Basics
import Foundation
import TestSupport
import Testing

@testable import Bundles

@Suite("Signatures in minisign's form")
struct SignatureTests {
  private let message = Data("the bytes that are signed\n".utf8)

  private func lines(_ signature: Data) -> [String] {
    String(decoding: signature, as: UTF8.self).components(separatedBy: "\n")
  }

  @Test("A signature holds for its bytes and key, and is the same each time")
  func holds() throws {
    let data = testKey.sign(message, trustedComment: "a comment")
    #expect(data == testKey.sign(message, trustedComment: "a comment"))
    let signature = try MinisignSignature(data, path: "x.minisig")
    try signature.verify(message, key: testKey.publicKey)
    #expect(signature.trustedComment == "a comment")
    #expect("\(signature.keyID)" == "0807060504030201")
  }

  @Test("A public key reads back from its text and its file")
  func publicKeys() throws {
    let key = testKey.publicKey
    #expect(try MinisignPublicKey("\(key)") == key)
    #expect(try MinisignPublicKey(file: Data(key.fileText.utf8), path: "x.pub") == key)
    #expect("\(key)".hasPrefix("RW") && "\(key)".utf8.count == 56)
  }

  @Test("Keys and signatures that git or a paste gave CRLF, empty lines or no comment are read")
  func lineEnds() throws {
    let key = testKey.publicKey
    let files = [
      key.fileText.replacing("\n", with: "\r\n"), key.fileText + "\n \n", "\(key)\n", "\(key)",
      "\(key)\r\n\r\n",
    ]
    for text in files {
      #expect(try MinisignPublicKey(file: Data(text.utf8), path: "x.pub") == key, "\(text)")
    }
    #expect(try MinisignPublicKey.given(" \(key)\n") == key)
    let signature = String(decoding: testKey.sign(message, trustedComment: "c"), as: UTF8.self)
    for text in [signature.replacing("\n", with: "\r\n"), signature + "\n\n"] {
      let read = try MinisignSignature(Data(text.utf8), path: "x.minisig")
      try read.verify(message, key: key)
      #expect(read.trustedComment == "c")
    }
    let secret = try testKey.fileText(passphrase: nil).replacing("\n", with: "\r\n")
    let read = try MinisignSecretKey(file: Data(secret.utf8), path: "x.key") { "" }
    #expect(read.publicKey == key)
    // A carriage return within a line is no line's end.
    #expect(
      errorText {
        _ = try MinisignPublicKey(
          file: Data(key.fileText.replacing("key", with: "k\rey").utf8), path: "x.pub")
      }.contains("no plain text"))
    #expect(
      errorText { _ = try MinisignPublicKey(file: Data("two\nlines\nthree".utf8), path: "x.pub") }
        .contains("found 3 lines; expected 2"))
  }

  @Test("Every single flipped bit of the bytes is noticed")
  func flippedMessage() throws {
    let signature = try MinisignSignature(
      testKey.sign(message, trustedComment: "c"), path: "x.minisig")
    for index in 0..<message.count * 8 {
      var changed = message
      changed[index / 8] ^= 1 << (index % 8)
      let found = errorText { try signature.verify(changed, key: testKey.publicKey) }
      #expect(found.contains("the signature does not fit the bytes"))
    }
  }

  @Test("Every flipped byte of a signature file makes it fail, but those of the untrusted comment")
  func flippedSignature() throws {
    let data = testKey.sign(message, trustedComment: "c")
    let first = data.firstIndex(of: 0x0a) ?? 0
    for index in data.indices.dropLast() where index > first || index < 19 {
      var changed = data
      changed[index] ^= 1
      let found = errorText {
        try MinisignSignature(changed, path: "x").verify(message, key: testKey.publicKey)
      }
      #expect(!found.isEmpty, "byte \(index)")
    }
  }

  @Test("A signature of another key, of the legacy algorithm, with an edited comment is refused")
  func refused() throws {
    let data = testKey.sign(message, trustedComment: "version 2")
    let signature = try MinisignSignature(data, path: "x.minisig")
    #expect(
      errorText { try signature.verify(message, key: otherKey.publicKey) }
        .contains("is of the key 0807060504030201; expected one of 0102030405060708"))

    // Another secret under the same number.
    let twin = MinisignSecretKey(
      seed: [UInt8](repeating: 9, count: 32), id: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(
      errorText { try signature.verify(message, key: twin.publicKey) }
        .contains("does not fit the bytes"))

    let edited = String(decoding: data, as: UTF8.self)
      .replacingOccurrences(of: "version 2", with: "version 3")
    #expect(
      errorText {
        try MinisignSignature(Data(edited.utf8), path: "x").verify(message, key: testKey.publicKey)
      }.contains("the trusted comment was changed"))

    var parts = lines(data)
    var bytes = try #require(Data(base64Encoded: parts[1]))
    bytes[1] = UInt8(ascii: "d")
    parts[1] = bytes.base64EncodedString()
    #expect(
      errorText {
        _ = try MinisignSignature(Data(parts.joined(separator: "\n").utf8), path: "x")
      }.contains("legacy algorithm Ed"))
  }

  @Test(
    "What is no signature file is refused with the line",
    arguments: ["", "untrusted comment: a\n", "a\nb\nc\nd\n", "untrusted comment: a\n####\nb\nc\n"])
  func noSignature(_ text: String) {
    let found = errorText { _ = try MinisignSignature(Data(text.utf8), path: "x.minisig") }
    #expect(found.hasPrefix("x.minisig"), "\(found)")
  }

  @Test("A secret key comes back from a plain and from an encrypted file")
  func secretKeys() throws {
    for passphrase in [nil, "correct horse"] {
      let text = try testKey.fileText(passphrase: passphrase)
      let read = try MinisignSecretKey(file: Data(text.utf8), path: "x.key") { passphrase ?? "" }
      #expect(read.publicKey == testKey.publicKey)
      #expect(
        read.sign(message, trustedComment: "c") == testKey.sign(message, trustedComment: "c"))
    }
  }

  @Test("A wrong passphrase, and a key file that asks for too much memory, are refused")
  func badSecretKeys() throws {
    let text = try testKey.fileText(passphrase: "right")
    let wrong = errorText {
      _ = try MinisignSecretKey(file: Data(text.utf8), path: "x.key") { "wrong" }
    }
    #expect(wrong.contains("the passphrase is not that of the key"))
    var lines = text.components(separatedBy: "\n")
    var bytes = try #require(Data(base64Encoded: lines[1]))
    bytes.replaceSubrange(46..<54, with: [0, 0, 0, 0, 0, 1, 0, 0])
    lines[1] = bytes.base64EncodedString()
    let large = errorText {
      _ = try MinisignSecretKey(
        file: Data(lines.joined(separator: "\n").utf8), path: "x.key"
      ) { "right" }
    }
    #expect(large.contains("MB of memory; expected at most 2048"), "\(large)")
  }
}
