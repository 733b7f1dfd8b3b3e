import Foundation

/// DICOM files made by hand: a picture of few pixels, with the elements that a test wants.
public struct DICOMBuilder: Sendable {
  /// How elements are written, by the UID of the transfer syntax.
  public enum Layout: String, Sendable, CaseIterable {
    case implicitLittle = "1.2.840.10008.1.2"
    case explicitLittle = "1.2.840.10008.1.2.1"
    case explicitBig = "1.2.840.10008.1.2.2"
  }

  /// A value before it is written.
  public indirect enum Value: Sendable {
    case text(String)
    case words([UInt16])
    case bytes([UInt8])
    case items([[UInt32: Element]])
  }

  /// An element without its tag.
  public struct Element: Sendable {
    /// The value representation, two letters.
    public var vr: String
    /// The value before it is written.
    public var value: Value

    /// An element.
    public init(_ vr: String, _ value: Value) { (self.vr, self.value) = (vr, value) }

    /// A text.
    public static func text(_ vr: String, _ text: String) -> Element { .init(vr, .text(text)) }
    /// Unsigned numbers of 16 bits.
    public static func words(_ words: [UInt16], vr: String = "US") -> Element {
      .init(vr, .words(words))
    }
  }

  /// How elements are written.
  public var layout = Layout.explicitLittle
  /// The transfer syntax that the file states where it is not the layout's own.
  public var syntax: String?
  /// Whether the preamble, the mark and the group of the file's own elements are written.
  public var hasPreamble = true
  /// The elements by their tags, group above element.
  public var elements: [UInt32: Element] = [:]

  /// A file of no elements.
  public init() {}

  /// A grey picture of 16-bit samples, of which `bits` are stored.
  public init(
    rows: Int, columns: Int, samples: [UInt16], bits: Int = 16, isSigned: Bool = false,
    photometric: String? = "MONOCHROME2"
  ) {
    self.init(
      rows: rows, columns: columns, channels: 1, allocated: 16, stored: bits,
      photometric: photometric)
    elements[0x0028_0103] = .words([isSigned ? 1 : 0])
    elements[0x7fe0_0010] = .words(samples, vr: "OW")
  }

  /// A picture of bytes.
  public init(
    rows: Int, columns: Int, channels: Int, bytes: [UInt8], photometric: String?
  ) {
    self.init(
      rows: rows, columns: columns, channels: channels, allocated: 8, stored: 8,
      photometric: photometric)
    elements[0x7fe0_0010] = .init("OB", .bytes(bytes))
  }

  private init(
    rows: Int, columns: Int, channels: Int, allocated: Int, stored: Int, photometric: String?
  ) {
    elements = [
      0x0008_0016: .text("UI", "1.2.840.10008.5.1.4.1.1.7"), 0x0008_0060: .text("CS", "OT"),
      0x0028_0002: .words([UInt16(channels)]), 0x0028_0010: .words([UInt16(rows)]),
      0x0028_0011: .words([UInt16(columns)]), 0x0028_0100: .words([UInt16(allocated)]),
      0x0028_0101: .words([UInt16(stored)]), 0x0028_0102: .words([UInt16(stored - 1)]),
      0x0028_0103: .words([0]),
    ]
    elements[0x0028_0004] = photometric.map { .text("CS", $0) }
    if channels > 1 { elements[0x0028_0006] = .words([0]) }
  }

  /// The whole file.
  public var data: Data {
    var bytes: [UInt8] = []
    if hasPreamble {
      var own: [UInt8] = []
      write([0x0002_0010: .text("UI", syntax ?? layout.rawValue)], .explicitLittle, to: &own)
      bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
      let length = UInt16(own.count)
      write([0x0002_0000: .init("UL", .words([length, 0]))], .explicitLittle, to: &bytes)
      bytes += own
    }
    write(elements, layout, to: &bytes)
    return Data(bytes)
  }

  /// Writes the file.
  public func write(to path: String) throws { try data.write(to: URL(fileURLWithPath: path)) }

  private func write(_ elements: [UInt32: Element], _ layout: Layout, to bytes: inout [UInt8]) {
    func put(_ number: Int, _ length: Int) {
      let all = (0..<length).map { UInt8(number >> (8 * $0) & 255) }
      bytes += layout == .explicitBig ? all.reversed() : all
    }
    for (tag, element) in elements.sorted(by: { $0.key < $1.key }) {
      let value = written(element.value, layout)
      put(Int(tag >> 16), 2)
      put(Int(tag & 0xffff), 2)
      if layout == .implicitLittle {
        put(value.count, 4)
      } else {
        bytes += Array(element.vr.utf8)
        let isLong = ["OB", "OW", "SQ", "UN"].contains(element.vr)
        if isLong { put(0, 2) }
        put(value.count, isLong ? 4 : 2)
      }
      bytes += value
    }
  }

  private func written(_ value: Value, _ layout: Layout) -> [UInt8] {
    switch value {
    case .text(let text): return Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [0x20])
    case .bytes(let bytes): return bytes + (bytes.count % 2 == 0 ? [] : [0])
    case .words(let words):
      return words.flatMap {
        let pair = [UInt8($0 & 255), UInt8($0 >> 8)]
        return layout == .explicitBig ? pair.reversed() : pair
      }
    case .items(let items):
      var bytes: [UInt8] = []
      for item in items {
        var content: [UInt8] = []
        write(item, layout, to: &content)
        let head = [0xfffe, 0xe000, content.count & 0xffff, content.count >> 16]
        bytes += written(.words(head.map { UInt16($0) }), .explicitLittle)
        bytes += content
      }
      return bytes
    }
  }
}
