import Basics
import Foundation

extension CaseSet {
  /// Reads ChestX-ray14: the table and, where a folder is given, its images.
  ///
  /// Images are found in `imageRoot` itself, in `images/`, and in `images_001/images/` to
  /// `images_012/images/`, in any of them. Of two classes `label` is `normal` for "No Finding", else `abnormal`;
  /// `findings` are all of them; `group` is the patient; the id is the file name without `.png`.
  /// Without `rules` images are required where a folder is given. There are no texts.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func chestXray14(
    table path: String, imageRoot: String? = nil, rules: CaseRules? = nil,
    options: TableOptions = TableOptions()
  ) throws -> CaseSet {
    let (entries, notes) = try ChestXray14.entries(path: path, options: options)
    let files = try imageRoot.map { try ChestXray14.imageFiles(below: $0) }
    let fallback = CaseRules(
      image: imageRoot == nil ? .optional : .required,
      labels: [ChestXray14.normal, ChestXray14.abnormal])
    let rules = rules ?? fallback
    let isTwoClasses = rules.labelling == .twoClasses
    var terms = TermLabels(
      rules, names: rules.labels ?? ChestXray14.findings, what: "findings")
    var checker = CaseChecker(rules: rules, origin: path)
    for entry in entries {
      // A path that is not there lets the check name the file it looked for.
      let expected = imageRoot.map { joinPath($0, entry.image) }
      var item = Case(
        id: entry.id, imagePath: files?[entry.image] ?? expected, findings: entry.findings,
        group: entry.patient.isEmpty ? nil : entry.patient, source: entry.source)
      item.attributes = entry.attributes
      if isTwoClasses {
        item.label = entry.findings.isEmpty ? ChestXray14.normal : ChestXray14.abnormal
      } else if let left = terms.apply(
        entry.findings.isEmpty ? [ChestXray14.noFinding] : entry.findings, to: &item)
      {
        checker.leaveOut(left)
        continue
      }
      checker.add(item)
    }
    var set = try checker.finish(
      name: "chestxray14",
      description: isTwoClasses
        ? "NIH ChestX-ray14 radiographs; normal where the table says \"No Finding\""
        : "NIH ChestX-ray14 radiographs; labels are findings mined from their reports",
      terms: ChestXray14.terms,
      labels: rules.labelling == .together ? ChestXray14.findings : nil, notes: notes)
    if !isTwoClasses { set.notes += try terms.notes(on: set, at: Place(path: path)) }
    return set
  }
}

extension ChestXray14 {
  /// The paths of all PNG files in the layouts the data set comes in, by file name.
  package static func imageFiles(below root: String) throws -> [String: String] {
    guard isFolder(root) else {
      throw ZooError(.notFound, "no such folder of images", at: Place(path: root))
    }
    let parts = (1...12).map { String(format: "images_%03d/images", $0) }
    var files: [String: String] = [:]
    for folder in ([""] + ["images"] + parts).map({ $0.isEmpty ? root : joinPath(root, $0) })
    where isFolder(folder) {
      for name in try folderEntries(folder) where name.hasSuffix(".png") && files[name] == nil {
        files[name] = joinPath(folder, name)
      }
    }
    return files
  }
}
