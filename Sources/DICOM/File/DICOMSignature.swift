import Basics
import Foundation

/// Whether bytes are the start of a DICOM file; a file's name is not asked.
package enum DICOMSignature {
  /// How many bytes are looked at.
  package static let length = 512

  /// Whether a file that begins so is DICOM: by its mark behind the preamble, or, where it has no preamble,
  /// by two data elements in order at its start.
  package static func holds(_ head: [UInt8]) -> Bool {
    if head.count >= 132, head[128..<132].elementsEqual("DICM".utf8) { return true }
    return [
      Layout(isLittle: true, isExplicit: true), Layout(isLittle: true, isExplicit: false),
      Layout(isLittle: false, isExplicit: true),
    ]
    .contains { $0.fits(head) }
  }

  /// Whether a file begins so; false for what can't be opened.
  package static func isOf(path: String) -> Bool {
    guard let descriptor = try? openPlainFile(path) else { return false }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    return holds([UInt8]((try? file.read(upToCount: length)) ?? Data()))
  }

  /// How elements are written.
  private struct Layout {
    let isLittle: Bool
    let isExplicit: Bool

    /// The value representations, two letters each, of which the second row has a long length.
    private static let short = Set(
      "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split(separator: " "))
    private static let long = Set(
      "OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(separator: " "))

    private func number(_ bytes: ArraySlice<UInt8>) -> Int {
      (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }

    /// The tag of the element at a place, and where the next one begins.
    private func element(_ head: [UInt8], at place: Int) -> (tag: Int, next: Int)? {
      guard head.count >= place + 12 else { return nil }
      let tag =
        number(head[place..<place + 2]) << 16 | number(head[place + 2..<place + 4])
      guard isExplicit else {
        return (tag, place + 8 + number(head[place + 4..<place + 8]))
      }
      let name = Substring(String(decoding: head[place + 4..<place + 6], as: UTF8.self))
      if Self.short.contains(name) { return (tag, place + 8 + number(head[place + 6..<place + 8])) }
      guard Self.long.contains(name) else { return nil }
      return (tag, place + 12 + number(head[place + 8..<place + 12]))
    }

    func fits(_ head: [UInt8]) -> Bool {
      guard let first = element(head, at: 0), [2, 8].contains(first.tag >> 16),
        first.tag & 0xffff <= 0x0060, first.next % 2 == 0,
        let second = element(head, at: first.next)
      else { return false }
      return second.tag > first.tag && [2, 8].contains(second.tag >> 16)
    }
  }
}
