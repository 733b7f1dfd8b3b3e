import Basics
import Foundation

extension CaseSet {
  /// Reads the original XML form of Open-i: a folder of `N.xml`, or an archive of it.
  ///
  /// The image of a report is `imageRoot/ID.png`. The XML does not tell frontal from lateral: with
  /// Kaggle's `indiana_projections.csv` the first one of the projection asked for is taken, without
  /// it the first one there is. `options.views` take a picture of each of them by that table.
  ///
  /// - Throws: `ZooError` with file and line: a damaged archive, unreadable reports, a section that
  ///   no report has, or the cases that break the rules.
  package static func openI(
    path: String, projections: String? = nil, options: OpenI.Options = OpenI.Options()
  ) throws -> CaseSet {
    let (reports, errors) = try OpenI.readReports(path: path)
    var checker = CaseChecker(rules: options.rules, origin: path)
    for error in errors {
      checker.refuse(
        LeftOut(
          id: "", reason: .unreadable, message: error.message,
          place: error.place ?? Place(path: path)))
    }
    let table = try projections.map { try OpenI.Projections(path: $0, options: options.table) }
    let wanted = options.projection
    try options.checkViews(hasTable: table != nil)
    var notes: [String] = []
    let several = reports.count { $0.images.count > 1 }
    if options.imageRoot != nil, table == nil, several > 0 {
      notes.append(
        "nothing tells which picture is frontal: of \(counted(several, "report")) with several the first was taken;"
          + " \"projections\" names the table that tells")
    }
    return try OpenI.caseSet(
      reports, checker: checker, origin: path, options: options, notes: notes
    ) { report in
      guard let root = options.imageRoot else { return [] }
      func kind(_ image: String) -> OpenI.Projection? {
        table?.kinds[OpenI.kaggleFileName(image: image)]
      }
      let images =
        options.views == nil
        ? report.images.first { table == nil || kind($0) == wanted }.map { [$0] } ?? []
        : report.images
      return images.map {
        CaseImage(
          path: joinPath(root, "\($0).png"),
          view: options.views == nil ? nil : kind($0)?.rawValue)
      }
    }
  }

  /// Reads Kaggle's form of Open-i: `indiana_reports.csv` and `indiana_projections.csv`.
  ///
  /// `imageRoot` is the folder of the PNG files, or one that holds them in
  /// `images/images_normalized` or `images_normalized`. Ids get `CXR` put before them, so that both
  /// forms name the same cases.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func openIKaggle(
    reports path: String, projections: String? = nil, options: OpenI.Options = OpenI.Options()
  ) throws -> CaseSet {
    let (reports, notes) = try OpenI.kaggleReports(
      path: path, sections: options.sections, options: options.table)
    let table = try projections.map { try OpenI.Projections(path: $0, options: options.table) }
    let root = options.imageRoot.map(OpenI.kaggleImageFolder)
    try options.checkViews(hasTable: table != nil)
    let checker = CaseChecker(rules: options.rules, origin: path)
    return try OpenI.caseSet(
      OpenI.sorted(reports), checker: checker, origin: path, options: options, notes: notes
    ) { report in
      guard let root, let table else { return [] }
      guard options.views != nil else {
        return table.first[report.id]?[options.projection]
          .map { [CaseImage(path: joinPath(root, $0))] } ?? []
      }
      return (table.all[report.id] ?? []).map { file in
        CaseImage(path: joinPath(root, file), view: table.kinds[file]?.rawValue)
      }
    }
  }
}
