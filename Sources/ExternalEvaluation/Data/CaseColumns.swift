import Basics
import Datasets
import Foundation
import Studies
import Training

/// Which columns of a table hold what a model reads: those that a person names, else those of the model's own study,
/// else those of the usual names.
package struct CaseColumns: Sendable, Equatable {
  /// The columns, those that are nil not to be read.
  package let columns: CSVColumns
  /// How they were found, in a sentence; nil where a person named all of them.
  package let note: String?

  /// Where a column's name came from.
  private enum Source: String {
    case given
    case study = "as in the model's study"
    case usual = "by its usual name"
  }

  /// Chooses the columns.
  ///
  /// - Parameters:
  ///   - given: what a person names.
  ///   - study: the columns of the model's own study; nil where there is none.
  ///   - names: the table's header.
  ///   - model: what is read: a side that it does not read needs no column.
  ///   - wantsLabel: whether labels and patients are looked for.
  ///   - path: the table.
  /// - Throws: `ZooError` of code `.badValue` that names the option to give.
  package init(
    given: CSVColumns, study: CSVColumns?, header names: [String], model: TrainedModel,
    wantsLabel: Bool = false, path: String
  ) throws {
    var told: [String] = []
    func find(_ what: String, _ key: KeyPath<CSVColumns, String?>, _ usual: String) -> String? {
      if let name = given[keyPath: key] { return name }
      let candidates: [(String?, Source)] = [(study?[keyPath: key], .study), (usual, .usual)]
      for (name, source) in candidates {
        if let name, names.contains(name) {
          told.append("\(what) \"\(name)\" (\(source.rawValue))")
          return name
        }
      }
      return nil
    }
    var columns = CSVColumns()
    columns.id = find("ids", \.id, "id")
    if columns.id == nil { told.append("ids are the numbers of the rows") }
    if model.image != nil {
      if let listed = given.images ?? study?.images.flatMap({ names.contains($0) ? $0 : nil }),
        given.image == nil
      {
        columns.images = listed
        if given.images == nil {
          told.append("lists of images \"\(listed)\" (as in the model's study)")
        }
        columns.imageSeparator = (given.images == nil ? study : given)?.imageSeparator ?? "|"
      } else {
        columns.image = find("images", \.image, "image")
      }
    }
    // Without views a table may hold a case a row, which a model of any number of pictures reads, too.
    if model.image?.views != nil { columns.view = find("views", \.view, "view") }
    if model.text != nil { columns.text = find("texts", \.text, "text") }
    if wantsLabel {
      let marks = study?.labelColumns ?? []
      if given.label == nil, !marks.isEmpty, marks.allSatisfy({ names.contains($0.column) }) {
        columns.labelColumns = marks
        told.append("a column for each label (\(Source.study.rawValue))")
      } else {
        columns.label = find("labels", \.label, "label")
      }
      // What the study says of its column is said of no other.
      let own = columns.label == study?.label ? study : nil
      columns.labelSeparator = given.labelSeparator ?? own?.labelSeparator
      columns.noLabel = own?.noLabel ?? []
      columns.patient = find("patients", \.patient, "patient")
    }
    let lacks = [
      model.image != nil && columns.image == nil && columns.images == nil ? "image" : nil,
      model.text != nil && columns.text == nil ? "text" : nil,
    ].compactMap { $0 }
    let sides = (model.image == nil ? 0 : 1) + (model.text == nil ? 0 : 1)
    if let first = lacks.first, !model.acceptsMissingModality || lacks.count == sides {
      throw ZooError(
        .badValue,
        "the model reads \(first)s, and no column is known to hold them; there are: "
          + names.joined(separator: ", "),
        at: Place(path: path, line: 1), advice: "name it: --\(first)-column COLUMN")
    }
    let views = model.image?.views?.slots?.names ?? []
    if views.count == 1, columns.view == nil {
      told.append("every picture is taken as \(views[0]), since no column tells views")
    }
    if views.count > 1, columns.view == nil {
      throw ZooError(
        .badValue,
        "the model reads the views \(views.joined(separator: ", ")), and no column is known to tell them",
        at: Place(path: path, line: 1), advice: "name it: --view-column COLUMN")
    }
    self.columns = columns
    note = told.isEmpty ? nil : "columns of \(path): " + told.joined(separator: ", ")
  }

  /// The columns of the study of the run that a model lies in; nil where there is none, or its data are no table.
  package static func ofStudy(above model: String) -> CSVColumns? {
    var folder = URL(fileURLWithPath: model).standardizedFileURL
    for _ in 0..<5 {
      let path = "\(folder.path)/study.json"
      // A run's own; any other file of that name is none of the model's.
      if FileManager.default.fileExists(atPath: "\(folder.path)/\(DataNote.fileName)"),
        let value = try? JSONValue.parse(contentsOf: path), var root = try? value.object(),
        var data = try? root.object("data"), var columns = try? data.object("columns")
      {
        return try? CSVColumns(&columns)
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }
}
