/// What a file without pictures is, by its SOP class.
enum ObjectKind {
  private static let names: [(prefix: String, name: String)] = [
    ("1.2.840.10008.1.3.10", "the directory of a disc (DICOMDIR)"),
    ("1.2.840.10008.5.1.4.1.1.88", "a structured report"),
    ("1.2.840.10008.5.1.4.1.1.104.1", "a PDF in a DICOM file"),
    ("1.2.840.10008.5.1.4.1.1.104", "a document in a DICOM file"),
    ("1.2.840.10008.5.1.4.1.1.11", "a presentation state"),
    ("1.2.840.10008.5.1.4.1.1.9", "a waveform"),
    ("1.2.840.10008.5.1.4.1.1.481.3", "a set of radiotherapy structures"),
    ("1.2.840.10008.5.1.4.1.1.481.5", "a radiotherapy plan"),
  ]

  /// A name of what the SOP class says; nil where it is unknown, or is of pictures.
  static func name(_ sopClass: String?) -> String? {
    guard let sopClass else { return nil }
    return names.first { sopClass == $0.prefix || sopClass.hasPrefix("\($0.prefix).") }?.name
  }
}
