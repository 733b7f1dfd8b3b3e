import Basics
import EncoderKit
import Registry
import Training

extension RunFolder {
  /// What the numbers of a study depend on besides the specification and its files.
  static func environment(
    of study: StudySpecification, _ kernels: any Kernels, _ registry: EncoderRegistry
  ) -> [(String, String)] {
    // Cells of versions whose decoders started at a probability of one half can't stand beside today's.
    machine(kernels) + [("decoders start at", "log-odds")]
      + (mayDrawOnce(study) ? drawnOnce : [])
      + (study.probes ? [("probes", "yes")] : [])
      + (study.shortcuts.isEmpty ? [] : [("shortcuts", study.shortcuts.joined(separator: ","))])
      + registry.pluginDigests(
        of: study.images.map(\.encoder) + study.texts.map(\.encoder) + study.heads.map(\.head))
  }

  /// The SHA-256 of the weights, word vectors and features that a study names.
  ///
  /// - Throws: `ZooError` that names a file that is not there.
  static func files(
    of study: StudySpecification, _ registry: EncoderRegistry, _ progress: ProgressReporter
  ) throws -> [(String, String)] {
    let weights = try study.images.compactMap { branch in
      if let features = branch.features { return features }
      return try branch.weights.map { try WeightSource($0, registry, at: branch.place).located() }
    }
    return try hashes(
      of: weights + study.texts.flatMap { try $0.startFiles(registry, progress: progress) })
  }

  /// Whether an encoder without weights is frozen, by its branch, by a probe or by a setting that is searched for.
  private static func mayDrawOnce(_ study: StudySpecification) -> Bool {
    let searches = study.tuning?.spaces.values.contains { $0.keys.contains("freeze") } ?? false
    return study.images.contains { $0.isFrozenAsDrawn || (study.probes || searches) && $0.isDrawn }
      || study.texts.contains { $0.isFrozenAsDrawn || searches && $0.isDrawn }
  }
}
