/// What turns values of the modality into brightness.
enum WindowStep: Sendable, Equatable {
  case table(LookupTable)
  case function(WindowFunction)
  case range(least: Double, largest: Double)

  /// What a value is written as in the file's own terms: the table's entry, or between the ends of the range.
  func callAsFunction(_ value: Double) -> Double {
    switch self {
    case .table(let table): Double(table(value))
    case .function(let function): function(value)
    case .range: value
    }
  }

  /// The brightness of a value, from 0 for black to 1 for white.
  func fraction(_ value: Double) -> Double {
    switch self {
    case .table(let table): Double(table(value)) / table.largest
    case .function(let function): function.fraction(value)
    case .range(let least, let largest):
      largest > least ? (value - least) / (largest - least) : 0
    }
  }
}

/// What a file says of its windows.
struct FileWindows: Sendable, Equatable {
  /// The table, or the first window; nil where there is none that can be used.
  var step: WindowStep?
  /// How many there are to choose from, tables and windows.
  var count = 0
  /// What is wrong with the first window; nil where nothing is.
  var fault: String?

  /// Reads them; a table comes before a window, as in pydicom.
  ///
  /// - Throws: `DICOMFault` for a table that can't be one.
  init(_ header: DICOMHeader, _ format: StoredFormat, _ modality: ModalityStep)
    throws(DICOMFault)
  {
    let range = modality.range(header, format)
    let table = try LookupTable.read(header, in: .windowTable, isSigned: range.least < 0)
    let centres = header.numbers(.windowCentre) ?? []
    let widths = header.numbers(.windowWidth) ?? []
    let tables = max(header.integer(.windowTables) ?? 0, table == nil ? 0 : 1)
    count = tables + min(centres.count, widths.count)
    if let table {
      step = .table(table)
      return
    }
    guard let centre = centres.first, let width = widths.first else {
      let isSaid =
        header.text(.windowCentre) != nil || header.text(.windowWidth) != nil
      if isSaid {
        fault = "it lacks a centre or a width, or they are no numbers"
      } else if tables > 0 {
        fault = "its VOI table lacks its descriptor or its entries"
      }
      return
    }
    let name = header.text(.windowFunction)?.uppercased() ?? "LINEAR"
    guard let shape = WindowFunction.Shape(rawValue: name) else {
      fault = "its function is \(name)"
      return
    }
    let function = WindowFunction(
      centre: centre, width: width, shape: shape, black: range.least, white: range.largest)
    if function.isUsable {
      step = .function(function)
    } else {
      fault = "its width is \(width)"
    }
  }
}
