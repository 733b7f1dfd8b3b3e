import Basics
import Foundation
import Images
import Testing

/// What `Resources/make_fixtures.py` wrote: files of every kind with Pillow's reading of them.
struct Fixtures: Decodable {
  struct File: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let width: Int
    let height: Int
    let file: Data
    let grey: Data
    let rgb: Data

    var testDescription: String { name }
    var isJPEG: Bool { name.hasPrefix("jpeg") }
  }

  struct Resizing: Decodable, Sendable, CustomTestStringConvertible {
    let source: [Int]
    let channels: Int
    let target: [Int]
    let hash: String
    let start: [UInt8]

    var testDescription: String {
      "\(source[0])x\(source[1])x\(channels) to \(target[0])x\(target[1])"
    }
  }

  let files: [File]
  let grey16: Data
  let paletteMissing: Data
  let quarters: Data?
  let resized: [Resizing]
  let originals: [String: String]?
  let originalsRGBA: [String]?

  /// The fixtures beside this source file; empty, so that every test on them fails, where they
  /// can't be read.
  static let all: Fixtures = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Resources/fixtures.json").path
    do { return try JSONDecoder().decode(Fixtures.self, from: readFile(path)) } catch {
      Issue.record("the fixtures can't be read: \(error)")
      return Fixtures(
        files: [], grey16: Data(), paletteMissing: Data(), quarters: nil, resized: [],
        originals: nil,
        originalsRGBA: nil)
    }
  }()

  static func file(_ name: String) throws -> Data {
    try #require(all.files.first { $0.name == name }, "no fixture \(name)").file
  }
}

/// The 64-bit FNV-1a hash of bytes, in hexadecimal.
func fnv(_ bytes: some Sequence<UInt8>) -> String {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
  let text = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}

/// The pattern of `drawn` in make_fixtures.py.
func drawnPattern(_ width: Int, _ height: Int, _ channels: Int) -> PixelImage {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for c in 0..<channels {
        let square = (x / 17 + y / 13 + c) % 3 == 0 ? 255 : 0
        let detail = (x * x * 31 + y * y * 17 + x * y * 7 + c * 97) / 5 % 256
        pixels.append(UInt8((square + detail + (x + 2 * y) % 256) / 3))
      }
    }
  }
  return PixelImage(width: width, height: height, channels: channels, pixels: pixels)
}
