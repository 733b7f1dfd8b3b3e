/// What turns stored numbers into those of the modality, such as Hounsfield units.
enum ModalityStep: Sendable, Equatable {
  case none
  case rescale(slope: Double, intercept: Double)
  case table(LookupTable)

  /// What the file says.
  ///
  /// - Throws: `DICOMFault` for a table that can't be one.
  init(_ header: DICOMHeader, _ format: StoredFormat) throws(DICOMFault) {
    let table = try LookupTable.read(header, in: .modalityTable, isSigned: format.isSigned)
    if let table {
      self = .table(table)
    } else if let slope = header.numbers(.rescaleSlope)?.first,
      let intercept = header.numbers(.rescaleIntercept)?.first
    {
      self = .rescale(slope: slope, intercept: intercept)
    } else {
      self = .none
    }
  }

  /// Why what the file states can't be used; nil where it can, or states nothing.
  static func fault(_ header: DICOMHeader) -> String? {
    let (descriptor, data) = (
      header.words(.tableDescriptor, .modalityTable), header.words(.tableData, .modalityTable)
    )
    if descriptor != nil || data != nil {
      return descriptor?.values.isEmpty == false && data?.values.isEmpty == false
        ? nil : "its modality table lacks its descriptor or its entries"
    }
    let numbers = [DICOMTag.rescaleSlope, .rescaleIntercept].filter {
      header.numbers($0)?.first != nil
    }
    let texts = [DICOMTag.rescaleSlope, .rescaleIntercept].filter { header.text($0) != nil }
    return texts.isEmpty || numbers.count == 2
      ? nil : "its rescale slope or intercept is missing, or no number"
  }

  /// A stored number's.
  func callAsFunction(_ value: Double) -> Double {
    switch self {
    case .none: value
    case .rescale(let slope, let intercept): value * slope + intercept
    case .table(let table): Double(table(value))
    }
  }

  /// The ends of the range of what it gives, as windows are written by (PS3.3 C.11.2.1.2.1).
  func range(_ header: DICOMHeader, _ format: StoredFormat) -> (least: Double, largest: Double) {
    let bits = header.integer(.bitsStored) ?? format.bitsStored
    if case .table(let table) = self { return (0, table.largest) }
    let range = StoredFormat.range(bits: min(32, max(1, bits)), isSigned: format.isSigned)
    return (self(range.least), self(range.largest))
  }
}
