import Basics
import Datasets
import Evaluation
import Foundation
import Images
import Training

/// Where a study's cases come from.
package struct DataSpecification: Sendable, Equatable {
  /// The layouts that can be read.
  package enum Format: String, Sendable, CaseIterable {
    case csv
    case openI = "open-i"
    case openIKaggle = "open-i-kaggle"
    case chestXray14 = "chestx-ray14"
  }

  package var format: Format
  package var path: String
  package var columns: CSVColumns?
  package var imageRoot: String?
  package var projections: String?
  package var sections: [String]
  /// What is asked about a case, and by which labels.
  package var labels: LabelSpecification
  /// Whether a program made them: the specification says so, or they lie in a phantom sample.
  package var isSynthetic: Bool
  /// The views of which a case may have a picture each; nil where a case has one picture, or any number of them.
  package private(set) var views: ViewSlots?
  /// What is to be said of where they lie.
  package internal(set) var notes: [String] = []
  /// Which published collection they are of, and whether starting weights may have seen them.
  package var origin: DataOrigin
  /// Whether cases that lack an image or a text, though not both, take part.
  package var keepsIncomplete: Bool
  /// What else is kept of each case, by the table's columns; ChestX-ray14's are `view`, `sex` and `ageBand`.
  package var attributes: [String]
  /// The language of the texts, by its code, for the cards of models; nil where it is not said.
  package var language: String?
  /// How tables are read.
  package var table: TableOptions
  package var place: Place
  private let folder: String

  /// Reads the data part of a specification; paths in it are relative to `folder`, `task` is what is asked where
  /// it names none.
  ///
  /// - Throws: `ZooError` for an unknown key or format.
  package init(_ value: JSONValue, folder: String, task: TaskKind = .binary) throws {
    var object = try value.object()
    place = value.place
    self.folder = folder
    format = try object.choice("format")
    path = try object.string("path")
    imageRoot = try object.optionalString("imageRoot")
    projections = try object.optionalString("projections")
    sections = try object.strings("sections") ?? ["FINDINGS"]
    labels = try LabelSpecification(&object, task: task)
    table = try TableOptions(&object)
    let views = object.value("views")
    self.views = try views.map { try ViewSlots($0) }
    isSynthetic = try object.boolean("synthetic", default: false)
    attributes = try object.strings("attributes") ?? []
    origin = try DataOrigin(&object, format: format.rawValue)
    keepsIncomplete =
      try object.choice("incomplete", among: ["refused", "kept"], default: "refused") == "kept"
    if let language = object.value("language") {
      let code = try language.string()
      try TextLanguage.check(code, at: language.place)
      self.language = code
    }
    if var named = try object.object("columns") {
      columns = try CSVColumns(&named)
      try named.finish()
    }
    try object.finish()
    try checkViews(at: views?.place)
    try labels.settle(format: format, columns: columns)
    if !isSynthetic,
      DataSpecification.isSample(table: resolved(path), imageRoot: imageRoot.map(resolved))
    {
      isSynthetic = true
      notes.append(DataSpecification.sampleNote)
    }
    if format == .csv, columns == nil {
      throw ZooError(
        .badValue,
        "\"columns\" is missing; expected at least {\"label\": …} and \"image\" or \"text\"",
        at: value.place)
    }
  }

  /// The cases, checked for what the study needs; with `needsEveryAnswer` false, labels that can't be learnt and
  /// cases without a known answer are said rather than refused.
  ///
  /// - Throws: `ZooError` that counts the cases that can't be used by kind, with examples.
  package func load(
    needsImages: Bool, needsTexts: Bool, skipsBad: Bool, needsEveryAnswer: Bool = true
  ) throws -> CaseSet {
    let mayLack = keepsIncomplete && needsImages && needsTexts
    func demand(_ isNeeded: Bool, _ strength: CaseRules.Demand) -> CaseRules.Demand {
      guard isNeeded else { return .optional }
      // Where one side alone is read, cases without it are left out and listed.
      return mayLack ? .allowed : keepsIncomplete ? .wanted : strength
    }
    var rules = CaseRules(
      image: demand(needsImages, .required), text: demand(needsTexts, .required),
      skipsBad: skipsBad, by: labels)
    var lenient = CaseRules(
      image: demand(needsImages, .wanted), text: demand(needsTexts, .wanted), skipsBad: skipsBad,
      by: labels)
    if labels.task == .binary, lenient.labels == nil {
      lenient.labels = [OpenI.normal, OpenI.abnormal]
    }
    rules.needsEveryAnswer = needsEveryAnswer
    lenient.needsEveryAnswer = needsEveryAnswer
    try checkAttributes()
    switch format {
    case .csv:
      var columns = columns ?? CSVColumns.sample
      for (kind, column, isNeeded) in [
        ("image", columns.image ?? columns.images, needsImages), ("text", columns.text, needsTexts),
      ] where isNeeded && column == nil {
        throw ZooError(
          .badValue, "\(kind)s are read, and \"columns\" names no \"\(kind)\"", at: place,
          advice: "add \"\(kind)\": \"COLUMN\" to \"columns\"")
      }
      // Rows that share an id stay joined by the columns of views.
      if !needsImages, !columns.haveSeveralPictures { columns.image = nil }
      columns.attributes = Set(attributes).sorted()
      return try CaseSet.csv(
        path: resolved(path), columns: columns, imageRoot: imageRoot.map(resolved), rules: rules,
        views: needsImages ? views : nil, options: table)
    case .openI, .openIKaggle:
      var options = OpenI.Options()
      options.sections = sections
      options.imageRoot = needsImages ? imageRoot.map(resolved) : nil
      options.rules = lenient
      options.views = views
      options.table = table
      return format == .openI
        ? try CaseSet.openI(
          path: resolved(path), projections: projections.map(resolved), options: options)
        : try CaseSet.openIKaggle(
          reports: resolved(path), projections: projections.map(resolved), options: options)
    case .chestXray14:
      return try CaseSet.chestXray14(
        table: resolved(path), imageRoot: imageRoot.map(resolved), rules: lenient,
        options: table)
    }
  }

  /// Whether a case may have several pictures.
  package var haveSeveralPictures: Bool {
    views != nil || format == .csv && columns?.haveSeveralPictures == true
  }

  /// Sees that the data can have views.
  private func checkViews(at place: Place?) throws {
    guard views != nil else { return }
    guard format != .chestXray14 else {
      throw ZooError(
        .badValue, "ChestX-ray14 has one picture a case; its view is an attribute", at: place)
    }
    guard format != .csv || columns?.view != nil else {
      throw ZooError(
        .badValue, "\"views\" names views, and \"columns\" no column that tells them", at: place,
        advice: "add \"view\": \"COLUMN\" to \"columns\"")
    }
  }

  /// Refuses attributes that a published layout does not have; a table's columns are looked up when it is read.
  private func checkAttributes() throws {
    guard format != .csv else { return }
    let known = format == .chestXray14 ? ChestXray14.attributes : []
    for name in attributes where !known.contains(name) {
      throw ZooError(
        .badValue,
        "\(format.rawValue) has no attribute \"\(name)\"; "
          + (known.isEmpty ? "it has none" : suggestion(for: name, among: known)), at: place)
    }
  }

  /// Whether a table lies in a phantom sample, or its images do.
  package static func isSample(table: String, imageRoot: String?) -> Bool {
    PhantomSample.holds(table) || imageRoot.map { PhantomSample.holds("\($0)/image.png") } ?? false
  }

  static let sampleNote =
    "the data lie in a phantom sample, as its README.txt says: they count as synthetic"

  /// The table or folder of the cases.
  package var resolvedPath: String { resolved(path) }

  private func resolved(_ path: String) -> String { joinPath(folder, path) }
}
