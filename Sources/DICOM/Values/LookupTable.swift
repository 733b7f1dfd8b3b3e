/// A table that maps whole numbers to others, such as the values of an X-ray detector to optical density.
///
/// DICOM PS3.3 C.11.1 and C.11.2: what lies below the first entry gets the first value, what lies above the
/// last gets the last.
struct LookupTable: Sendable, Equatable {
  /// The number that the first entry stands for.
  let first: Int
  /// Bits of an entry.
  let bits: Int
  let entries: [UInt16]

  /// The largest number that an entry can be.
  var largest: Double { Double(1 << bits - 1) }

  /// A table of the file; nil where it has none.
  ///
  /// - Throws: `DICOMFault` for a table that can't be one.
  static func read(
    _ header: DICOMHeader, descriptor: DICOMTag = .tableDescriptor,
    data: DICOMTag = .tableData, in scope: DICOMHeader.Scope, isSigned: Bool
  ) throws(DICOMFault) -> LookupTable? {
    guard let descriptor = header.words(descriptor, scope), let data = header.words(data, scope),
      !descriptor.values.isEmpty, !data.values.isEmpty
    else { return nil }
    guard descriptor.values.count == 3, (1...16).contains(descriptor.values[2]) else {
      throw .damaged("a lookup table's descriptor is \(descriptor.values)")
    }
    let count = descriptor.values[0] == 0 ? 1 << 16 : Int(descriptor.values[0])
    let first = descriptor.values[1]
    let bits = Int(descriptor.values[2])
    var entries = data.values
    // Entries of 8 bits may lie two in a word, the first below.
    if bits <= 8, entries.count < count, entries.count == (count + 1) / 2 {
      entries = entries.flatMap { [$0 & 255, $0 >> 8] }
    }
    guard entries.count >= count else {
      throw .damaged("a lookup table has \(entries.count) of \(count) entries")
    }
    return LookupTable(
      first: descriptor.isSigned || isSigned ? Int(Int16(bitPattern: first)) : Int(first),
      bits: bits, entries: Array(entries.prefix(count)))
  }

  /// The entry of a number; fractions are cut off.
  func callAsFunction(_ value: Double) -> UInt16 {
    let place = value - Double(first)
    guard place > 0 else { return entries[0] }
    return place >= Double(entries.count - 1) ? entries[entries.count - 1] : entries[Int(place)]
  }
}
