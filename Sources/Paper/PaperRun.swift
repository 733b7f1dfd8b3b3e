import Basics
import EncoderZoo
import Explanation
import Foundation
import Registry
import Studies
import Training

/// Makes the paper's tables and figures: every study, then the document.
///
/// A study that is finished is kept, one that was stopped is gone on with. The document is written anew after each,
/// and names what is not there yet.
package struct PaperRun {
  /// How a comparison is made: the study, its folder, whether a run that is there is gone on with.
  package typealias Comparing = (StudyRun, Bool) throws -> Void

  private let zoo: Zoo
  private let studies: PaperStudies
  private let progress: ProgressReporter
  private let compare: Comparing
  private var places: PaperPlaces { studies.places }
  private var output: String { places.output }

  /// Reads what there is to do.
  ///
  /// - Parameters:
  ///   - folder: the specifications, and `stand-ins.json`.
  ///   - data: the folder of the collections.
  ///   - output: where everything is written.
  ///   - zoo: the encoders, and what computes.
  ///   - progress: is told how far the work is.
  ///   - compare: makes one comparison.
  /// - Throws: `ZooError` for specifications that can't be read.
  package init(
    folder: String, data: String, output: String, zoo: Zoo, progress: ProgressReporter,
    compare: @escaping Comparing
  ) throws {
    func full(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
    self.zoo = zoo
    self.progress = progress
    self.compare = compare
    studies = try PaperStudies(
      folder: folder,
      places: PaperPlaces(data: full(data), output: full(output), catalogue: zoo.registry.catalogue)
    )
  }

  /// Makes what is not there yet.
  ///
  /// - Parameters:
  ///   - wanted: which studies; what others have left is in the document, too.
  ///   - document: where a copy of the document is written, without pictures of patients.
  /// - Throws: `ZooError`, or `Interrupted` with everything finished so far kept.
  /// - Returns: the lines to print.
  package func run(_ wanted: [PaperStudy], document: String?) throws -> [String] {
    try OutputPlace.locked(output) {
      for (number, study) in wanted.enumerated() {
        progress.line("\(study.rawValue) (\(number + 1) of \(wanted.count))")
        try make(study)
        // The last document is written below.
        if number + 1 < wanted.count { try write(document) }
      }
      let path = try write(document)
      return ["wrote \(path)"] + (document.map { ["wrote \($0)"] } ?? [])
    }
  }

  private func make(_ study: PaperStudy) throws {
    let resolved = try studies.resolved(study)
    for sentence in resolved.differences { progress.note(sentence) }
    let folder = "\(output)/\(study.rawValue)"
    let isBegun = FileManager.default.fileExists(atPath: folder)
    let specification = try writeSpecification(resolved.study, study.rawValue, isBegun: isBegun)
    let last = study.isModel ? "model.json" : "report.html"
    guard !FileManager.default.fileExists(atPath: "\(folder)/\(last)") else {
      progress.line("\(study.rawValue) is finished")
      return
    }
    try prepare(resolved)
    if study.isModel {
      _ = try zoo.train(
        zoo.specification(resolved.study), folder: folder, options: RunOptions(), reporter: progress
      )
      return
    }
    try compare(
      zoo.studyRun(
        zoo.specification(resolved.study), folder: folder, reporter: progress,
        command: "zoo compare \(specification) --output \(folder)"), isBegun)
  }

  /// Writes a specification as it is run.
  ///
  /// - Throws: `ZooError` of code `.conflict` where the run that is begun is one of another specification: what is
  ///   there would be taken for this one's.
  /// - Returns: its path.
  private func writeSpecification(_ study: Study, _ name: String, isBegun: Bool) throws -> String {
    let path = "\(output)/studies/\(name).json"
    if isBegun, let before = try? String(contentsOfFile: path, encoding: .utf8),
      before != study.text
    {
      throw ZooError(
        .conflict,
        "\(output)/\(name) is of another specification: since it was begun, the specification, its stand-ins or what is"
          + " at hand have changed", at: Place(path: path),
        advice: "move \(output)/\(name) away to make it anew, or choose another --output")
    }
    try AtomicFile.makeFolder("\(output)/studies")
    try AtomicFile.write(study.text, to: path)
    return path
  }

  /// Makes what a study starts from: tables of some patients, the phantom sample, an encoder.
  private func prepare(_ resolved: PaperStudies.Resolved) throws {
    for table in resolved.tables { progress.note(try places.write(table)) }
    if resolved.isSynthetic { try makeSample() }
    guard resolved.needsPretraining else { return }
    let folder = "\(output)/pretrained"
    let isBegun = FileManager.default.fileExists(atPath: folder)
    let pretraining = try studies.resolved(named: "pretrain")
    let path = try writeSpecification(pretraining.study, "pretrained", isBegun: isBegun)
    guard !FileManager.default.fileExists(atPath: "\(folder)/model.json") else { return }
    try prepare(pretraining)
    let specification = try PretrainingSpecification(
      path: path, registry: zoo.registry, dataFolder: places.data)
    _ = try PretrainingRun(
      specification: specification, folder: folder,
      session: Session(registry: zoo.registry, kernels: zoo.makeKernels(), progress: progress)
    ).run(resumes: isBegun, skipsBad: false)
  }

  /// A sample whose writing was stopped is made anew.
  private func makeSample() throws {
    let mark = "\(places.sample)/cases.csv"
    guard !FileManager.default.fileExists(atPath: mark) else { return }
    let partial = "\(places.sample).partial"
    try? FileManager.default.removeItem(atPath: partial)
    try PhantomSample(count: 400, size: 128).write(to: partial)
    try? FileManager.default.removeItem(atPath: places.sample)
    do { try FileManager.default.moveItem(atPath: partial, toPath: places.sample) } catch {
      throw ZooError(
        .system, "the phantom sample could not be put in place: \(errorSentence(error))",
        at: Place(path: places.sample))
    }
  }

  /// Writes the document of what is finished.
  @discardableResult
  private func write(_ copy: String?) throws -> String {
    let results = try PaperResults(studies, zoo: zoo, progress: progress)
    return try PaperDocument(results).write(to: output, copy: copy)
  }
}
