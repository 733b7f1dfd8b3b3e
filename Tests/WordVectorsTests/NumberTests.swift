import Basics
import Foundation
import Testing

@testable import WordVectors

@Suite("Decimal numbers") struct NumberTests {
  private func parse(_ text: String) -> Float {
    Array(text.utf8).withUnsafeBytes { bytes in
      var offset = 0
      let value = DecimalNumber.parse(bytes, from: &offset)
      return value.isNaN || offset == bytes.count ? value : .nan
    }
  }

  @Test(
    "Good numbers are the nearest floats",
    arguments: [
      "0", "-0", "1", "+1", ".5", "5.", "-.5e1", "0.1", "1e-2", "1E2", "1e+2", "16777217",
      "16777219", "0.000000000000000000000000000000000000000000001", "1e-45", "7e-46", "1e-999",
      "3.4028235e38", "3.4028235677973362e38", "1.1754944e-38", "1.17549429e-38", "0e999",
      "123456789012345678901234567890", "0.30000001192092896", "9007199254740993",
      "1.00000017881393432617187499", "1.00000017881393432617187500",
      "1.00000017881393432617187501", "-0.082752", "8388608.5", "8388609.5",
    ])
  func nearest(text: String) throws {
    let expected = try #require(Float(text))
    #expect(parse(text).bitPattern == expected.bitPattern)
  }

  @Test("Random numbers of every length are the nearest floats")
  func random() throws {
    var random = RandomStream(seed: 5)
    for _ in 0..<20_000 {
      var text = random.below(2) == 0 ? "-" : ""
      for _ in 0...random.below(12) { text += String(random.below(10)) }
      text += "."
      for _ in 0..<random.below(14) { text += String(random.below(10)) }
      if random.below(2) == 0 { text += "e\(random.below(60) - 35)" }
      let expected = try #require(Float(text))
      #expect(parse(text).bitPattern == (expected.isFinite ? expected : .nan).bitPattern, "\(text)")
    }
  }

  @Test("Middles of two floats are rounded to even from their shortest and longest decimals")
  func middles() throws {
    var random = RandomStream(seed: 6)
    for _ in 0..<5000 {
      let low = Float(bitPattern: UInt32(0x3000_0000 + random.below(0x2000_0000)))
      let middle = (Double(low) + Double(low.nextUp)) / 2
      for text in ["\(middle)", String(format: "%.17g", middle), String(format: "%.40g", middle)] {
        let expected = try #require(Float(text))
        #expect(parse(text).bitPattern == expected.bitPattern, "\(text)")
      }
    }
  }

  @Test(
    "What is no finite decimal number is none",
    arguments: [
      "", "-", "+", ".", "-.", "e5", "1e", "1e+", "1e-", "0,5", "1.5,2", "nan", "NaN", "inf",
      "-Infinity", "1e999", "3.4028236e38", "0x10", "0x1p3", "1_000", "1.2.3", "--1", "1-", "1f",
      "١", "1\u{a0}", "1\t",
    ])
  func noNumber(text: String) { #expect(parse(text).isNaN) }

  @Test("The count of bytes is right for every length and offset")
  func count() {
    var random = RandomStream(seed: 7)
    let bytes = (0..<40_000).map { _ in UInt8(random.below(3)) }
    for (from, to) in [(0, 0), (0, 1), (3, 66), (1, 64), (0, 128), (5, 16_400), (7, 40_000)] {
      let slice = bytes[from..<to]
      #expect(ByteCount.of(1, in: slice) == slice.count { $0 == 1 })
    }
    let same = [UInt8](repeating: 9, count: 40_000)
    #expect(ByteCount.of(9, in: same[...]) == 40_000)
  }
}

private enum ByteCount {
  /// The spaces that `VectorLine` counts, with `byte` in the place of spaces, a letter elsewhere.
  static func of(_ byte: UInt8, in slice: ArraySlice<UInt8>) -> Int {
    (slice.map { $0 == byte ? 0x20 : 0x61 } + [0x61]).withUnsafeBytes {
      VectorLine($0, dimension: 1).spaces
    }
  }
}
