import Basics
import Datasets
import Downloads

/// How many cases of other data are cases of a run's own data, by their pictures and texts, whatever their ids.
package struct CaseOverlap: Sendable, Equatable {
  /// Cases looked at.
  package let count: Int
  /// Cases of which the very file of a picture is one of the run's.
  package private(set) var pictures = 0
  /// Other cases of which id and text are those of one of the run's.
  package private(set) var cases = 0
  /// Further cases of which the text is that of one of the run's.
  package private(set) var texts = 0

  /// Compares cases whose pictures were hashed.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  package init(of cases: [Case], with digest: DataDigest) throws {
    count = cases.count
    let images = Set(digest.rows.lazy.flatMap(\.pictures).map(\.file).filter { !$0.isEmpty })
    let own = Dictionary(
      digest.rows.map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
    let known = Set(own.values.lazy.filter { !$0.isEmpty })
    for item in cases {
      let text = known.isEmpty ? "" : try DataDigest.short(item.text)
      if item.images.contains(where: { images.contains($0.picture?.file ?? "") }) {
        pictures += 1
      } else if !text.isEmpty, own[item.id] == text {
        self.cases += 1
      } else if known.contains(text) {
        texts += 1
      }
    }
  }

  /// Cases with the SHA-256 of their pictures' files, those that have it as they are.
  ///
  /// A file that can't be read stays without: whoever reads the picture tells.
  package static func hashed(_ cases: [Case], progress: ProgressReporter) throws -> [Case] {
    let missing = cases.indices.flatMap { item in
      cases[item].images.indices.filter { cases[item].images[$0].picture == nil }.map { (item, $0) }
    }
    guard !missing.isEmpty else { return cases }
    let digests = try progress.mapped(
      missing.map { cases[$0].images[$1].path }, stage: "SHA-256 of \(missing.count) pictures"
    ) { path in try? sha256(ofFile: path) }
    var cases = cases
    for ((item, place), digest) in zip(missing, digests) {
      cases[item].images[place].picture = digest.map { CasePicture(file: $0) }
    }
    return cases
  }

  /// The sentence on cases that are the run's own; nil without any.
  ///
  /// `set` is what the data are called, `whose` such as "of the study that net was trained in".
  package func warning(_ set: String, _ whose: String) -> String? {
    guard pictures + cases > 0 else { return nil }
    let kinds = [
      pictures > 0 ? "\(pictures) by the very file of the picture" : nil,
      cases > 0 ? "\(cases) by id and text" : nil,
    ].compactMap { $0 }
    return
      "\(pictures + cases) of the \(count) cases of \(set) are \(whose), \(kinds.joined(separator: ", ")):"
      + " this is no external evaluation, and figures on training cases are optimistically scored"
  }

  /// The sentence on cases that share a text alone; nil without any.
  package func note(_ set: String, _ whose: String) -> String? {
    guard texts > 0 else { return nil }
    return
      "\(texts) of the \(count) cases of \(set) have word for word the text of a case \(whose): short reports"
      + " may be alike, copied ones are not external"
  }
}
