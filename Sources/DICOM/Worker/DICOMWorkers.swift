import Basics
import Foundation
import Synchronization

/// The processes that decode DICOM files: as many as there are threads that ask at once, kept for the next
/// file.
package final class DICOMWorkers: Sendable {
  /// What a build without the libraries lacks.
  package static let packages = "libdcmtk-dev libopenjp2-7-dev"
  /// The program's name.
  package static let programName = "zoo-dicom"
  /// What tells where it is, where it is not beside the running program.
  package static let variable = "ENCODERZOO_DICOM"

  /// Those of this process.
  package static let shared = DICOMWorkers(program: DICOMWorkers.found, seconds: 120)

  /// The program's path; nil where there is none.
  package let program: String?
  private let seconds: Int
  private let state = Mutex(State())
  /// A worker that has taken more memory than this for a large picture is not kept, bytes.
  private static let keptMemory = 64 << 20

  private struct State {
    var idle: [DICOMWorker] = []
    /// Files that are being decoded.
    var busy = 0
  }

  /// Workers that run a program, each file within so many seconds; nil where there is none.
  init(program: String?, seconds: Int) {
    (self.program, self.seconds) = (program, seconds)
  }

  /// The program beside the running one, or where it is installed.
  static var found: String? {
    if let given = ProcessInfo.processInfo.environment[variable] { return given }
    let folder = URL(fileURLWithPath: programPath()).deletingLastPathComponent()
    return [
      folder.appendingPathComponent(programName),
      folder.deletingLastPathComponent().appendingPathComponent(
        "libexec/encoderzoo/\(programName)"),
    ].map(\.path).first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Asks a worker for a file; a worker that fails is not used again.
  ///
  /// One that was kept may have ended meanwhile, or be spoilt by an earlier file: a new one is asked before the file
  /// is blamed.
  ///
  /// - Throws: `ZooError` that names the file; `Interrupted`.
  func ask<Result>(
    _ path: String, frame: UInt32, tags: [DICOMTag],
    _ body: (DICOMReply, UnsafeRawBufferPointer) -> Result
  ) throws -> Result {
    guard let program else { throw DICOMWorkers.missing(path) }
    let absolute =
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    // Files that are decoded at once share the cores.
    let busy = state.withLock { state in
      state.busy += 1
      return state.busy
    }
    defer { state.withLock { $0.busy -= 1 } }
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount / busy)
    func answer(of worker: DICOMWorker) throws -> Result {
      let result = try worker.ask(
        absolute, frame: frame, tags: tags, threads: threads, seconds: seconds, body)
      if worker.memoryBytes <= Self.keptMemory { state.withLock { $0.idle.append(worker) } }
      return result
    }
    do {
      if let kept = state.withLock({ $0.idle.popLast() }) {
        do { return try answer(of: kept) } catch WorkerFailure.died, WorkerFailure.garbled {}
      }
      return try answer(of: DICOMWorker(program: program))
    } catch let failure as WorkerFailure {
      throw error(failure, program, path)
    }
  }

  private static func missing(_ path: String) -> ZooError {
    ZooError(
      .unsupported,
      "is DICOM, which is decoded by the program \(programName); it is not beside this program",
      at: Place(path: path),
      advice:
        "install what it is built with (apt-get install \(packages)) and build again, or set \(variable) to it"
    )
  }

  private func error(_ failure: WorkerFailure, _ program: String, _ path: String) -> any Error {
    let place = Place(path: path)
    let advice = "leave the file out, or convert it to PNG"
    switch failure {
    case .missing(let reason):
      return ZooError(.system, "is DICOM, and \(program) can't be started: \(reason)", at: place)
    case .died(let reason):
      return ZooError(
        .badFormat, "the decoder of DICOM files crashed on it (\(reason))", at: place,
        advice: advice)
    case .hung(let seconds):
      return ZooError(
        .badFormat, "the decoder of DICOM files was stopped after \(seconds) seconds", at: place,
        advice: advice)
    case .interrupted: return Interrupted()
    case .garbled:
      return ZooError(
        .badFormat, "the decoder of DICOM files gave no sense on it", at: place, advice: advice)
    }
  }
}
