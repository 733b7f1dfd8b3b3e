import Basics

/// Names and settings of the Indiana University collection (Open-i), in both of its forms.
///
/// Demner-Fushman et al., "Preparing a collection of radiology examinations for distribution and
/// retrieval", JAMIA 2016, https://doi.org/10.1093/jamia/ocv080.
package enum OpenI {
  package static let normal = "normal"
  package static let abnormal = "abnormal"
  package static let terms =
    "Indiana University chest X-ray collection (Open-i, U.S. National Library of Medicine), "
    + "CC BY-NC-ND 4.0"

  /// Which of a report's images is the case's.
  package enum Projection: String, Sendable, CaseIterable {
    case frontal = "Frontal"
    case lateral = "Lateral"
  }

  /// What is made of the collection.
  package struct Options: Sendable, Equatable {
    /// The sections whose texts make the case's text, in order.
    package var sections: [String]
    /// The folder of the images; nil leaves cases without images.
    package var imageRoot: String?
    /// The first image of this kind is the case's, where no views are asked for.
    package var projection: Projection
    /// The views of which a case has a picture each, by the projections' names.
    package var views: ViewSlots?
    package var rules: CaseRules
    /// How Kaggle's tables are read.
    package var table = TableOptions()

    /// By default FINDINGS alone, and reports without it are left out and listed.
    package init(
      sections: [String] = ["FINDINGS"], imageRoot: String? = nil,
      projection: Projection = .frontal,
      rules: CaseRules = CaseRules(text: .wanted, labels: [OpenI.normal, OpenI.abnormal])
    ) {
      self.sections = sections
      self.imageRoot = imageRoot
      self.projection = projection
      self.rules = rules
    }

    /// Sees that views can be told apart.
    ///
    /// - Throws: `ZooError` of code `.badValue` for a view that the collection does not have, or without the
    ///   table of projections.
    func checkViews(hasTable: Bool) throws {
      guard let views, imageRoot != nil else { return }
      for slot in views.slots {
        let words = ([slot.name] + slot.words).map { $0.lowercased() }
        guard Projection.allCases.contains(where: { words.contains($0.rawValue.lowercased()) })
        else {
          throw ZooError(
            .badValue, "Open-i has no view \"\(slot.name)\"; expected frontal or lateral")
        }
      }
      guard hasTable else {
        throw ZooError(
          .badValue, "nothing tells which picture is of which view",
          advice: "add \"projections\": the path of Kaggle's indiana_projections.csv")
      }
    }
  }

  /// The ids of a report's images in Kaggle's files: `CXR` dropped, `.dcm.png` appended.
  ///
  /// Report 1 is the exception: `CXR1_1_IM-0001-3001` became `1_IM-0001-3001`.
  static func kaggleFileName(image: String) -> String {
    let doubled = "CXR1_1_"
    let stem =
      image.hasPrefix(doubled)
      ? image.dropFirst("CXR1_".count) : image.hasPrefix("CXR") ? image.dropFirst(3) : image[...]
    return stem + ".dcm.png"
  }

  /// Makes the case set of either form; `images` finds the files of a report's images.
  static func caseSet(
    _ reports: [OpenIReport], checker: CaseChecker, origin: String, options: Options,
    notes: [String] = [], images: (OpenIReport) -> [CaseImage]
  ) throws -> CaseSet {
    try checkSections(options.sections, reports, origin: origin)
    var checker = checker
    let isTwoClasses = options.rules.labelling == .twoClasses
    var terms = TermLabels(
      options.rules, names: options.rules.labels ?? [], what: "MeSH headings")
    var choice = ViewChoice(options.views)
    for report in reports {
      guard let label = report.label else {
        let found = report.majors.isEmpty ? "none" : "\"\(report.majors.joined(separator: ";"))\""
        checker.leaveOut(
          LeftOut(
            id: report.id, reason: .notIndexed,
            message: "report \(report.id) has no manual indexing (MeSH major: \(found))",
            place: report.source))
        continue
      }
      var item = Case(
        id: report.id, text: report.text(of: options.sections),
        label: isTwoClasses ? label : nil, source: report.source)
      item.images = images(report)
      if options.imageRoot != nil { choice.keep(&item) }
      if !isTwoClasses, let left = terms.apply(report.headings, to: &item) {
        checker.leaveOut(left)
        continue
      }
      checker.add(item)
    }
    var set = try checker.finish(
      name: "open-i",
      description: "Indiana University reports (\(options.sections.joined(separator: " and "))); "
        + (isTwoClasses
          ? "normal where the manual MeSH indexing is exactly \"normal\""
          : "labels are headings of the manual MeSH indexing"),
      terms: Self.terms, notes: notes)
    if options.imageRoot != nil { set.notes += try choice.notes(at: origin) }
    if !isTwoClasses { set.notes += try terms.notes(on: set, at: Place(path: origin)) }
    return set
  }

  /// A section that no report has is a slip of the pen.
  private static func checkSections(
    _ names: [String], _ reports: [OpenIReport], origin: String
  ) throws {
    var found: Set<String> = []
    for report in reports { found.formUnion(report.sections.keys) }
    for name in names where !found.contains(name) && !reports.isEmpty {
      throw ZooError(
        .badValue,
        "no report has a section \"\(name)\"; " + suggestion(for: name, among: found.sorted()),
        at: Place(path: origin))
    }
    guard !names.isEmpty else {
      throw ZooError(.badValue, "no text sections are named; expected e.g. FINDINGS")
    }
  }

  /// Reports in the order of their numbers: the order of a folder or archive is accidental.
  static func sorted(_ reports: [OpenIReport]) -> [OpenIReport] {
    let keyed = reports.map { (number: Int($0.id.drop { !$0.isNumber }) ?? .max, report: $0) }
    return keyed.sorted { ($0.number, $0.report.id) < ($1.number, $1.report.id) }.map(\.report)
  }
}
