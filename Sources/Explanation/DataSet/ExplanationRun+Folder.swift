import Basics
import Datasets
import Downloads
import Foundation
import Studies
import Tensors
import Training

/// The folder of a run: what it depends on, and which of its cases hold.
extension ExplanationRun {
  private var identityPath: String { "\(folder)/run.json" }

  /// Sees that a run can be begun, or that the run there is this one; nothing is written.
  ///
  /// - Throws: `ZooError` when something else is there, or the run is of other models, settings or
  ///   cases, or finished cases were explained of other pictures or texts.
  func check(resumes: Bool) throws {
    let isBegun = FileManager.default.fileExists(atPath: identityPath)
    guard try OutputPlace.goesOn(folder, isBegun: isBegun, resumes: resumes) else { return }
    let differences = try identityDifferences()
    guard differences.isEmpty else {
      throw ZooError(
        .conflict,
        "the run was begun with other models, cases or settings: "
          + differences.joined(separator: ", "),
        at: Place(path: identityPath), advice: "give the same, or choose another --output")
    }
    try checkInputs()
  }

  /// Makes the folder where no run was begun.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func begin() throws {
    guard !FileManager.default.fileExists(atPath: identityPath) else { return }
    try AtomicFile.makeFolder("\(folder)/cases")
    try AtomicFile.write(identity(hasFiles: true).text() + "\n", to: identityPath)
  }

  /// Takes a beginning away that has left no case, so that the same command works once the fault is
  /// mended.
  func withdraw() {
    guard rmdir("\(folder)/cases") == 0 else { return }
    unlink(identityPath)
    rmdir(folder)
  }

  /// The parts of `run.json` that are otherwise today, by name.
  private func identityDifferences() throws -> [String] {
    let kept = try readFile(identityPath)
    // Versions that looked at the weights alone go on being read.
    for hasFiles in [true, false]
    where kept == Data((try identity(hasFiles: hasFiles).text() + "\n").utf8) { return [] }
    func texts(_ value: JSONValue) throws -> [String: String] {
      Dictionary(
        try value.object().members.map { ($0.key, $0.value.text()) },
        uniquingKeysWith: { first, _ in first })
    }
    let before = try texts(JSONValue.parse(kept, path: identityPath))
    let now = try texts(identity(hasFiles: true))
    let names = Set(before.keys).union(now.keys).sorted().filter { before[$0] != now[$0] }
    return names.map { $0 == "models" ? "models (their files, or which cases they explain)" : $0 }
  }

  /// What the explanations depend on.
  private func identity(hasFiles: Bool) throws -> JSONValue {
    let identity: JSONValue = [
      "schema": 1, "finding": finding.json, "settings": settings.identity,
      "kernels": kernels.name.json,
      "models": JSONValue(
        .array(
          try selection.groups.map { group in
            var members: [(key: String, value: JSONValue)] = [
              ("path", group.model.json),
              ("sha256", try sha256(ofFile: "\(group.model)/model.safetensors").json),
              ("cases", group.cases.map(\.id).json),
            ]
            for name in ModelFiles.names(in: group.model)
            where hasFiles && name != "model.safetensors" {
              members.append((name, try sha256(ofFile: "\(group.model)/\(name)").json))
            }
            return JSONValue(.object(members))
          })),
    ]
    // Folders of versions that knew no contrast have none.
    guard let other, case .object(let members) = identity.content else { return identity }
    return JSONValue(.object(members + [(key: "against", value: other.json)]))
  }

  /// The SHA-256 of what is explained of a case, and by what its picture's file is known again unread.
  static func digests(_ images: [CaseImage], text: String?) throws -> [String: String] {
    var digests: [String: String] = [:]
    for (place, image) in images.enumerated() {
      digests[name(place) + " file"] = FileStamp.of(image.path)
      digests[name(place)] = try sha256(ofFile: image.path)
    }
    if let text { digests["text"] = try sha256(of: text) }
    return digests
  }

  /// What a picture of a case is called among its inputs.
  private static func name(_ place: Int) -> String { place == 0 ? "image" : "image \(place + 1)" }

  /// Refuses to go on where finished cases were explained of something else than they hold now.
  private func checkInputs() throws {
    var changed: (images: [String], texts: [String]) = ([], [])
    let all = selection.groups.flatMap(\.cases)
    let alike = FolderName.differingInCase(all.map(\.id))
    for item in all {
      let name = try caseFolder(item.id, marksCase: alike.contains(item.id))
      let target = "\(folder)/cases/\(name)"
      // A file that can't be read is seen to when its case is.
      guard let inputs = (try? FileDigests.read(folder: target))?.inputs else { continue }
      let files = inputs.filter { $0.key.hasPrefix("image") && !$0.key.hasSuffix(" file") }
      // Which of them the model reads is in the models' own files.
      let known = Set(
        try item.images.map { image in
          let stamp = FileStamp.of(image.path)
          let same = files.first { stamp != nil && inputs["\($0.key) file"] == stamp }
          return try same?.value ?? sha256(ofFile: image.path)
        })
      if !files.isEmpty, !known.isSuperset(of: files.values) {
        changed.images.append(
          item.images.isEmpty ? item.id : item.images.map(\.path).joined(separator: " or "))
      }
      if let digest = inputs["text"], try item.text.map({ try sha256(of: $0) }) != digest {
        changed.texts.append(item.id)
      }
    }
    let found = [(changed.images, "pictures"), (changed.texts, "texts")].compactMap {
      names, what -> String? in
      guard !names.isEmpty else { return nil }
      let more = names.count > 3 ? ", …" : ""
      return
        "the \(what) of \(names.count) explained \(names.count == 1 ? "case" : "cases") are others: "
        + names.prefix(3).joined(separator: ", ") + more
    }
    guard !found.isEmpty else { return }
    throw ZooError(
      .conflict,
      "the data are not those the run was begun with: " + found.joined(separator: "; "),
      at: Place(path: folder),
      advice: "bring back what they were, or start anew with another --output")
  }

  /// Whether a case is explained already and its files are what was written; what is damaged is taken
  /// away, with a note.
  func isFinished(_ item: Case, _ target: String) throws -> Bool {
    let isThere = FileManager.default.fileExists(atPath: "\(target)/explanation.json")
    guard FileManager.default.fileExists(atPath: "\(target)/\(FileDigests.fileName)") else {
      guard isThere else { return false }
      if let empty = try folderEntries(target).first(where: { isEmpty("\(target)/\($0)") }) {
        return try takeAway(item, target, "\(empty) is empty")
      }
      progress.note(
        "cases were explained by a version that kept no digests of them; they are taken as they are"
      )
      return true
    }
    let fault: String?
    do { fault = try FileDigests.read(folder: target)?.damage(in: target) } catch let error
      as ZooError
    { fault = error.message }
    guard let fault else { return true }
    return try takeAway(item, target, fault)
  }

  private func takeAway(_ item: Case, _ target: String, _ fault: String) throws -> Bool {
    progress.note("the case \(item.id) is explained anew: \(fault)")
    try removeTree(target)
    return false
  }

  private func isEmpty(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_size == 0
  }
}

extension ExplanationSettings {
  /// All that a map depends on, what `json` leaves out included.
  fileprivate var identity: JSONValue {
    [
      "explanation": json, "methods": methods.map(\.rawValue).json,
      "baselines": baselines.map(\.rawValue).json,
    ]
  }
}
