import Basics
import Datasets
import Downloads
import EncoderKit
import Foundation
import Registry
import Training

/// The folder of a run that can be gone on with: its specification, what it runs on, its splits.
struct RunFolder {
  let path: String
  /// The file the specification is kept in.
  let specificationName: String
  let specification: JSONValue
  /// What the numbers depend on besides the specification.
  let environment: [(String, String)]

  /// Program, kernels and threads.
  static func machine(_ kernels: any Kernels) -> [(String, String)] {
    [
      ("zoo", programVersion), ("kernels", kernels.name),
      ("kernel library", kernelLibrary(kernels)), ("OpenBLAS core", Compute.blasCore),
      ("threads", "\(Compute.threads)"),
    ]
  }

  /// The SHA-256 of each file, once.
  static func hashes(of files: [String]) throws -> [(String, String)] {
    var seen: Set<String> = []
    return try files.filter { seen.insert($0).inserted }.map { ($0, try sha256(ofFile: $0)) }
  }

  /// Makes the folder, or sees that the run there is this one.
  ///
  /// - Throws: `ZooError` when a run is there and is not to be gone on with, or is another one.
  func prepare(resumes: Bool) throws {
    let (specificationPath, machinePath) = ("\(path)/\(specificationName)", "\(path)/run.json")
    let text = specification.text() + "\n"
    let machine =
      JSONValue(.object(environment.map { ($0.0, JSONValue(.string($0.1))) })).text() + "\n"
    guard FileManager.default.fileExists(atPath: specificationPath) else {
      try AtomicFile.makeFolder(path)
      try AtomicFile.write(machine, to: machinePath)
      try AtomicFile.write(text, to: specificationPath)
      return
    }
    guard resumes else {
      throw ZooError(
        .conflict, "a run is already there", at: Place(path: path),
        advice: "go on with it by --resume, or choose another --output")
    }
    guard try readFile(specificationPath) == Data(text.utf8) else {
      throw ZooError(
        .conflict, "the run there is of another specification", at: Place(path: specificationPath),
        advice: "choose another --output, or give the specification it was begun with")
    }
    guard try readFile(machinePath) == Data(machine.utf8) else {
      throw ZooError(
        .conflict, "the run was begun with other kernels, threads, versions or files",
        at: Place(path: machinePath),
        advice: "use the same --kernels, --threads, weights and vectors, so that the numbers stay"
          + " comparable")
    }
  }

  /// Writes the splits once, and ever after sees that they are still the same.
  ///
  /// - Throws: `ZooError` when the data has changed since.
  func keep(_ splits: [Split], of cases: CaseSet, groups: CaseGroups) throws {
    let file = "\(path)/folds.csv"
    guard FileManager.default.fileExists(atPath: file) else {
      return try FoldsFile.write(splits, cases: cases, to: file)
    }
    guard try FoldsFile.read(path: file, cases: cases, groups: groups) == splits else {
      throw ZooError(
        .conflict, "these splits are not those of the study and its data", at: Place(path: file),
        advice: "the data has changed since the run began; start in a new folder")
    }
  }
}
