import Basics
import Datasets

extension TableOptions {
  /// Reads the keys of `data` that tell how its table is written: `separator`, `encoding`, `sheet`,
  /// `missing`.
  ///
  /// - Throws: `ZooError` with file, line and key.
  init(_ object: inout JSONObject) throws {
    self.init()
    dialect.namesKeys = true
    if let value = object.value("separator") {
      let text = try value.string()
      let names = ["comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "\\t": "\t"]
      let bytes = Array((names[text] ?? text).utf8)
      guard bytes.count == 1, CSVTable.Dialect.separates(bytes[0]) else {
        throw ZooError(
          .badValue,
          "\"\(text)\" separates no fields; expected one sign such as \",\", \";\", \"|\""
            + " or \"tab\"", at: value.place)
      }
      dialect.separator = bytes[0]
    }
    if object.value("encoding") != nil {
      let name = try object.choice("encoding", among: TextEncoding.allCases.map(\.rawValue))
      dialect.encoding = TextEncoding(rawValue: name)
    }
    dialect.sheet = try object.optionalString("sheet")
    missing = try object.strings("missing")
  }
}

extension CSVColumns {
  /// Reads `columns` of a study's `data`: `label` names a column, or `labels` one for each class or label.
  ///
  /// - Throws: `ZooError` with file, line and key.
  package init(_ object: inout JSONObject) throws {
    self.init(
      id: try object.optionalString("id"), image: try object.optionalString("image"),
      text: try object.optionalString("text"), label: try object.optionalString("label"),
      patient: try object.optionalString("patient"))
    images = try object.optionalString("images")
    imageSeparator = try object.string("imageSeparator", default: "|")
    view = try object.optionalString("view")
    guard image == nil || images == nil else {
      throw ZooError(
        .badValue, "\"image\" and \"images\": either names the pictures", at: object.place,
        advice: "\"image\" is one path a row, \"images\" a list of them")
    }
    guard !imageSeparator.isEmpty else {
      throw ZooError(.badValue, "\"imageSeparator\" is empty", at: object.place)
    }
    guard view == nil || image != nil || images != nil else {
      throw ZooError(
        .badValue, "\"view\" without \"image\" or \"images\"", at: object.place)
    }
    guard view == nil || images != nil || id != nil else {
      throw ZooError(
        .badValue,
        "\"view\" tells the pictures of a case apart, and nothing tells which rows are one case",
        at: object.place, advice: "name the column of the examination's \"id\"")
    }
    labelColumns = try CSVColumns.labelColumns(object.value("labels"))
    labelSeparator = try object.optionalString("labelSeparator")
    noLabel = try object.strings("noLabel") ?? []
    guard (label == nil) != labelColumns.isEmpty else {
      throw ZooError(
        .badValue,
        label == nil
          ? "\"label\" is missing; expected a column, or \"labels\": {\"CLASS\": \"COLUMN\", …} where each"
            + " class has one" : "\"label\" and \"labels\": either tells the class",
        at: object.place)
    }
  }

  /// A column for each label: an object of them, or a list of columns that are called as their labels.
  private static func labelColumns(_ value: JSONValue?) throws -> [LabelColumn] {
    guard let value else { return [] }
    if case .array(let names) = value.content {
      return try names.map { LabelColumn(label: try $0.string(), column: try $0.string()) }
    }
    return try value.object().members.map { member in
      LabelColumn(label: member.key, column: try member.value.string())
    }
  }
}
