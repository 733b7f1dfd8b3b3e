/// The names of a table's columns, as its owner gives them.
package struct CSVColumns: Sendable, Equatable {
  /// Unique ids; nil numbers the rows from 1.
  package var id: String?
  /// Paths of images; nil where there are none.
  package var image: String?
  /// Reports; nil where there are none.
  package var text: String?
  package var label: String
  /// Patients; nil where they are not known.
  package var patient: String?

  package init(
    id: String? = nil, image: String? = nil, text: String? = nil, label: String,
    patient: String? = nil
  ) {
    self.id = id
    self.image = image
    self.text = text
    self.label = label
    self.patient = patient
  }

  /// What `zoo data sample` writes: `id,image,text,label,patient`.
  package static let sample = CSVColumns(
    id: "id", image: "image", text: "text", label: "label", patient: "patient")
}
