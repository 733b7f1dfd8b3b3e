import TestSupport
import Testing

@testable import DICOM

@Suite("Lookup tables, palettes and colours") struct TableTests {
  private func header(_ first: DICOMHeader, _ tables: [(DICOMHeader.Scope, [UInt16], [UInt16])])
    -> DICOMHeader
  {
    var header = first
    for (scope, descriptor, data) in tables {
      header.set(.tableDescriptor, scope, .init(values: descriptor, isSigned: false))
      header.set(.tableData, scope, .init(values: data, isSigned: false))
    }
    return header
  }

  @Test("A modality table, then a VOI table, which comes before a window")
  func tables() throws {
    let header = header(
      greyHeader(rows: 1, columns: 4, [.windowCentre: "5", .windowWidth: "2"]),
      [(.modalityTable, [3, 10, 16], [7, 100, 300]), (.windowTable, [2, 100, 12], [0, 4095])])
    let picture = try withFrame(header, [0, 10, 11, 99]) { frame in
      var values: [Double] = []
      frame.samples.visit { values.append(frame.value($1)) }
      #expect(values == [7, 7, 100, 300])
      return try frame.picture(.file)
    }
    #expect(samples(picture) == [0, 0, 0, 65535])
    #expect(picture.facts.otherWindows == 1)
  }

  @Test("A table's first number is signed where samples are")
  func signed() throws {
    let header = header(
      greyHeader(rows: 1, columns: 3, isSigned: true),
      [(.modalityTable, [3, 0xffff, 16], [5, 6, 7])])
    try withFrame(header, [0xffff, 0, 1]) { frame in
      var values: [Double] = []
      frame.samples.visit { values.append(frame.value($1)) }
      #expect(values == [5, 6, 7])
    }
  }

  @Test("Entries of 8 bits may lie two in a word")
  func packed() throws {
    let header = header(
      greyHeader(rows: 1, columns: 3), [(.windowTable, [3, 0, 8], [0x2010, 0x00ff])])
    let picture = try withFrame(header, [0, 1, 2]) { try $0.picture(.file) }
    #expect(samples(picture) == [0x10, 0x20, 0xff].map { $0 * 257 })
  }

  @Test("A table that is too short, or no table, is refused")
  func short() {
    for (table, reason) in [
      (([5, 0, 16], [1, 2]), "2 of 5 entries"), (([5, 0, 40], [1]), "descriptor"),
      (([5], [1]), "descriptor"), (([0, 0, 16], [1, 2]), "2 of 65536 entries"),
    ] as [(([UInt16], [UInt16]), String)] {
      let header = header(
        greyHeader(rows: 1, columns: 1), [(.modalityTable, table.0, table.1)])
      #expect(errorText { _ = try withFrame(header, [0]) { _ in } }.contains(reason))
    }
  }

  private func colour(
    _ photometric: String, columns: Int, planar: Bool = false, _ bytes: [UInt8]
  ) throws -> DICOMPicture {
    let header = DICOMHeader([
      .rows: "1", .columns: "\(columns)", .bitsAllocated: "8", .bitsStored: "8", .highBit: "7",
      .samplesPerPixel: "3", .photometric: photometric, .planarConfiguration: planar ? "1" : "0",
    ])
    return try bytes.withUnsafeBytes { try DICOMFrame(header, $0).picture(.file) }
  }

  @Test("Colours lie pixel by pixel or plane by plane")
  func planes() throws {
    let picture = try colour("RGB", columns: 2, [1, 2, 3, 4, 5, 6])
    #expect(picture.pixels == [1, 2, 3, 4, 5, 6] && picture.channels == 3 && picture.depth == 8)
    let planes = try colour("RGB", columns: 2, planar: true, [1, 4, 2, 5, 3, 6])
    #expect(planes.pixels == picture.pixels)
  }

  @Test("Brightness and differences of colour become red, green and blue")
  func ybr() throws {
    // By hand: 100 + 1.402 * 50 = 170.1; 100 - 0.344136 * -20 - 0.714136 * 50 = 71.18; 100 - 35.44.
    #expect(try colour("YBR_FULL", columns: 1, [100, 108, 178]).pixels == [170, 71, 65])
    let shared = try colour("YBR_FULL_422", columns: 2, [100, 200, 108, 178])
    #expect(shared.pixels == [170, 71, 65, 255, 171, 165])
  }

  @Test("A palette's tables give the colours; one that is missing is refused")
  func palette() throws {
    var header = DICOMHeader([
      .rows: "1", .columns: "3", .bitsAllocated: "8", .bitsStored: "8", .highBit: "7",
      .samplesPerPixel: "1", .photometric: "PALETTE COLOR",
    ])
    let bytes: [UInt8] = [0, 1, 9]
    #expect(
      errorText { _ = try bytes.withUnsafeBytes { _ = try DICOMFrame(header, $0).picture(.file) } }
        .contains("palette"))
    for (index, entries) in [[0, 65535], [256, 512], [1, 2]].enumerated() {
      header.set(DICOMTag.palettes[index], .file, .init(values: [2, 0, 16], isSigned: false))
      header.set(
        DICOMTag.paletteData[index], .file,
        .init(values: entries.map { UInt16($0) }, isSigned: false))
    }
    let picture = try bytes.withUnsafeBytes { try DICOMFrame(header, $0).picture(.file) }
    #expect(picture.depth == 16)
    #expect(samples(picture) == [0, 256, 1, 65535, 512, 2, 65535, 512, 2])
  }
}
