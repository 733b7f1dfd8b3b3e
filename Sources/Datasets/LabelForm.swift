/// How a table tells the labels of its cases.
package enum LabelForm: Sendable, Equatable {
  /// One column that names the class of each case.
  case classes(column: String)
  /// A column for each label that holds 1, 0, −1 (uncertain) or nothing (not known); `column` nil is the
  /// label's own name.
  case columns([LabelColumn])
  /// One column that lists the labels of each case, such as `Mass|Edema`; `none` are the words for no
  /// label, such as `No Finding`.
  case list(column: String, separator: String, none: [String])

  /// A label and the column of its answers.
  package struct LabelColumn: Sendable, Equatable {
    package var label: String
    package var column: String?

    package init(label: String, column: String? = nil) {
      self.label = label
      self.column = column
    }
  }
}
