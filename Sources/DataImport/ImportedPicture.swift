import Basics
import DICOM
import Datasets
import Foundation

/// What is kept of a DICOM file, and of what is needed to join it, for as long as the import runs.
struct ImportedPicture: Sendable {
  /// The file; it never leaves the import.
  let path: String
  /// The keys of patient, study and picture.
  let patient: String?
  let study: String
  let id: String
  /// The number that reports are matched by; nil where the file lacks it.
  let number: String?
  /// What the file holds of persons and numbers, for the text guard.
  let names: [String]
  let view: String
  let laterality: String
  let sex: String
  let ageBand: String
  let manufacturer: String
  let year: String
  let isLocaliser: Bool
  /// Whether the file says that text is burned in.
  let saysBurnedIn: Bool

  /// The elements that are looked for in reports.
  private static let identifying = [
    "patient's name", "patient id", "date of birth", "accession number", "study id",
    "referring physician", "performing physician", "operator", "institution", "station",
  ]

  /// What a description says of a file below `root`.
  init(
    _ file: DICOMDescription, path: String, root: String, key: PseudonymKey,
    matching: ReportTable.Key, withYear: Bool
  ) {
    self.path = path
    let place = String(path.dropFirst(root.count))
    let all = Dictionary(
      (file.plain + file.identifying).map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let number =
      all["patient id"] ?? all["patient's name"].map { "\($0)\u{0}\(all["date of birth"] ?? "")" }
    patient = number.map { key.key("patient", $0) }
    let studyNumber = all["study UID"] ?? all["accession number"] ?? place
    study = key.key("study", studyNumber)
    id = key.key("picture", all["instance UID"] ?? place)
    self.number = all[matching.element]
    names = ImportedPicture.identifying.compactMap { all[$0] }
    view = ImportedPicture.known(all["view"], ["AP", "PA", "LL", "RL", "LATERAL", "RLD", "LLD"])
    laterality = ImportedPicture.known(
      all["image laterality"] ?? all["laterality"], ["L", "R", "B", "U"])
    sex = ImportedPicture.known(all["sex"], ["M", "F", "O"])
    ageBand = ImportedPicture.age(all).flatMap(AgeBand.name(years:)) ?? ""
    manufacturer = all["manufacturer"] ?? ""
    year = withYear ? String((all["study date"] ?? "").prefix(4)) : ""
    isLocaliser = all["image type"]?.uppercased().contains("LOCALIZER") ?? false
    saysBurnedIn = all["burned-in annotation"]?.uppercased() == "YES"
  }

  /// A code where it is one of those that the standard has; "other" else, so that nothing written by hand comes through.
  private static func known(_ value: String?, _ codes: [String]) -> String {
    guard let value = value?.uppercased(), !value.isEmpty else { return "" }
    return codes.contains(value) ? value : "other"
  }

  /// The age in years, by the file's own word (`058Y`) or the dates of birth and study.
  private static func age(_ all: [String: String]) -> Double? {
    if let age = all["age"], let unit = age.last, let number = Double(age.dropLast()) {
      let perYear: [Character: Double] = ["Y": 1, "M": 12, "W": 365.25 / 7, "D": 365.25]
      return perYear[unit].map { number / $0 }
    }
    func day(_ text: String?) -> Double? {
      guard let text, text.count == 8, let year = Double(text.prefix(4)),
        let month = Double(text.dropFirst(4).prefix(2)), let day = Double(text.suffix(2))
      else { return nil }
      return year + (month - 1) / 12 + (day - 1) / 365.25
    }
    guard let born = day(all["date of birth"]), let taken = day(all["study date"]), taken >= born
    else { return nil }
    return taken - born
  }
}
