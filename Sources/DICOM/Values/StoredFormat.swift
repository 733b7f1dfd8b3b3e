/// How the samples of a frame lie in memory, and what their bits mean.
struct StoredFormat: Sendable, Equatable {
  let rows: Int
  let columns: Int
  /// Samples a pixel: 1 or 3.
  let samples: Int
  /// 1, 8, 16 or 32.
  let bitsAllocated: Int
  let bitsStored: Int
  /// Bits below the lowest that counts.
  let shift: Int
  let isSigned: Bool
  /// Whether all red samples come first, then all green, then all blue.
  let isPlanar: Bool
  let colours: ColourModel
  /// Whether the file does not say what its colours are, so that they were guessed.
  let isColourGuessed: Bool
  /// What the file and its JPEG 2000 stream say of the samples, where they differ.
  let streamFormat: String?
  /// Whether 32-bit samples have their halves exchanged.
  let hasSwappedHalves: Bool

  /// Most pixels along a side, and in all, as for other pictures.
  private static let longestSide = 65500
  private static let mostPixels = 1 << 28

  /// What a header says.
  ///
  /// - Throws: `DICOMFault` for what is missing or can't be.
  init(_ header: DICOMHeader) throws(DICOMFault) {
    func need(_ tag: DICOMTag, _ name: String) throws(DICOMFault) -> Int {
      guard let value = header.integer(tag) else {
        throw .damaged("the file does not say its \(name) (\(tag.text))")
      }
      return value
    }
    rows = try need(.rows, "rows")
    columns = try need(.columns, "columns")
    guard rows > 0, columns > 0 else { throw .damaged("it has \(columns) x \(rows) pixels") }
    guard max(rows, columns) <= StoredFormat.longestSide,
      rows * columns <= StoredFormat.mostPixels
    else { throw .unsupported("its \(columns) x \(rows) pixels are too many") }
    let samples = header.integer(.samplesPerPixel) ?? 1
    self.samples = samples
    guard samples == 1 || samples == 3 else {
      throw .unsupported("it has \(samples) samples a pixel; expected 1 or 3")
    }
    let allocated = try need(.bitsAllocated, "allocated bits")
    guard [1, 8, 16, 32].contains(allocated) else {
      throw .unsupported("its samples take \(allocated) bits; expected 1, 8, 16 or 32")
    }
    bitsAllocated = allocated
    let stored = header.integer(.bitsStored) ?? allocated
    guard (1...allocated).contains(stored) else {
      throw .damaged("it says that \(stored) of \(allocated) bits are stored")
    }
    // A JPEG 2000 stream knows better how many bits its samples have, which then lie lowest.
    let precision = header.integer(.streamPrecision).flatMap { (1...32).contains($0) ? $0 : nil }
    bitsStored = min(allocated, precision ?? stored)
    let high = precision == nil ? header.integer(.highBit) ?? (stored - 1) : bitsStored - 1
    guard (stored - 1..<allocated).contains(high) || precision != nil else {
      throw .damaged("its highest bit is \(high), of \(stored) stored in \(allocated)")
    }
    shift = high + 1 - bitsStored
    let isSigned = header.integer(.pixelRepresentation) == 1
    self.isSigned = isSigned
    streamFormat = precision.flatMap { bits in
      let isStreamSigned = header.integer(.streamSign).map { $0 == 1 } ?? isSigned
      guard bits != stored || isStreamSigned != isSigned else { return nil }
      func text(_ bits: Int, _ isSigned: Bool) -> String {
        "\(bits) bits, \(isSigned ? "signed" : "unsigned")"
      }
      return "\(text(stored, isSigned)); its stream has \(text(bits, isStreamSigned))"
    }
    let isDecoded = header.text(.colourModel) != nil || precision != nil
    let named = header.text(.colourModel) ?? header.text(.photometric)
    isColourGuessed = header.text(.photometric) == nil
    colours = try ColourModel(named, samples: samples, isDecoded: isDecoded)
    let syntax = header.text(.transferSyntax) ?? ""
    // What the JPEG codecs give lies pixel by pixel, whatever the file says.
    isPlanar =
      samples == 3 && !syntax.hasPrefix(TransferSyntax.jpegs)
      && header.integer(.planarConfiguration) == 1
    hasSwappedHalves = allocated == 32 && syntax == TransferSyntax.bigEndian
  }

  var pixels: Int { rows * columns }

  /// The bytes of a frame.
  var bytes: Int {
    colours == .subsampled ? pixels * 2 : (pixels * samples * bitsAllocated + 7) / 8
  }

  /// How many patterns of bits a sample can have; of 32 bits too many for a table.
  var patterns: Int { 1 << bitsStored }

  /// The bits of a pattern.
  var mask: UInt32 { bitsStored == 32 ? .max : 1 << UInt32(bitsStored) - 1 }

  /// The number that a pattern of bits stands for.
  func value(_ pattern: UInt32) -> Double {
    let isNegative = isSigned && pattern >> UInt32(bitsStored - 1) & 1 == 1
    return Double(Int(pattern) - (isNegative ? 1 << bitsStored : 0))
  }

  /// The smallest and largest number that a sample can be.
  static func range(bits: Int, isSigned: Bool) -> (least: Double, largest: Double) {
    isSigned
      ? (-Double(1 << (bits - 1)), Double(1 << (bits - 1) - 1)) : (0, Double(1 << bits - 1))
  }
}
