/// The elements of a file that were asked for, as the worker handed them over.
package struct DICOMHeader: Sendable, Equatable {
  /// A table's place in the file.
  enum Scope: UInt32 {
    case file = 0
    case modalityTable = 1
    case windowTable = 2
  }

  /// A list of 16-bit words, and whether the file calls them signed.
  struct Words: Sendable, Equatable {
    var values: [UInt16]
    var isSigned: Bool
  }

  struct Key: Hashable {
    var scope: Scope
    var tag: DICOMTag
  }

  private var texts: [DICOMTag: String] = [:]
  private var words: [Key: Words] = [:]

  init() {}

  /// A header of given texts.
  package init(_ texts: [DICOMTag: String]) { self.texts = texts }

  mutating func set(_ tag: DICOMTag, _ text: String) { texts[tag] = text }

  mutating func set(_ tag: DICOMTag, _ scope: Scope, _ value: Words) {
    words[Key(scope: scope, tag: tag)] = value
  }

  /// An element's value as text; nil where the file lacks it, or holds nothing there.
  ///
  /// Several values have backslashes between them.
  package func text(_ tag: DICOMTag) -> String? {
    guard let text = texts[tag] else { return nil }
    let trimmed = DICOMHeader.trimmed(text[...])
    return trimmed.isEmpty ? nil : String(trimmed)
  }

  /// Every value of an element that holds numbers; nil where the file lacks it, or one is no finite number.
  func numbers(_ tag: DICOMTag) -> [Double]? {
    guard let text = text(tag) else { return nil }
    var numbers: [Double] = []
    for part in text.split(separator: "\\", omittingEmptySubsequences: false) {
      guard let number = Double(DICOMHeader.trimmed(part)), number.isFinite else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// The first value of an element of whole numbers.
  func integer(_ tag: DICOMTag) -> Int? {
    text(tag).flatMap { $0.split(separator: "\\").first }.flatMap {
      Int(DICOMHeader.trimmed($0))
    }
  }

  func words(_ tag: DICOMTag, _ scope: Scope) -> Words? {
    words[Key(scope: scope, tag: tag)]
  }

  /// Without the spaces and zeros that fill a value up.
  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let last = text.utf8.last, last == 0 || last == 0x20 { text = text.dropLast() }
    while let first = text.utf8.first, first == 0x20 { text = text.dropFirst() }
    return text
  }
}
