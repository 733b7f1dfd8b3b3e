extension CSVTable {
  /// How a file departs from the standard.
  package struct Dialect: Sendable, Equatable {
    /// The byte between fields; nil takes a first line `sep=;` at its word, else of comma, semicolon,
    /// tab and bar the one that the header has most of.
    package var separator: UInt8?
    /// Drops empty names at the end of the header, and empty fields at the end of a row beyond the
    /// header's: ChestX-ray14's tables end in commas.
    package var toleratesTrailingSeparators: Bool
    /// Reads what people's tables have: columns without a name or called alike as long as none is asked
    /// for, empty rows at the end, rows with separators behind the last column, workbooks.
    package var isLenient = false
    /// Nil: UTF-8, or UTF-16 with a byte-order mark.
    package var encoding: TextEncoding?
    /// The sheet of a workbook; nil is the first.
    package var sheet: String?
    /// Whether errors may advise keys of a specification's `data`.
    package var namesKeys = false
    /// Whether errors may advise options of the command line.
    package var isOnCommandLine = false

    package init(
      separator: UInt8? = UInt8(ascii: ","), toleratesTrailingSeparators: Bool = false
    ) {
      self.separator = separator
      self.toleratesTrailingSeparators = toleratesTrailingSeparators
    }

    /// How tables that people keep are read.
    package static let found: Dialect = {
      var dialect = Dialect(separator: nil)
      dialect.isLenient = true
      return dialect
    }()

    /// Whether a byte can stand between fields: a tab or a visible sign that is neither letter, digit,
    /// quote nor what numbers and names are written with.
    package static func separates(_ byte: UInt8) -> Bool {
      byte == 0x09 || ",;|:!#$%&*+/<=>?@\\^`~".utf8.contains(byte)
    }
  }
}
