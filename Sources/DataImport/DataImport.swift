import Basics
import DICOM
import Datasets
import Dispatch
import Downloads
import Foundation
import Images
import Synchronization

/// Makes a case table of a tree of DICOM files and a table of reports.
///
/// Pictures are written as PNG of 16 bits under keys; numbers of patients, studies and pictures become keys of a secret
/// that is kept apart (`PseudonymKey`). No name, number, date or path of the files reaches the output but what a person
/// must look for: letters that are burned into pixels, and names in reports that no rule knows.
package struct DataImport: Sendable {
  package let root: String
  package let output: String
  package let key: PseudonymKey
  package let reports: ReportTable?
  package let reading: DICOMReading
  /// Whether the year of the study is written.
  package let withYear: Bool

  package init(
    root: String, output: String, key: PseudonymKey, reports: ReportTable?, reading: DICOMReading,
    withYear: Bool
  ) {
    (self.root, self.output, self.key) = (root, output, key)
    (self.reports, self.reading, self.withYear) = (reports, reading, withYear)
  }

  /// What came of one file.
  private enum Outcome: Sendable {
    case other
    case refused(String)
    case picture(ImportedPicture, digest: String)
  }

  /// Reads the tree, writes `cases.csv`, `images/` and `import.json`.
  ///
  /// - Throws: `ZooError` for a folder that can't be read or written, `Interrupted`.
  package func run(progress: ProgressReporter) throws -> ImportSummary {
    let paths = try DataImport.files(below: root)
    try AtomicFile.makeFolder("\(output)/images")
    let outcomes = Mutex([Outcome?](repeating: nil, count: paths.count))
    progress.begin("importing \(paths.count) files", total: paths.count)
    DispatchQueue.concurrentPerform(iterations: paths.count) { index in
      defer { progress.advance(by: 1) }
      guard !Interruption.isRequested else { return }
      let outcome = self.outcome(paths[index])
      outcomes.withLock { $0[index] = outcome }
    }
    progress.end()
    try Interruption.check()
    var summary = ImportSummary()
    summary.files = paths.count
    let kept = select(outcomes.withLock { $0 }, &summary)
    try write(kept, &summary)
    try AtomicFile.write(summary.json.text() + "\n", to: "\(output)/import.json")
    return summary
  }

  /// All files below a folder, sorted; links to folders are not followed.
  static func files(below root: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue
    else { throw ZooError(.notFound, "no such folder", at: Place(path: root)) }
    var found: [String] = []
    var open = [root]
    while let folder = open.popLast() {
      for name in try folderEntries(folder) {
        let path = joinPath(folder, name)
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR { open.append(path) }
        if status.st_mode & S_IFMT == S_IFREG { found.append(path) }
      }
    }
    return found.sorted()
  }

  /// Reads one file and writes its picture.
  private func outcome(_ path: String) -> Outcome {
    guard DICOMSignature.isOf(path: path) else { return .other }
    do {
      let file = try DICOMDescription(path: path)
      let (image, facts) = try PixelImage.read(path: path, dicom: reading)
      let picture = ImportedPicture(
        file, image, facts, path: String(path.dropFirst(root.count)), key: key,
        matching: reports?.key ?? .accession, withYear: withYear)
      let data = try image.encodedPNG()
      let hash = try SHA256Stream()
      try data.withUnsafeBytes { try hash.update($0) }
      let place = "\(output)/images/\(picture.id).png"
      if !picture.isLocaliser, !FileManager.default.fileExists(atPath: place) {
        try AtomicFile.write(data, to: place)
      }
      return .picture(picture, digest: try hash.finish())
    } catch let error as ZooError {
      // A message may hold a path; its kind tells enough.
      return .refused(DataImport.reason(error, path))
    } catch {
      return .refused("can't be read")
    }
  }

  /// Why a file is not read, without its path.
  private static func reason(_ error: ZooError, _ path: String) -> String {
    error.message.replacing(path, with: "the file")
  }

  /// The pictures that are kept, in the order of their ids, others counted.
  private func select(_ outcomes: [Outcome?], _ summary: inout ImportSummary) -> [ImportedPicture] {
    var kept: [String: ImportedPicture] = [:]
    var digests: Set<String> = []
    for case let outcome? in outcomes {
      switch outcome {
      case .other: summary.otherFiles += 1
      case .refused(let reason): summary.refused[reason, default: 0] += 1
      case .picture(let picture, let digest):
        if picture.isLocaliser {
          summary.localisers += 1
          continue
        }
        guard kept[picture.id] == nil else {
          summary.repeatedInstances += 1
          continue
        }
        kept[picture.id] = picture
        if !digests.insert(digest).inserted { summary.equalPictures += 1 }
      }
    }
    let pictures = kept.values.sorted { $0.id < $1.id }
    summary.pictures = pictures.count
    summary.patients = Set(pictures.map { $0.patient ?? $0.study }).count
    summary.studies = Set(pictures.map(\.study)).count
    summary.withoutPatient = pictures.count { $0.patient == nil }
    summary.saysBurnedIn = pictures.count(where: \.saysBurnedIn)
    summary.seemsBurnedIn = pictures.filter(\.seemsBurnedIn).map(\.id)
    summary.withoutWindow = pictures.count { $0.window == .missing }
    return pictures
  }

  /// Writes the table: a row a picture, those of one study with the same report.
  private func write(_ pictures: [ImportedPicture], _ summary: inout ImportSummary) throws {
    let others = reports?.kept ?? []
    var writer = CSVWriter(
      columns: ["id", "image"] + (reports == nil ? [] : ["text"]) + [
        "patient", "study", "view", "laterality", "sex", "ageBand", "manufacturer",
      ] + (withYear ? ["year"] : []) + others)
    // What any picture of a study holds is taken out of its report.
    let names = Dictionary(grouping: pictures) { $0.study }
      .mapValues { Array(Set($0.flatMap(\.names))) }
    let cleaner = TextGuard()
    var used: Set<String> = []
    var texts: [String: (text: String, kept: [String])] = [:]
    for picture in pictures where texts[picture.study] == nil {
      guard let number = picture.number, let rows = reports?.rows[number] else { continue }
      used.insert(number)
      if rows.count > 1 { summary.joinedReports += 1 }
      let own = names[picture.study] ?? []
      let parts = rows.map { cleaner.cleaned($0.text, names: own) }
      let kept = rows[0].kept.map { cleaner.cleaned($0, names: own) }
      for found in parts + kept {
        for (kind, count) in found.counts { summary.takenOut[kind, default: 0] += count }
      }
      if parts.contains(where: { !$0.counts.isEmpty }) { summary.cleanedTexts += 1 }
      texts[picture.study] = (
        parts.map(\.text).joined(separator: "\n"), kept.map(\.text)
      )
    }
    for picture in pictures {
      let report = texts[picture.study]
      writer.append(
        [picture.id, "images/\(picture.id).png"] + (reports == nil ? [] : [report?.text ?? ""]) + [
          picture.patient ?? picture.study, picture.study, picture.view, picture.laterality,
          picture.sex, picture.ageBand, picture.manufacturer,
        ] + (withYear ? [picture.year] : [])
          + (report?.kept ?? [String](repeating: "", count: others.count)))
    }
    summary.withReport = pictures.count { texts[$0.study] != nil }
    summary.withoutReport = reports == nil ? 0 : pictures.count - summary.withReport
    if let reports {
      summary.reportsWithoutPicture = reports.rows.filter { !used.contains($0.key) }
        .reduce(0) { $0 + $1.value.count }
      summary.emptyReports = reports.passedOver
    }
    try writer.write(to: "\(output)/cases.csv")
  }
}
