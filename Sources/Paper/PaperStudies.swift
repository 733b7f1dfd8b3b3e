import Basics
import EncoderZoo
import Foundation

/// The studies behind the paper's tables and figures, by the names of their specifications.
package enum PaperStudy: String, CaseIterable, Sendable {
  /// Table 1.
  case textOpenI = "text-open-i"
  /// Table 2.
  case textSecond = "text-second"
  /// Figure 4.
  case transfer
  /// Table 3 and the one half of Figure 5.
  case multimodalHigh = "multimodal-high"
  /// Table 3 and the other half of Figure 5.
  case multimodalLow = "multimodal-low"
  /// Settings of today beside the paper's, and what is asked of them.
  case recommended
  /// Whether equal reports matter.
  case textUngrouped = "text-ungrouped"
  /// Figures 2 and 3.
  case model

  /// Whether one model is trained rather than a comparison made.
  var isModel: Bool { self == .model }
}

/// The specifications as they are run: with stand-ins in place of what is not at hand.
struct PaperStudies {
  /// Where the specifications are.
  let folder: String
  let places: PaperPlaces
  private let standIns: [StandIn]

  /// Reads which stand-ins there are.
  ///
  /// - Throws: `ZooError` for a folder that holds no `stand-ins.json`, or one that can't be read.
  init(folder: String, places: PaperPlaces) throws {
    self.folder = folder
    self.places = places
    standIns = try StandIn.read("\(folder)/stand-ins.json")
  }

  /// A study with its stand-ins.
  struct Resolved {
    let study: Study
    /// What is different, in sentences.
    let differences: [String]
    let tables: [PatientHalf]

    /// Whether it starts from an encoder that is pre-trained here.
    let needsPretraining: Bool
    /// Whether its cases are the phantom's.
    let isSynthetic: Bool
  }

  /// A study as it can be run here.
  ///
  /// - Throws: `ZooError` that names file and line.
  func resolved(_ study: PaperStudy) throws -> Resolved { try resolved(named: study.rawValue) }

  /// The same by the name of its file.
  func resolved(named name: String) throws -> Resolved {
    let path = "\(folder)/\(name).json"
    var resolved = try Study(contentsOf: path, dataFolder: places.data)
    var differences: [String] = []
    var tables: [PatientHalf] = []
    for standIn in standIns where standIn.studies.contains(name) {
      guard try !standIn.better.contains(where: places.isThere),
        try standIn.needs.allSatisfy(places.isThere)
      else { continue }
      resolved.json = try resolved.json.patched(with: standIn.patch)
      differences += standIn.says.map { [$0] } ?? []
      tables += standIn.tables
    }
    let isSynthetic = resolved.json.holdsText(beginning: "SAMPLE/")
    let needsPretraining = resolved.json.holdsText(beginning: "OUTPUT/pretrained")
    resolved.json = resolved.json.mappingTexts(places.resolved)
    return Resolved(
      study: resolved, differences: differences, tables: tables, needsPretraining: needsPretraining,
      isSynthetic: isSynthetic)
  }
}
