/// What became of a DICOM file's values, as far as a person should hear of it.
package struct DICOMFacts: Sendable, Equatable, Codable {
  /// How black and white were found.
  package enum Window: Sendable, Equatable, Codable {
    /// By a table or window of the file.
    case file
    /// As asked for.
    case asked
    /// By the smallest and largest value, since the file has none.
    case missing
    /// The same, since the file's can't be used: why.
    case unusable(String)
    /// Colours have no window.
    case colour
  }

  package var window: Window
  /// Windows and tables of the file that were not taken.
  package var otherWindows = 0
  /// Frames of the file besides the one that was read.
  package var otherFrames = 0
  /// Whether the file does not say what its samples stand for.
  package var isColourGuessed = false
  /// Whether small values are bright, and were turned around.
  package var isInverted = false
  /// Bytes of pixel data behind the last frame.
  package var trailingBytes = 0
  /// How the file and its JPEG 2000 stream describe the samples, such as "16 bits, signed, and its stream 12 bits,
  /// unsigned"; nil where both agree.
  package var streamFormat: String?
  /// Elements that are there, and whose values are no text or too long, such as "0028,1050".
  package var unread: [String] = []
  /// Why the file's modality table or rescaling can't be used, where it states one.
  package var modalityFault: String?

  /// Why the file's window can't be used, where it can't.
  package var unusableWindow: String? {
    if case .unusable(let reason) = window { reason } else { nil }
  }
}
