import Basics
import Datasets
import EncoderKit
import Foundation
import Registry
import Training

/// What is said of a study's texts before anything is trained on them.
enum StudyTexts {
  /// Notes, once a run and over all cases: texts that are cut, have no word, or are in a script without
  /// spaces.
  static func note(
    _ cases: StudyCases, of study: StudySpecification, registry: EncoderRegistry,
    progress: ProgressReporter
  ) throws {
    guard study.readsTexts else { return }
    let there = cases.words.indices.filter { cases.lacksText?[$0] != true }
    let texts = there.compactMap { cases.set.cases[$0].text }
    for note in TextTally.notes(on: texts, study.tokenizer) { progress.note(note) }
    for branch in study.texts where branch.features == nil {
      var tally: TextTally
      if let own = try branch.ownPreparation(registry), let tokenizer = own.tokenizer {
        let reader = TextReader.pieces(tokenizer, maximum: own.maximumPieces)
        tally = TextTally(reader)
        for text in texts { tally.add(reader.reading(text)) }
      } else {
        tally = TextTally(maximum: try branch.maximumWords(registry))
        for index in there { tally.add(cases.words[index].count) }
      }
      for note in tally.notes(of: branch.name) { progress.note(note) }
    }
  }

  /// Refuses to go on with models whose texts were cut into other words.
  ///
  /// Only texts in scripts without spaces are cut otherwise than by a program before it knew them.
  ///
  /// - Throws: `ZooError` of code `.conflict` that names the model.
  static func checkTokenizer(
    of study: StudySpecification, _ cases: StudyCases, splits: [Split], in folder: String
  ) throws {
    guard !study.texts.isEmpty,
      cases.set.cases.contains(where: { !UnspacedScript.scripts(of: $0.text ?? "").isEmpty })
    else { return }
    for split in splits {
      for combination in study.combinations where combination.text != nil {
        let path = try
          "\(FolderName.cell(combination.name, split: split.name, in: folder))/model/model.json"
        guard FileManager.default.fileExists(atPath: path) else { continue }
        var root = try JSONValue.parse(contentsOf: path).object()
        guard try Tokenizer(root.object("tokenizer"), unspaced: .runs) != study.tokenizer else {
          continue
        }
        throw ZooError(
          .conflict, "the model there was trained on texts that were cut into other words",
          at: Place(path: path, key: "tokenizer"),
          advice:
            "set \"tokenizer\": {\"unspaced\": \"runs\"} in the study to cut them as before, or start in"
            + " a new folder")
      }
    }
  }
}
