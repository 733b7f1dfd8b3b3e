import Basics
import Datasets
import Foundation

/// Writes `cases.csv` of a collection that lies in a folder: a row a case, with the frontal picture's path.
struct CollectionTable {
  private let collection: PublishedCollection
  private let folder: String
  private let dicom: String?
  private let progress: ProgressReporter

  init(
    _ collection: PublishedCollection, in folder: String, dicom: String?, progress: ProgressReporter
  ) {
    self.collection = collection
    self.folder = folder
    self.dicom = dicom
    self.progress = progress
  }

  /// Writes the table.
  ///
  /// - Returns: lines on what it holds and what was left out.
  /// - Throws: `ZooError` for tables or reports that are missing or damaged.
  func write() throws -> [String] {
    collection.name == PublishedCollection.openI.name ? try openI() : try chestXray14()
  }

  private func isThere(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(name)")
  }

  private func openI() throws -> [String] {
    var lines: [String] = []
    let projections = "\(folder)/indiana_projections.csv"
    if dicom != nil, isThere("indiana_projections.csv") {
      lines.append(
        "indiana_projections.csv is there and tells the views; the DICOM files were not read")
    } else if let dicom {
      lines.append(try DICOMViews.write(tree: dicom, to: projections, progress: progress))
    }
    let table = isThere("indiana_projections.csv") ? projections : nil
    var options = OpenI.Options(imageRoot: "\(folder)/images")
    options.rules = CaseRules(
      image: .wanted, text: .wanted, labels: [OpenI.normal, OpenI.abnormal], skipsBad: true)
    // The other section is read by the same rules, so that one damaged report stops neither.
    var others = OpenI.Options(sections: ["IMPRESSION"])
    others.rules = CaseRules(labels: options.rules.labels, skipsBad: true)
    let (set, impressions): (CaseSet, CaseSet)
    if let xml = ["NLMCXR_reports.tgz", "ecgen-radiology"].first(where: isThere) {
      let path = "\(folder)/\(xml)"
      set = try CaseSet.openI(path: path, projections: table, options: options)
      impressions = try CaseSet.openI(path: path, options: others)
    } else if isThere("indiana_reports.csv") {
      let path = "\(folder)/indiana_reports.csv"
      guard table != nil else {
        throw ZooError(
          .notFound,
          "the reports of Kaggle's layout name no pictures, and indiana_projections.csv is not there",
          at: Place(path: path), advice: "put it beside them, or give the DICOM files by --dicom")
      }
      set = try CaseSet.openIKaggle(reports: path, projections: table, options: options)
      impressions = try CaseSet.openIKaggle(reports: path, options: others)
    } else {
      throw ZooError(
        .notFound,
        "no reports are there; expected NLMCXR_reports.tgz, ecgen-radiology or indiana_reports.csv",
        at: Place(path: folder))
    }
    let texts = Dictionary(
      impressions.cases.map { ($0.id, $0.text ?? "") }, uniquingKeysWith: { first, _ in first })
    var writer = CSVWriter(columns: ["id", "image", "findings", "impression", "label"])
    for one in set.cases {
      writer.append([
        one.id, relative(one.images.first?.path), one.text ?? "",
        texts[one.id] ?? "", one.label ?? "",
      ])
    }
    try writer.write(to: "\(folder)/cases.csv")
    return lines + summary(set)
  }

  private func chestXray14() throws -> [String] {
    let names = try folderEntries(folder).sorted().filter {
      $0.hasPrefix("Data_Entry_2017") && $0.hasSuffix(".csv")
    }
    // Data_Entry_2017_v2020.csv comes behind the table that it corrects.
    guard let name = names.last else {
      throw ZooError(
        .notFound,
        "the pictures are there, the table of findings is not: NIH offers it under no address of its own",
        at: Place(path: folder),
        advice:
          "download \(collection.tables.joined(separator: ", ")) from \(collection.page) into it, and run this again"
      )
    }
    let rules = CaseRules(
      image: .required, labels: [ChestXray14.normal, ChestXray14.abnormal], skipsBad: true)
    let set = try CaseSet.chestXray14(
      table: "\(folder)/\(name)", imageRoot: "\(folder)/images", rules: rules)
    var writer = CSVWriter(
      columns: ["id", "image", "findings", "label", "patient", "view", "sex", "ageBand"])
    for one in set.cases {
      writer.append(
        [
          one.id, relative(one.images.first?.path),
          one.findings.isEmpty ? ChestXray14.noFinding : one.findings.joined(separator: "|"),
          one.label ?? "", one.group ?? "",
        ] + ChestXray14.attributes.map { one.attributes[$0] ?? "" })
    }
    try writer.write(to: "\(folder)/cases.csv")
    let missing = collection.tables.dropFirst().filter { !isThere($0) }
    let lists =
      missing.isEmpty
      ? [] : ["not there: \(missing.joined(separator: ", ")), from \(collection.page)"]
    let others = names.dropLast().map { "\(name) was read, \($0) was not" }
    return others + summary(set) + lists
  }

  /// A path as it is written in the table: relative to its folder.
  private func relative(_ path: String?) -> String {
    guard let path else { return "" }
    let prefix = "\(folder)/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  private func summary(_ set: CaseSet) -> [String] {
    let counts = zip(set.labels, set.labelCounts).map { "\($1) \($0)" }.joined(separator: ", ")
    let left = set.leftOutCounts.map { "\($0.count) \($0.reason.rawValue)" }
    return set.notes
      + ["\(folder)/cases.csv: \(counted(set.cases.count, "case")) (\(counts))"]
      + (left.isEmpty ? [] : ["left out: \(left.joined(separator: ", "))"])
  }
}
