import Basics
import Datasets
import Downloads
import EncoderKit
import Foundation
import Ranks
import Registry
import Training

/// What the processes of one run tell each other besides what they compute.
///
/// The first one's word holds; of a single process all of it is its own.
package struct SharedRun {
  static let shardsKey = "shards"

  private let ranks: RankGroup?

  /// The processes of a session.
  init(_ session: Session) { ranks = session.ranks }

  /// What the numbers of a run depend on that several ranks train.
  static func environment(_ session: Session) -> [(String, String)] {
    // What is rounded are the sums of each rank.
    guard let ranks = session.ranks, ranks.halvesGradients else { return [] }
    return [("gradients are sent as", "bf16 by \(ranks.count) ranks")]
  }

  /// The threads of each rank that the run in a folder was begun with; nil where none is there, or any number will do.
  ///
  /// - Throws: `ZooError` that names a file that can't be read.
  package static func threads(ofRunIn folder: String) throws -> Int? {
    try RunFolder.begun("threads", in: folder).flatMap(Int.init)
  }

  /// Whether this is the process that writes and speaks.
  var isFirst: Bool { ranks?.isFirst ?? true }

  /// Sees that all ranks have the same program, and the same of whatever else.
  ///
  /// - Throws: `ZooError` on a rank that has something else.
  func check(_ own: [(String, String)]) throws {
    guard let ranks else { return }
    try RankAgreement(ranks).check([("program", try sha256(ofFile: "/proc/self/exe"))] + own)
  }

  /// Sees that every rank can have a part of each batch of a training, whose shards are settled.
  ///
  /// - Throws: `ZooError` of code `.conflict` where there are too many ranks.
  func check(_ training: TrainingSettings, at place: Place) throws {
    guard let ranks else { return }
    let (size, shards) = (training.batchSize, training.shards)
    let isWhole = training.batchStatistics == .batch
    let most = isWhole ? size : min(shards, size / 2)
    guard ranks.count > most else { return }
    let fault =
      isWhole
      ? "a batch of \(size) is too small for \(ranks.count) ranks"
      : shards <= size / 2
        ? "\(shards) shards of a batch can't be shared by \(ranks.count) ranks"
        : "a batch of \(size) has at most \(most) shards, of two cases each: too few for \(ranks.count) ranks"
    throw ZooError(
      .conflict, fault, at: place,
      advice:
        "start at most \(most) ranks, or a new run with a larger \"batchSize\"\(isWhole ? "" : " or more \"shards\"")"
    )
  }

  /// Into how many shards the batches of a run are divided whose settings do not say it: as many as the run in a folder
  /// was begun with, or as there are ranks.
  ///
  /// - Throws: `ZooError` that names a file that can't be read.
  func shards(ofRunIn folder: String, specification name: String) throws -> Int {
    var number = 1
    if FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      number = try RunFolder.begun(Self.shardsKey, in: folder).flatMap(Int.init) ?? 1
    }
    guard let ranks else { return number }
    if number == 1 { number = ranks.count }
    // Others need not see the folder.
    let told = ranks.fromFirst(Array("\(number)".utf8))
    return Int(String(decoding: told, as: UTF8.self)) ?? number
  }

  /// The first process's answer to a question.
  func decides(_ own: Bool) -> Bool {
    ranks.map { $0.fromFirst([UInt8](own ? [1] : [0])) == [1] } ?? own
  }

  /// The first process's split; the others give none.
  ///
  /// - Throws: `ZooError` where it can't be read.
  func split(_ own: Split?) throws -> Split {
    let text = try own.map { Array(try JSONEncoder().encode($0)) } ?? []
    if let own, ranks == nil { return own }
    return try JSONDecoder().decode(Split.self, from: Data(ranks?.fromFirst(text) ?? text))
  }

  /// The model that the first process has in a folder.
  ///
  /// - Throws: what reading it throws.
  func model(from folder: String, _ registry: EncoderRegistry) throws -> TrainedModel {
    guard let ranks else {
      return try TrainedModel.read(from: folder, registry: registry, readsCases: false)
    }
    let names =
      try ranks.isFirst ? (FileDigests.read(folder: folder)?.files.keys.sorted() ?? []) : []
    let list = String(
      decoding: ranks.fromFirst(Array(names.joined(separator: "\n").utf8)), as: UTF8.self)
    // Not where the others would look for it: they need not see the folder.
    let copy = NSTemporaryDirectory() + "encoderzoo-part-\(getpid())-\(UUID().uuidString)"
    defer { if !ranks.isFirst { try? FileManager.default.removeItem(atPath: copy) } }
    for name in list.split(separator: "\n") {
      let own = ranks.isFirst ? Array(try readFile("\(folder)/\(name)")) : []
      let bytes = ranks.fromFirst(own)
      guard !ranks.isFirst else { continue }
      let path = "\(copy)/\(name)"
      try AtomicFile.makeFolder(parentFolder(of: path))
      try AtomicFile.write(Data(bytes), to: path)
    }
    return try TrainedModel.read(
      from: ranks.isFirst ? folder : copy, registry: registry, readsCases: false)
  }
}
