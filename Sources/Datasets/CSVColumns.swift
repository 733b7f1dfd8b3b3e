import Basics

/// The names of a table's columns, as its owner gives them.
package struct CSVColumns: Sendable, Equatable {
  /// Unique ids; nil numbers the rows from 1.
  package var id: String?
  /// Paths of images; nil where there are none.
  package var image: String?
  /// Lists of image paths, in place of `image`; rows that share an id are then one case, too.
  package var images: String?
  /// What stands between two paths, or two views, of a cell of `images`.
  package var imageSeparator = "|"
  /// Which view a picture is of, a word or with `images` a list of them; nil where views are not told.
  ///
  /// Rows that share an id are then one case.
  package var view: String?
  /// Reports; nil where there are none.
  package var text: String?
  /// The class; nil where `labelColumns` tell it.
  package var label: String?
  /// One column a class, which holds 1 where a case is of it (one-hot); empty where `label` is given.
  package var labelColumns: [LabelColumn] = []
  /// What stands between two labels in the column `label`, where a case may have several; nil where it has
  /// one.
  package var labelSeparator: String?
  /// Words of that column for a case without a label, such as `No Finding`.
  package var noLabel: [String] = []
  /// Patients; nil where they are not known.
  package var patient: String?
  /// Columns whose values are kept as the cases' `attributes`, by the columns' names.
  package var attributes: [String] = []

  /// Whether a case may have several pictures.
  package var haveSeveralPictures: Bool { images != nil || view != nil }

  /// How labels are told that a case may have together.
  ///
  /// - Throws: `ZooError` of code `.badValue` for one column without a separator.
  func labelForm(at place: Place) throws -> LabelForm {
    guard let label else {
      return .columns(labelColumns.map { .init(label: $0.label, column: $0.column) })
    }
    guard let labelSeparator else {
      throw ZooError(
        .badValue,
        "the column \"\(label)\" lists the labels of a case, and nothing tells what parts them",
        at: place,
        advice:
          "add \"labelSeparator\", such as \"|\", to \"columns\"; where each label has a column,"
          + " name them in \"labels\"")
    }
    return .list(column: label, separator: labelSeparator, none: noLabel)
  }

  /// The column that marks the cases of one class.
  package struct LabelColumn: Sendable, Equatable {
    package var label: String
    package var column: String

    package init(label: String, column: String) {
      self.label = label
      self.column = column
    }
  }

  package init(
    id: String? = nil, image: String? = nil, text: String? = nil, label: String? = nil,
    labelColumns: [LabelColumn] = [], patient: String? = nil
  ) {
    self.id = id
    self.image = image
    self.text = text
    self.label = label
    self.labelColumns = labelColumns
    self.patient = patient
  }

  /// What `zoo data sample` writes: `id,image,text,label,patient`.
  package static let sample = CSVColumns(
    id: "id", image: "image", text: "text", label: "label", patient: "patient")
}
