import Basics

/// One report of the Indiana University collection (Open-i), as its XML or Kaggle's table tells it.
package struct OpenIReport: Sendable, Equatable {
  /// `CXR1`; in Kaggle's form `CXR` is put before the number.
  package var id: String
  /// The texts by section label, such as `FINDINGS`, without white space around them.
  package var sections: [String: String]
  /// The manual MeSH indexing: `normal`, `No Indexing`, or findings as `Cardiomegaly/mild`.
  package var majors: [String]
  /// The automatic indexing; empty in Kaggle's form.
  package var automatic: [String]
  /// The ids of the images: file names without `.png`.
  package var images: [String]
  package var source: Place

  package init(
    id: String, sections: [String: String] = [:], majors: [String] = [], automatic: [String] = [],
    images: [String] = [], source: Place
  ) {
    self.id = id
    self.sections = sections
    self.majors = majors
    self.automatic = automatic
    self.images = images
    self.source = source
  }

  /// `normal` where the manual indexing is exactly that, in whatever case; nil where the report was
  /// not indexed; else `abnormal`.
  ///
  /// Never by substring: `abnormal` occurs inside other terms.
  package var label: String? {
    if majors.isEmpty || majors.contains(where: { $0.lowercased() == "no indexing" }) {
      return nil
    }
    return majors.count == 1 && majors[0].lowercased() == OpenI.normal
      ? OpenI.normal : OpenI.abnormal
  }

  /// What the manual indexing names, without its qualifiers: `Cardiomegaly` of `Cardiomegaly/mild`; `normal`
  /// for a normal report; each once.
  package var headings: [String] {
    var found: [String] = []
    for major in majors {
      let heading = tidied(String(major.prefix { $0 != "/" }))
      let name = heading.lowercased() == OpenI.normal ? OpenI.normal : heading
      if !name.isEmpty, !found.contains(name) { found.append(name) }
    }
    return found
  }

  /// The texts of the sections asked for, in that order, empty ones omitted, joined by a space.
  package func text(of names: [String]) -> String {
    names.compactMap { sections[$0] }.filter { !$0.isEmpty }.joined(separator: " ")
  }
}
