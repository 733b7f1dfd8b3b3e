extension DICOMFrame {
  /// Whether samples are mapped by a table of all patterns: there are fewer of them than samples.
  private var usesTable: Bool { format.bitsStored <= 16 && format.patterns <= samples.count }

  /// A grey frame, windowed, with 65535 for white.
  func grey(_ choice: WindowChoice) -> DICOMPicture {
    let (step, window) = step(choice)
    let isTurned = format.colours == .inverted
    func sample(_ pattern: UInt32) -> UInt16 {
      let fraction = min(1, max(0, step.fraction(value(pattern))))
      let level = UInt16(fraction * 65535 + 0.5)
      return isTurned ? 65535 - level : level
    }
    let table = usesTable ? (0..<UInt32(format.patterns)).map(sample) : []
    let pixels = [UInt8](unsafeUninitializedCapacity: 2 * samples.count) { bytes, filled in
      UnsafeMutableRawBufferPointer(bytes).withMemoryRebound(to: UInt16.self) { target in
        if table.isEmpty {
          samples.visit { target[$0] = sample($1) }
        } else {
          table.withUnsafeBufferPointer { table in samples.visit { target[$0] = table[Int($1)] } }
        }
      }
      filled = 2 * samples.count
    }
    var facts = facts(window)
    facts.otherWindows = window == .file ? max(0, windows.count - 1) : 0
    return DICOMPicture(
      width: format.columns, height: format.rows, channels: 1, depth: 16, pixels: pixels,
      facts: facts)
  }

  /// How values become brightness, and why so.
  func step(_ choice: WindowChoice) -> (WindowStep, DICOMFacts.Window) {
    switch choice {
    case .file:
      if let step = windows.step { return (step, .file) }
      let range = counts().range
      return (
        .range(least: range.least, largest: range.largest),
        windows.fault.map { .unusable($0) } ?? .missing
      )
    case .minmax:
      let range = counts().range
      return (.range(least: range.least, largest: range.largest), .asked)
    case .percentiles(let low, let high):
      let counts = counts()
      return (
        .range(least: counts.percentile(low), largest: counts.percentile(high)), .asked
      )
    case .window(let centre, let width):
      return (.function(WindowFunction(centre: centre, width: width)), .asked)
    }
  }

  /// How often each value of the modality occurs; padding is left out.
  private func counts() -> ValueCounts {
    let padding = paddingPatterns
    guard usesTable else {
      var values: [Double] = []
      values.reserveCapacity(samples.count)
      samples.visit { if !(padding?.contains($1) ?? false) { values.append(value($1)) } }
      return ValueCounts(values)
    }
    var counts = [Int](repeating: 0, count: format.patterns)
    counts.withUnsafeMutableBufferPointer { counts in
      samples.visit { counts[Int($1)] += 1 }
    }
    return ValueCounts(counts, value) { padding?.contains($0) ?? false }
  }

  /// The patterns of bits that fill what lies outside of the picture.
  private var paddingPatterns: PaddingRange? {
    guard let value = header.integer(.paddingValue) else { return nil }
    return PaddingRange(value, header.integer(.paddingLimit) ?? value, format)
  }
}

/// Stored values that fill what lies outside of the picture (PS3.3 C.7.5.1.1.2).
private struct PaddingRange {
  private let format: StoredFormat
  private let least: Double
  private let largest: Double

  /// From one number to another, in any order, as the file writes them: signed or not.
  init(_ first: Int, _ second: Int, _ format: StoredFormat) {
    self.format = format
    let ends = [first, second].map { format.value(UInt32(truncatingIfNeeded: $0) & format.mask) }
    (least, largest) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
  }

  func contains(_ pattern: UInt32) -> Bool {
    let value = format.value(pattern)
    return least <= value && value <= largest
  }
}
