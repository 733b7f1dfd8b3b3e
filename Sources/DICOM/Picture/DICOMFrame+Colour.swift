extension DICOMFrame {
  /// A frame in colours, red, green and blue for each pixel.
  func colour() throws(DICOMFault) -> DICOMPicture {
    let samples: ([UInt32], largest: UInt32)
    switch format.colours {
    case .palette: samples = try paletteColours()
    case .subsampled, .ybr:
      guard format.bitsAllocated == 8, format.bitsStored == 8, !format.isSigned else {
        throw .unsupported("\(format.colours) of \(format.bitsStored) bits")
      }
      let ybr = format.colours == .ybr ? interleaved() : unpacked()
      samples = (DICOMFrame.rgb(ybr), 255)
    case .rgb, .grey, .inverted:
      guard !format.isSigned else { throw .unsupported("colours with a sign") }
      samples = (interleaved(), format.mask)
    }
    return DICOMPicture(
      width: format.columns, height: format.rows, channels: 3,
      depth: samples.largest <= 255 ? 8 : 16, pixels: DICOMFrame.bytes(samples.0, samples.largest),
      facts: facts(.colour))
  }

  /// Samples brought to 8 or 16 bits with all of them set for white.
  private static func bytes(_ samples: [UInt32], _ largest: UInt32) -> [UInt8] {
    if largest == 255 { return samples.map { UInt8(truncatingIfNeeded: $0) } }
    let white: UInt64 = largest < 255 ? 255 : 65535
    var bytes: [UInt8] = []
    bytes.reserveCapacity(samples.count * 2)
    for sample in samples {
      let level = (UInt64(min(sample, largest)) * white + UInt64(largest) / 2) / UInt64(largest)
      bytes.append(UInt8(level & 255))
      if white > 255 { bytes.append(UInt8(level >> 8)) }
    }
    return bytes
  }

  /// The samples pixel by pixel, whatever order they lie in.
  func interleaved() -> [UInt32] {
    var result = [UInt32](repeating: 0, count: samples.count)
    let (pixels, channels) = (format.pixels, format.samples)
    if format.isPlanar {
      samples.visit { result[$0 % pixels * channels + $0 / pixels] = $1 }
    } else {
      samples.visit { result[$0] = $1 }
    }
    return result
  }

  /// Brightness of two pixels, then their two differences of colour: PS3.3 C.7.6.3.1.2.
  private func unpacked() -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(3 * format.pixels)
    for pixel in 0..<format.pixels {
      let pair = pixel / 2 * 4
      // The last pixel of an odd number has no colour of its own.
      guard pair + 3 < samples.bytes.count else {
        result += [UInt32(samples.bytes[2 * pixel]), 128, 128]
        continue
      }
      result += [
        UInt32(samples.bytes[pair + pixel % 2]), UInt32(samples.bytes[pair + 2]),
        UInt32(samples.bytes[pair + 3]),
      ]
    }
    return result
  }

  /// Red, green and blue of brightness and two differences of colour, 8 bits each.
  ///
  /// PS3.3 C.7.6.3.1.2; in single precision, as in pydicom.
  static func rgb(_ ybr: [UInt32]) -> [UInt32] {
    var result = ybr
    for place in stride(from: 0, to: ybr.count - 2, by: 3) {
      let brightness = Float(ybr[place])
      let (blue, red) = (Float(ybr[place + 1]) - 128, Float(ybr[place + 2]) - 128)
      let colours = [
        brightness + 1.402 * red,
        brightness - Float(0.114 * 1.772 / 0.587) * blue - Float(0.299 * 1.402 / 0.587) * red,
        brightness + 1.772 * blue,
      ]
      for (channel, value) in colours.enumerated() {
        result[place + channel] = UInt32(min(255, max(0, (value + 0.5).rounded(.down))))
      }
    }
    return result
  }

  /// Colours of a palette's three tables.
  func paletteColours() throws(DICOMFault) -> ([UInt32], largest: UInt32) {
    var tables: [LookupTable] = []
    for (descriptor, data) in zip(DICOMTag.palettes, DICOMTag.paletteData) {
      guard
        let table = try LookupTable.read(
          header, descriptor: descriptor, data: data, in: .file, isSigned: format.isSigned)
      else { throw .unsupported("it has a palette, of which a table is missing or segmented") }
      tables.append(table)
    }
    let bits = tables[0].bits
    guard tables.allSatisfy({ $0.bits == bits }) else {
      throw .damaged("its palette's tables have entries of \(tables.map(\.bits)) bits")
    }
    let largest = UInt32(1 << bits - 1)
    var result: [UInt32] = []
    result.reserveCapacity(3 * format.pixels)
    samples.visit { _, pattern in
      for table in tables { result.append(UInt32(table(format.value(pattern)))) }
    }
    return (result, largest)
  }
}
