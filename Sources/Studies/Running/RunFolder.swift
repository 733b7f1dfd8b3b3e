import Basics
import Datasets
import Downloads
import EncoderKit
import Foundation
import Registry
import Training

/// The folder of a run that can be gone on with: its specification, what it runs on, its data, its
/// splits.
///
/// Everything is checked before anything is written, and the specification is written last: a folder
/// that has one holds a run.
struct RunFolder {
  let path: String
  /// The file the specification is kept in.
  let specificationName: String
  let specification: JSONValue
  /// What the numbers depend on besides specification and data.
  let environment: [(String, String)]

  private static let machineName = "run.json"
  private static let foldsName = "folds.csv"
  /// What keys of the environment begin with that older runs do not have.
  private static let optionPrefix = "option "

  /// Program, kernels and threads.
  static func machine(_ kernels: any Kernels) -> [(String, String)] {
    [
      ("zoo", programVersion), ("kernels", kernels.name),
      ("kernel library", kernels.library), ("OpenBLAS core", Compute.blasCore),
      ("threads", Compute.isReproducible ? "any number" : "\(Compute.threads)"),
    ]
  }

  /// Of encoders that are frozen without weights: versions before drew one for every split, and fitted its pixels.
  static let drawnOnce = [("encoders frozen without weights", "drawn once for a seed")]

  /// Options of the command line that decide which cases take part.
  static func options(skipsBad: Bool) -> [(String, String)] {
    [("\(optionPrefix)skip-bad", skipsBad ? "yes" : "no")]
  }

  /// The SHA-256 of each file, once.
  static func hashes(of files: [String]) throws -> [(String, String)] {
    var seen: Set<String> = []
    return try files.filter { seen.insert($0).inserted }.map { ($0, try sha256(ofFile: $0)) }
  }

  /// Whether a run was begun here.
  var isBegun: Bool { exists(specificationName) }

  /// What the run's files of its own say, for the pieces that are made in it.
  ///
  /// - Throws: `ZooError` that names a file that can't be read.
  func inputs() throws -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: try [specificationName, RunFolder.foldsName, DataDigest.fileName].map {
        ($0, try sha256(ofFile: "\(path)/\($0)"))
      })
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(name)")
  }

  /// What the run here was begun with under a key of the environment; nil where it was not noted, or no run is here.
  ///
  /// - Throws: `ZooError` that names a file that can't be read.
  static func begun(_ key: String, in folder: String) throws -> String? {
    let path = "\(folder)/\(machineName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try JSONValue.parse(contentsOf: path).texts()[key]
  }

  /// Sees that a run can be begun here, or that the run here is this one; nothing is written.
  ///
  /// - Throws: `ZooError` when something else is here, or a run that is not to be gone on with, or is
  ///   another one.
  func check(resumes: Bool) throws {
    guard
      try OutputPlace.goesOn(path, isBegun: isBegun, resumes: resumes, allowing: beginning)
    else { return }
    let specificationPath = "\(path)/\(specificationName)"
    let text = specification.text()
    guard
      try readFile(specificationPath) == Data((text + "\n").utf8)
        || FormerNames.translated(JSONValue.parse(contentsOf: specificationPath)).value.text()
          == text
        || fewerTrials() != nil
    else {
      throw ZooError(
        .conflict, "the run there is of another specification", at: Place(path: specificationPath),
        advice: "choose another --output, or give the specification it was begun with")
    }
    let differences = try environmentDifferences()
    guard differences.isEmpty else {
      throw ZooError(
        .conflict,
        "the run was begun with other kernels, threads, versions or files: "
          + differences.joined(separator: "; "),
        at: Place(path: "\(path)/\(RunFolder.machineName)"),
        advice:
          "use the same --kernels, --threads, --reproducible, options, weights and vectors, so that the numbers"
          + " stay comparable")
    }
  }

  /// How many trials the run here was begun with, where it is this one but for that number, which is larger now.
  private func fewerTrials() throws -> Int? {
    guard isBegun, let now = specification.tuningTrials else { return nil }
    let kept = try JSONValue.parse(contentsOf: "\(path)/\(specificationName)")
    guard let before = kept.tuningTrials, before < now,
      kept.withoutTrials.text() == specification.withoutTrials.text()
    else { return nil }
    return before
  }

  /// Makes a run that was begun with fewer trials go on with more: its cells begin anew from their trials.
  ///
  /// - Throws: `ZooError` of code `.system`.
  func addTrials(progress: ProgressReporter) throws {
    guard let before = try fewerTrials(), let now = specification.tuningTrials else { return }
    progress.line(
      "the run was begun with \(before) trials and goes on with \(now): its cells are made anew from them"
    )
    // The cells first: after a stop in between the run is still the one with fewer trials.
    let cells = "\(path)/cells"
    for split in (try? OutputPlace.entries(of: cells)) ?? [] {
      for cell in (try? OutputPlace.entries(of: "\(cells)/\(split)")) ?? [] {
        let scores = "\(cells)/\(split)/\(cell)/\(FinishedCells.scoresName)"
        // Another trial may be chosen: a training that was stopped would be of other settings.
        TrainingCheckpoints.remove(from: "\(cells)/\(split)/\(cell)")
        guard FileManager.default.fileExists(atPath: scores) else { continue }
        do { try FileManager.default.removeItem(atPath: scores) } catch {
          throw ZooError(
            .system, "can't be removed: \(systemReason(of: error))", at: Place(path: scores))
        }
      }
    }
    try AtomicFile.write(specification.text() + "\n", to: "\(path)/\(specificationName)")
  }

  /// The files that are written when a run begins.
  private var beginning: [String] {
    [
      RunFolder.machineName, RunFolder.foldsName, DataDigest.fileName, KeptPictures.fileName,
      DataNote.fileName, StudyPlan.fileName, ProgressPage.fileName, specificationName,
    ]
  }

  /// Each key of `run.json` that is otherwise today, with both values.
  private func environmentDifferences() throws -> [String] {
    let kept = try JSONValue.parse(contentsOf: "\(path)/\(RunFolder.machineName)")
    let before = try kept.texts()
    let now = Dictionary(environment, uniquingKeysWith: { first, _ in first })
    let keys = try kept.object().members.map(\.key)
    let names = environment.map(\.0) + keys.filter { now[$0] == nil }
    return names.compactMap { name in
      let (old, new) = (before[name], now[name])
      // Older runs named kernels by their library alone.
      if name == "kernels", let new, old == KernelChoice.formerRecord(of: new) { return nil }
      // Older runs did not note options.
      if old == new || old == nil && name.hasPrefix(RunFolder.optionPrefix) { return nil }
      if old?.count == 64, new?.count == 64 { return "\(name) is another file" }
      return "\(name) (\(old ?? "none") then, \(new ?? "none") now)"
    }
  }

  /// Sees that the data are those the run was begun with; nothing is written.
  ///
  /// - Throws: `ZooError` that names what differs.
  func check(_ data: DataDigest, of set: CaseSet, progress: ProgressReporter) throws {
    guard isBegun else { return }
    guard let earlier = try DataDigest.read(folder: path) else {
      return progress.note(
        "the run was begun by a version that kept no digest of its data: whether pictures, texts and"
          + " labels are still the same is not known")
    }
    let differences = data.differences(from: earlier, of: set)
    guard differences.isEmpty else {
      throw ZooError(
        .conflict,
        "the data are not those the run was begun with: " + differences.joined(separator: "; "),
        at: Place(path: "\(path)/\(DataDigest.fileName)"),
        advice: "bring back what they were, or start anew with another --output")
    }
  }

  /// The splits: those that `make` gives, or, where a run was begun, the same read back.
  ///
  /// `make` is told whether pictures link cases: runs of versions that did not look at them go on
  /// with the splits they have.
  ///
  /// - Throws: `ZooError` when they can't be made, or are not those the run was begun with.
  func splits(
    of set: CaseSet, progress: ProgressReporter, _ make: (_ byImage: Bool) throws -> [Split]
  ) throws -> [Split] {
    guard isBegun, exists(RunFolder.foldsName) else { return try make(true) }
    let kept = try keptSplits(of: set)
    if (try? make(true)) == kept { return kept }
    guard try make(false) == kept else {
      throw ZooError(
        .conflict, "these splits are not those of the study and its data",
        at: Place(path: "\(path)/\(RunFolder.foldsName)"),
        advice: "the data has changed since the run began; start in a new folder")
    }
    progress.note(
      "the splits of the run are those of a version that did not keep equal pictures together")
    return kept
  }

  /// The splits that the run was begun with.
  ///
  /// - Throws: `ZooError` with file and line.
  func keptSplits(of set: CaseSet) throws -> [Split] {
    try FoldsFile.read(
      path: "\(path)/\(RunFolder.foldsName)", cases: set,
      groups: CaseGroups(set.cases, byPatient: false, byText: false, byImage: false))
  }

  /// Writes what a run begins with, the specification last; of a run that was begun, what its version
  /// did not write.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func begin(
    _ splits: [Split], of set: CaseSet, _ data: DataDigest, pictures: KeptPictures? = nil
  ) throws {
    let isNew = !isBegun
    try AtomicFile.makeFolder(path)
    if isNew || !exists(RunFolder.foldsName) {
      try FoldsFile.write(splits, cases: set, to: "\(path)/\(RunFolder.foldsName)")
    }
    if isNew || !exists(DataDigest.fileName) { try data.write(to: path) }
    if let pictures, pictures != KeptPictures.read(folder: path) { try pictures.write(to: path) }
    guard isNew else { return }
    let machine = JSONValue(.object(environment.map { ($0.0, $0.1.json) }))
    try AtomicFile.write(machine.text() + "\n", to: "\(path)/\(RunFolder.machineName)")
    try AtomicFile.write(specification.text() + "\n", to: "\(path)/\(specificationName)")
  }

  /// Runs `body` in a run that was begun; if it is refused before it has left anything, what the
  /// beginning wrote is taken away, so that the same command works once the fault is mended.
  ///
  /// - Throws: what `body` throws.
  func running<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ZooError {
      let found = Set((try? OutputPlace.entries(of: path)) ?? [])
      let claims = CellClaims(run: path)
      if found.isSubset(of: beginning + [CellClaims.folderName]), claims.areAllFree {
        claims.removeAll()
        // The specification first: without it the folder holds no run.
        for name in beginning.reversed() {
          try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
      }
      throw error
    }
  }
}
