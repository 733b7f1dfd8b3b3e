/// The number of a data element: group and element, 16 bits each.
package struct DICOMTag: RawRepresentable, Hashable, Sendable {
  /// Group and element, the group above.
  package let rawValue: UInt32

  /// A tag of group and element.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// As the standard writes it: `0028,0010`.
  package var text: String {
    let digits = String(rawValue, radix: 16)
    let all = String(repeating: "0", count: 8 - digits.count) + digits
    return "\(all.prefix(4)),\(all.suffix(4))"
  }

  static let sopClass = DICOMTag(0x0008_0016)
  /// The SOP class by the file's own elements, which a DICOMDIR has alone.
  static let mediaClass = DICOMTag(0x0002_0002)
  static let modality = DICOMTag(0x0008_0060)
  static let samplesPerPixel = DICOMTag(0x0028_0002)
  static let photometric = DICOMTag(0x0028_0004)
  static let planarConfiguration = DICOMTag(0x0028_0006)
  static let rows = DICOMTag(0x0028_0010)
  static let columns = DICOMTag(0x0028_0011)
  static let bitsAllocated = DICOMTag(0x0028_0100)
  static let bitsStored = DICOMTag(0x0028_0101)
  static let highBit = DICOMTag(0x0028_0102)
  static let pixelRepresentation = DICOMTag(0x0028_0103)
  static let paddingValue = DICOMTag(0x0028_0120)
  static let paddingLimit = DICOMTag(0x0028_0121)
  static let windowCentre = DICOMTag(0x0028_1050)
  static let windowWidth = DICOMTag(0x0028_1051)
  static let rescaleIntercept = DICOMTag(0x0028_1052)
  static let rescaleSlope = DICOMTag(0x0028_1053)
  static let windowFunction = DICOMTag(0x0028_1056)
  static let palettes = [
    DICOMTag(0x0028_1101), DICOMTag(0x0028_1102), DICOMTag(0x0028_1103),
  ]
  static let paletteData = [
    DICOMTag(0x0028_1201), DICOMTag(0x0028_1202), DICOMTag(0x0028_1203),
  ]
  static let tableDescriptor = DICOMTag(0x0028_3002)
  static let tableData = DICOMTag(0x0028_3006)
  /// What the worker found out itself: the colours of decoded samples.
  static let colourModel = DICOMTag(0xffff_0001)
  /// By the worker: the UID of the transfer syntax that the file is in.
  static let transferSyntax = DICOMTag(0xffff_0002)
  /// By the worker: how many VOI tables there are.
  static let windowTables = DICOMTag(0xffff_0005)
  /// By the worker: the bits of a JPEG 2000 stream's samples.
  static let streamPrecision = DICOMTag(0xffff_0003)
  /// By the worker: 1 where a JPEG 2000 stream's samples are signed, else 0.
  static let streamSign = DICOMTag(0xffff_0004)
  /// By the worker: the elements that are there, and whose values are no text or too long.
  static let unread = DICOMTag(0xffff_0006)

  /// What the picture is made by.
  static let forPixels: [DICOMTag] = [
    sopClass, mediaClass, modality, samplesPerPixel, photometric, planarConfiguration, rows,
    columns,
    bitsAllocated, bitsStored, highBit, pixelRepresentation, paddingValue, paddingLimit,
    windowCentre, windowWidth, rescaleIntercept, rescaleSlope, windowFunction,
  ]
}
