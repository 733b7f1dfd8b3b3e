import Foundation

/// Takes out of reports what may tell who the patient is: each becomes `XXXX`, as in Open-i.
///
/// Dates, telephone numbers, addresses of e-mail, long numbers, titles with names, and the names and numbers that the
/// pictures' files hold. It is a net with holes: a person must read what comes out.
package struct TextGuard {
  /// What is taken out.
  package enum Kind: String, Sendable, CaseIterable {
    case mail = "addresses of e-mail"
    case date = "dates"
    case phone = "telephone numbers"
    case number = "long numbers"
    case title = "titles with names"
    case name = "names and numbers of the DICOM files"
  }

  private static var patterns: [(kind: Kind, regex: Regex<Substring>)] {
    [
      (.mail, /[\w.+-]+@[\w-]+\.[\w.-]+/),
      (.date, /\b\d{4}[-.\/]\d{1,2}[-.\/]\d{1,2}\b/),
      (.date, /\b\d{1,2}[-.\/]\d{1,2}[-.\/](?:\d{4}|\d{2})\b/),
      (
        .date,
        /(?i)\b\d{1,2}\.?(?:st|nd|rd|th)?\s+(?:of\s+)?(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|janv|févr|avr|juin|juil|août|déc)[\p{L}.]*,?\s+(?:\d{4}|\d{2})\b/
      ),
      (
        .date,
        /(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z.]*\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b/
      ),
      (.phone, /(?:\+|\b00)\d[\d\s().\/-]{6,}\d\b/),
      (.phone, /\(?\b0?\d{2,5}\)?[\s\/-]{1,3}\d{3,}[\s\/-]?\d{2,}\b/),
      (.number, /\b[A-Z]{0,4}-?\d{6,}\b/),
      (
        .title,
        /\b(?:Dr|Prof|Mr|Mrs|Ms|Miss|Herr|Frau|Sr|Sra|Mme|Hr|Fr)\b\.?(?:\s+(?:med|Dr|Prof)\b\.?)*(?:\s+\p{Lu}[\p{L}'’-]+){1,3}/
      ),
    ]
  }

  private let regexes = TextGuard.patterns

  package init() {}

  /// A text without what may tell who the patient is, and how often each kind stood there.
  ///
  /// `names` are words and numbers that the pictures' files hold of the patient, the visit and the staff.
  package func cleaned(_ text: String, names: [String]) -> (text: String, counts: [Kind: Int]) {
    var text = text
    var counts: [Kind: Int] = [:]
    for (kind, regex) in regexes {
      let found = text.matches(of: regex).count
      guard found > 0 else { continue }
      counts[kind, default: 0] += found
      text = text.replacing(regex, with: "XXXX")
    }
    for name in TextGuard.parts(of: names) {
      let pieces = TextGuard.occurrences(of: name, in: text)
      guard !pieces.isEmpty else { continue }
      counts[.name, default: 0] += pieces.count
      for piece in pieces.reversed() { text.replaceSubrange(piece, with: "XXXX") }
    }
    return (text, counts)
  }

  /// The parts of names that are looked for, the longest first: two letters or digits at least.
  static func parts(of names: [String]) -> [String] {
    var parts: Set<String> = []
    for name in names {
      let whole = name.replacing("^", with: " ").trimmingCharacters(in: .whitespaces)
      if whole.count >= 3 { parts.insert(whole) }
      for part in name.split(whereSeparator: { "^= ,\\".contains($0) }) where part.count >= 3 {
        parts.insert(String(part))
      }
    }
    return parts.sorted { ($1.count, $0) < ($0.count, $1) }
  }

  /// Where a name stands as a word of its own, in any case of letters.
  private static func occurrences(of name: String, in text: String) -> [Range<String.Index>] {
    var found: [Range<String.Index>] = []
    var start = text.startIndex
    while let range = text.range(
      of: name, options: [.caseInsensitive, .diacriticInsensitive], range: start..<text.endIndex)
    {
      let before =
        range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : " "
      let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
      if !isWord(before), !isWord(after) { found.append(range) }
      start = range.upperBound
    }
    return found
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }
}
