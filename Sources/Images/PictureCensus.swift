import Basics
import Foundation

/// What the files of many pictures, or of one, are like, and what of it must be said.
package struct PictureCensus: Sendable {
  /// Why samples of 16 bits are read as they are.
  package enum Reason: Sendable {
    /// By the rule over all pictures; see ``bits``.
    case rule
    /// A person says so.
    case given
    /// The model was trained so, or a person says so in its place.
    case model
    /// The one picture that there is tells it; the model does not.
    case file
  }

  var pictures: [(path: String, facts: PictureFacts)] = []
  /// Names that a note gives at most.
  private static let namesShown = 3

  /// Pictures of which nothing is to be said, counted and not kept.
  private var ordinary = 0

  package init() {}

  /// Counts a picture of which nothing is to be said.
  package mutating func addOrdinary() { ordinary += 1 }

  /// Adds a picture.
  package mutating func add(_ path: String, _ facts: PictureFacts) {
    pictures.append((path, facts))
  }

  private var wide: [(path: String, facts: PictureFacts)] {
    pictures.filter { $0.facts.depth == 16 && $0.facts.dicom == nil }
  }

  /// The bits of the pictures of 16-bit samples: those that all of them state (sBIT) and keep to, else
  /// the smallest of 8, 10, 12, 14 and 16 that hold the largest sample of all; nil where no picture has
  /// 16 bits.
  package var bits: Int? {
    guard let largest = wide.map(\.facts.largest).max() else { return nil }
    let stated = Set(wide.map(\.facts.statedBits))
    guard stated.count == 1, let bits = stated.first, bits != nil else {
      return SampleBits.holding(largest)
    }
    return SampleBits.stated(bits, largest: largest) ?? 16
  }

  /// What a person should hear, a sentence each: how samples of 16 bits are read, blank pictures,
  /// transparency, and what of a file is passed over.
  ///
  /// - Parameters:
  ///   - bits: Of samples of 16 bits; nil where there are none.
  ///   - reason: Why they are these.
  /// - Returns: The sentences; none for ordinary files of 8 bits.
  package func notes(bits: Int?, _ reason: Reason) -> [String] {
    let white = SampleBits.white(bits ?? 16)
    var notes = bits.map { depthNotes($0, reason) } ?? []
    func note(_ what: (one: String, many: String), _ isFound: (PictureFacts) -> Bool) {
      let found = pictures.filter { isFound($0.facts) }
      guard !found.isEmpty else { return }
      notes.append(sentence(found.map(\.path), found.count == 1 ? what.one : what.many))
    }
    note(
      (
        "is black: nothing in it is above 1/255 of white",
        "are black: nothing in them is above 1/255 of white"
      )
    ) {
      $0.blank(white: white) == .black
    }
    note(("is white all over", "are white all over")) { $0.blank(white: white) == .white }
    note(("is of one grey or colour", "are of one grey or colour")) {
      $0.blank(white: white) == .constant
    }
    note(
      (
        "is transparent over more than half of its area; what lies below is read, transparency is dropped",
        "are transparent over more than half of their area; what lies below is read, transparency is dropped"
      )
    ) {
      $0.transparency > 0.5
    }
    note(
      (
        "is transparent in places; what lies below is read, transparency is dropped",
        "are transparent in places; what lies below is read, transparency is dropped"
      )
    ) {
      $0.transparency > 0 && $0.transparency <= 0.5
    }
    note(
      (
        "has EXIF data in a form that is not read; it is taken as it lies",
        "have EXIF data in a form that is not read; they are taken as they lie"
      )
    ) {
      $0.hasUnreadEXIF
    }
    note(
      (
        "states a gamma other than 1/2.2, which is not applied",
        "state a gamma other than 1/2.2, which is not applied"
      )
    ) {
      $0.gamma.map { abs($0 * 2.2 - 1) > 0.05 } ?? false
    }
    note(
      (
        "is an animation, of which the first picture is read",
        "are animations, of which the first picture is read"
      )
    ) { $0.isAnimated }
    return notes + dicomNotes
  }

  private func depthNotes(_ bits: Int, _ reason: Reason) -> [String] {
    let wide = wide
    guard let largest = wide.map(\.facts.largest).max() else { return [] }
    let white = SampleBits.white(bits)
    let why =
      switch reason {
      case .given: "as is asked for"
      case .model: "as the model was trained, or --bits says"
      case .file: "as its values or its sBIT tell"
      case .rule:
        bits == SampleBits.holding(largest)
          ? "the fewest of \(SampleBits.choices.map(String.init).joined(separator: ", ")) that hold "
            + "them; \"bits\" of the image branch sets others"
          : "as the files' sBIT says; \"bits\" of the image branch sets others"
      }
    var notes = [
      sentence(
        wide.map(\.path), showsNames: false,
        "\(wide.count == 1 ? "is" : "are") 16-bit with values up to \(largest); read by \(bits) bits "
          + "(\(white) is white), \(why)")
    ]
    let clipped = wide.filter { $0.facts.largest > white }
    if !clipped.isEmpty {
      notes.append(
        sentence(
          clipped.map(\.path),
          "\(clipped.count == 1 ? "holds" : "hold") values above \(white), up to "
            + "\(clipped.map(\.facts.largest).max() ?? 0), which become white"))
    }
    // Scanners of two depths in one data set: some pictures would be dark.
    let own = Dictionary(grouping: wide) { SampleBits.holding($0.facts.largest) }
    if wide.count > 1, own.keys.contains(where: { $0 < bits }) {
      notes.append(
        "By their own largest values, the 16-bit pictures need "
          + own.keys.sorted().map { "\($0) bits: \(own[$0]?.count ?? 0)" }.joined(separator: ", ")
          + "; those of fewer than \(bits) bits are darker.")
    } else if wide.count == 1, reason != .rule, own.keys.contains(where: { $0 < bits }) {
      notes.append(
        sentence(
          wide.map(\.path),
          "needs only \(own.keys.min() ?? 0) bits: it is read as \(largest * 100 / white) % of white at most"
        ))
    }
    return notes
  }

  /// A sentence on some pictures: of one alone by its name, else their number and the first names.
  func sentence(_ paths: [String], showsNames: Bool = true, _ what: String) -> String {
    let total = pictures.count + ordinary
    if total == 1 { return "\(names(paths)) \(what)." }
    let listed = showsNames ? ": \(names(paths))" : ""
    return "\(paths.count) of \(total) pictures \(what)\(listed)."
  }

  /// The first files' names, or their paths where names alone would not tell them apart.
  private func names(_ paths: [String]) -> String {
    let first = paths.prefix(PictureCensus.namesShown)
    let short = first.map { lastName(of: $0) }
    let shown = Set(short).count == first.count ? short : Array(first)
    let more = paths.count - first.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}
