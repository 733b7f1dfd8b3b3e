import TestSupport
import Testing

@testable import DICOM

@Suite("Stored values become brightness") struct ValueTests {
  @Test("Bits above those that are stored are masked, and the sign is the highest stored bit")
  func masks() throws {
    let samples: [UInt16] = [0xf001, 0x0fff, 0x0800, 0xa7ff]
    let header = greyHeader(rows: 1, columns: 4, bits: 12, isSigned: true)
    try withFrame(header, samples) { frame in
      var values: [Double] = []
      frame.samples.visit { values.append(frame.value($1)) }
      #expect(values == [1, -1, -2048, 2047])
    }
  }

  @Test("Samples that lie higher up are moved down")
  func shifted() throws {
    let header = greyHeader(rows: 1, columns: 2, bits: 12, [.highBit: "15"])
    try withFrame(header, [0xabc0, 0xffff]) { frame in
      var values: [Double] = []
      frame.samples.visit { values.append(frame.value($1)) }
      #expect(values == [0xabc, 0xfff])
    }
  }

  @Test("Without a window the smallest value is black and the largest white, padding left out")
  func ownRange() throws {
    let plain = greyHeader(rows: 1, columns: 4, bits: 12)
    let picture = try withFrame(plain, [100, 200, 300, 0]) { try $0.picture(.file) }
    #expect(samples(picture) == [21845, 43690, 65535, 0])
    #expect(picture.facts.window == .missing)
    let padded = greyHeader(rows: 1, columns: 4, bits: 12, [.paddingValue: "0"])
    let without = try withFrame(padded, [100, 200, 300, 0]) { try $0.picture(.file) }
    #expect(samples(without) == [0, 32768, 65535, 0])
  }

  @Test("A window is taken after rescaling: PS3.3's linear function by hand")
  func window() throws {
    let header = greyHeader(
      rows: 1, columns: 5,
      [
        .rescaleSlope: "2", .rescaleIntercept: "-1000", .windowCentre: "40\\300",
        .windowWidth: "401\\2000",
      ])
    // In units, -160.5 and less are black, more than 239.5 is white; between, (x - 39.5) / 400 + 0.5.
    let stored: [UInt16] = [400, 420, 520, 619, 620]
    let picture = try withFrame(header, stored) { try $0.picture(.file) }
    let units: [Double] = [-199.5, -160, 40, 238, 239.5]
    let expected = units.map { Int((($0 - 39.5) / 400 + 0.5) * 65535 + 0.5) }
    #expect(samples(picture).dropFirst().dropLast() == expected.dropFirst().dropLast())
    #expect(samples(picture).first == 0 && samples(picture).last == 65535)
    #expect(picture.facts.window == .file && picture.facts.otherWindows == 1)
  }

  @Test(
    "The three shapes of a window",
    arguments: [
      (WindowFunction.Shape.linear, [0, 0.1111111111111111, 0.5555555555555556, 1]),
      (.linearExact, [0, 0.1, 0.5, 1]),
      (.sigmoid, [0.11920292202211755, 0.16798161486607552, 0.5, 0.8807970779778823]),
    ] as [(WindowFunction.Shape, [Double])])
  func shapes(shape: WindowFunction.Shape, expected: [Double]) {
    let function = WindowFunction(centre: 5, width: 10, shape: shape)
    for (value, right) in zip([0.0, 1, 5, 10], expected) {
      #expect(abs(function.fraction(value) - right) < 1e-12, "\(shape) at \(value)")
    }
  }

  @Test("A window that can't be is not taken, and it is said why")
  func unusable() throws {
    for (texts, reason) in [
      ([DICOMTag.windowCentre: "10", .windowWidth: "0"], "its width is 0.0"),
      (
        [.windowCentre: "ten", .windowWidth: "5"],
        "it lacks a centre or a width, or they are no numbers"
      ),
      ([.windowCentre: "1", .windowWidth: "5", .windowFunction: "CUBIC"], "its function is CUBIC"),
    ] as [([DICOMTag: String], String)] {
      let header = greyHeader(rows: 1, columns: 2, texts)
      let picture = try withFrame(header, [1, 3]) { try $0.picture(.file) }
      #expect(samples(picture) == [0, 65535])
      #expect(picture.facts.window == .unusable(reason))
    }
  }

  @Test("MONOCHROME1 is turned around after the window")
  func inverted() throws {
    let header = greyHeader(rows: 1, columns: 3, [.photometric: "MONOCHROME1"])
    let picture = try withFrame(header, [0, 1, 3]) { try $0.picture(.file) }
    #expect(samples(picture) == [65535, 43690, 0])
    #expect(picture.facts.isInverted)
  }

  @Test("Given windows: the range, percentiles, centre and width")
  func choices() throws {
    let header = greyHeader(rows: 1, columns: 5, [.windowCentre: "1", .windowWidth: "1"])
    let stored: [UInt16] = [0, 10, 20, 30, 1000]
    func read(_ choice: WindowChoice) throws -> [Int] {
      samples(try withFrame(header, stored) { try $0.picture(choice) })
    }
    #expect(try read(.minmax) == [0, 655, 1311, 1966, 65535])
    // Nearest ranks: the 20th percentile of five values is the first, the 80th the fourth.
    #expect(try read(.percentiles(low: 20, high: 80)) == [0, 21845, 43690, 65535, 65535])
    #expect(
      try read(.window(centre: 20.5, width: 41)) == [0, 16384, 32768, 49151, 65535])
  }

  @Test("16 bits keep all their levels up to the picture")
  func levels() throws {
    let stored = (0...16383).map { UInt16($0) }
    let header = greyHeader(rows: 128, columns: 128, bits: 14)
    let picture = try withFrame(header, stored) { try $0.picture(.minmax) }
    #expect(Set(samples(picture)).count == 16384)
  }

  @Test("A header that lacks something or can't be is refused by what is wrong")
  func refused() {
    for (texts, reason) in [
      ([DICOMTag.rows: ""], "does not say its rows"), ([.columns: "0"], "0 x 1 pixels"),
      ([.rows: "65501"], "too many"), ([.bitsAllocated: "12"], "take 12 bits"),
      ([.bitsStored: "17"], "17 of 16 bits"), ([.highBit: "3"], "highest bit is 3"),
      ([.photometric: "CMYK"], "CMYK"), ([.photometric: "RGB"], "1 samples a pixel and is RGB"),
      ([.samplesPerPixel: "4"], "4 samples a pixel"),
    ] as [([DICOMTag: String], String)] {
      let header = greyHeader(rows: 1, columns: 2, texts)
      #expect(
        errorText { _ = try withFrame(header, [0, 0]) { _ in } }.contains(reason), "\(reason)")
    }
    #expect(
      errorText { _ = try withFrame(greyHeader(rows: 9, columns: 9), [0]) { _ in } }
        .contains("2 bytes; expected 162"))
  }
}
