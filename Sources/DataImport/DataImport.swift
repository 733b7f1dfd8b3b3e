import Basics
import DICOM
import Datasets
import Downloads
import Foundation
import Images

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

  /// What a file is, by its elements.
  private enum Kind: Sendable {
    case other
    case refused(String)
    case picture(ImportedPicture)
  }

  /// What became of a picture.
  private struct Written: Sendable {
    let facts: PictureFacts
    let digest: String
    let seemsBurnedIn: Bool
  }

  /// Reads the tree, writes `cases.csv`, `images/` and `import.json`.
  ///
  /// Elements are read first, so that of files that repeat an instance always the first by its path is taken.
  ///
  /// - Throws: `ZooError` for a folder that can't be read or written, `Interrupted`.
  package func run(progress: ProgressReporter) throws -> ImportSummary {
    let paths = try DataImport.files(below: root)
    try AtomicFile.makeFolder("\(output)/images")
    let kinds = try progress.mapped(
      paths, stage: "reading the elements of \(paths.count) files", kind)
    var summary = ImportSummary()
    summary.files = paths.count
    let chosen = choose(kinds, &summary)
    let results = try progress.mapped(
      chosen, stage: "importing \(chosen.count) pictures", written)
    var (kept, census, digests) = ([ImportedPicture](), PictureCensus(), Set<String>())
    for (picture, result) in zip(chosen, results) {
      switch result {
      case .failure(let error):
        summary.refused[DataImport.reason(error, picture.path), default: 0] += 1
      case .success(let written):
        kept.append(picture)
        census.add(picture.id, written.facts)
        if !digests.insert(written.digest).inserted { summary.equalPictures += 1 }
        if written.seemsBurnedIn { summary.seemsBurnedIn.append(picture.id) }
        if written.facts.dicom?.window == .missing { summary.withoutWindow += 1 }
      }
    }
    for note in census.notes(bits: census.bits, .file) { progress.note(note) }
    count(kept, &summary)
    try write(kept, &summary)
    try AtomicFile.write(summary.json.text() + "\n", to: "\(output)/import.json")
    return summary
  }

  /// All files below a folder, sorted; links to folders are not followed.
  package static func files(below root: String) throws -> [String] {
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

  /// What one file is.
  private func kind(_ path: String) -> Kind {
    guard DICOMSignature.isOf(path: path) else { return .other }
    do {
      return .picture(
        ImportedPicture(
          try DICOMDescription(path: path), path: path, root: root, key: key,
          matching: reports?.key ?? .accession, withYear: withYear))
    } catch let error as ZooError {
      return .refused(DataImport.reason(error, path))
    } catch {
      return .refused("\(error)")
    }
  }

  /// Decodes a picture and writes it under its key.
  private func written(_ picture: ImportedPicture) -> Result<Written, ZooError> {
    do {
      let (image, facts) = try PixelImage.read(path: picture.path, dicom: reading)
      let data = try image.encodedPNG()
      try AtomicFile.write(data, to: "\(output)/images/\(picture.id).png")
      let hash = try SHA256Stream()
      try data.withUnsafeBytes { try hash.update($0) }
      return .success(
        Written(
          facts: facts, digest: try hash.finish(), seemsBurnedIn: BurnedInText.seems(in: image)))
    } catch let error as ZooError {
      return .failure(error)
    } catch {
      return .failure(ZooError(.system, "\(error)"))
    }
  }

  /// Why a file is not read, without its path; it may name what stands in the file, so that only the terminal tells it.
  private static func reason(_ error: ZooError, _ path: String) -> String {
    error.message.replacing(path, with: "the file")
  }

  /// The pictures that are taken, in the order of their ids, others counted.
  private func choose(_ kinds: [Kind], _ summary: inout ImportSummary) -> [ImportedPicture] {
    var chosen: [String: ImportedPicture] = [:]
    for kind in kinds {
      switch kind {
      case .other: summary.otherFiles += 1
      case .refused(let reason): summary.refused[reason, default: 0] += 1
      case .picture(let picture):
        if picture.isLocaliser {
          summary.localisers += 1
        } else if chosen[picture.id] != nil {
          summary.repeatedInstances += 1
        } else {
          chosen[picture.id] = picture
        }
      }
    }
    return chosen.values.sorted { $0.id < $1.id }
  }

  private func count(_ pictures: [ImportedPicture], _ summary: inout ImportSummary) {
    summary.pictures = pictures.count
    summary.patients = Set(pictures.map { $0.patient ?? $0.study }).count
    summary.studies = Set(pictures.map(\.study)).count
    summary.withoutPatient = pictures.count { $0.patient == nil }
    summary.saysBurnedIn = pictures.count(where: \.saysBurnedIn)
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
      if rows.contains(where: { $0.kept != rows[0].kept }) { summary.differingColumns += 1 }
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
