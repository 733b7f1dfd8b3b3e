import Basics
import Datasets
import Evaluation
import Foundation
import Images
import Registry
import Tensors
import Training

/// Looks at images with a model's maps, and scores the circles against lesions' boxes.
package struct DetectionRun {
  package let model: String
  package let selection: CaseSelection
  package let boxes: BoxTable
  package let settings: DetectionSettings
  package let registry: EncoderRegistry
  package let kernels: any Kernels
  package let progress: ProgressReporter

  package init(
    model: String, selection: CaseSelection, boxes: BoxTable, settings: DetectionSettings,
    registry: EncoderRegistry, kernels: any Kernels, progress: ProgressReporter
  ) {
    self.model = model
    self.selection = selection
    self.boxes = boxes
    self.settings = settings
    self.registry = registry
    self.kernels = kernels
    self.progress = progress
  }

  /// One image seen by every method at every sensitivity.
  private struct Seen {
    let split: String?
    /// For each method, for each sensitivity.
    var cases: [[LocalisationCase]]
    var found: [Detection.Found]
  }

  /// Looks at all images.
  ///
  /// A model of many findings or classes is asked for each that an image has boxes of, by itself.
  ///
  /// - Throws: `ZooError` for cases or boxes that can't be used, or where no image has a box;
  ///   `Interrupted`.
  package func run() throws -> Detection {
    let names = try boxes.names(
      of: selection.groups.flatMap { $0.cases.flatMap { $0.images.map(\.path) } })
    func isLookedAt(_ path: String) -> Bool {
      settings.looksAtImagesWithoutBoxes || names[path] != nil
    }
    let asked = selection.groups.map { group in
      group.cases.filter { $0.images.contains { isLookedAt($0.path) } }
    }
    let missing = boxes.boxes.count - Set(names.values).count
    guard missing < boxes.boxes.count else {
      throw ZooError(
        .badValue, "none of its \(boxes.boxes.count) images is among the \(selection.count) cases",
        at: Place(path: boxes.path), advice: "images are found by the ends of their paths")
    }
    var remarks = Remarks()
    var views = ViewTally()
    var titles: [(name: String, title: String)] = []
    var seen: [Seen] = []
    var shares: [Detection.Share] = []
    progress.begin("looking at images", total: asked.reduce(0) { $0 + $1.count })
    defer { progress.end() }
    var notes = TextNotes()
    var records: [ModelRecord] = []
    for (group, cases) in zip(selection.groups, asked) where !cases.isEmpty {
      let model = try TrainedModel.read(
        from: group.model, registry: registry, bits: settings.explanation.bits)
      guard model.image != nil else {
        throw ZooError(
          .usage, "the model reads no images; circles need one that does",
          at: Place(path: group.model))
      }
      notes.add(cases, readBy: model)
      records.append(try ModelRecord(of: model, folder: group.model))
      for item in cases {
        try Interruption.check()
        let images = model.image?.reduced(item).images.map(\.path) ?? []
        let read = images.filter(isLookedAt)
        views.add(item, readBy: model, isLookedAt)
        for path in read {
          if let name = names[path] { remarks.add(kinds: unasked(model, of: name)) }
        }
        var questions: [String?] = []
        for question in read.flatMap({ findings(model, of: names[$0]) })
        where !questions.contains(question) { questions.append(question) }
        for finding in questions {
          let explainer = try Explainer(
            model, folder: group.model, finding: finding, kernels: kernels,
            settings: settings.explanation)
          let all = try explainer.imageMaps(
            images: model.image?.reduced(item).images ?? [],
            text: model.text == nil ? nil : item.text)
          for (path, maps) in zip(images, all) {
            let name = names[path]
            if model.image?.views != nil {
              shares.append(
                Detection.Share(
                  maps, of: item, image: shown(path, name), finding: finding, split: group.split,
                  isScored: isLookedAt(path) && findings(model, of: name).contains(finding)))
            }
            guard isLookedAt(path) else { continue }
            guard findings(model, of: name).contains(finding) else { continue }
            titles = maps.images.map { ($0.method, $0.title) }
            remarks.add(maps)
            seen.append(
              try look(
                maps, at: item, named: name, finding: finding, split: group.split, &remarks))
          }
        }
        progress.advance(note: item.id)
      }
    }
    guard !seen.isEmpty else {
      if let fault = views.fault(at: Place(path: boxes.path)) { throw fault }
      throw ZooError(
        .badValue, "no box is of a finding or class that the model answers",
        at: Place(path: boxes.path))
    }
    return Detection(
      settings: settings, model: model, boxes: boxes.path, description: selection.description,
      isSynthetic: selection.isSynthetic,
      warnings: selection.warnings + notes.told(to: progress) + views.told(to: progress)
        + remarks.sentences(boxes),
      missing: missing,
      splits: selection.groups.compactMap(\.split), rows: scores(titles, seen),
      found: seen.flatMap(\.found), choices: choices(titles, seen), records: records,
      shares: shares)
  }

  /// What a model is asked of an image: nil is its one question.
  ///
  /// An image that the table has no box of is asked for all findings or classes that it has boxes of.
  private func findings(_ model: TrainedModel, of name: String?) -> [String?] {
    guard model.task != .binary else { return [nil] }
    let found = name.map { boxes.boxes[$0] ?? [] } ?? boxes.boxes.values.flatMap { $0 }
    let kinds = Set(found.map(\.kind))
    return model.labels.filter { kinds.contains($0) }
  }

  /// The kinds of an image's boxes that a model of several answers knows nothing of.
  private func unasked(_ model: TrainedModel, of name: String) -> [String] {
    guard model.task != .binary else { return [] }
    return (boxes.boxes[name] ?? []).map(\.kind).filter { !model.labels.contains($0) }
  }

  /// What a picture is called in results.
  private func shown(_ path: String, _ tableName: String?) -> String {
    tableName.map { boxes.shortName($0) } ?? BoxTable.fileName(path)
  }

  private func look(
    _ maps: ViewExplanation, at item: Case, named tableName: String?, finding: String?,
    split: String?, _ remarks: inout Remarks
  ) throws -> Seen {
    let geometry = maps.picture.geometry
    let (lesions, clipped) =
      try tableName.map {
        try boxes.lesions(
          named: $0, width: geometry.width, height: geometry.height, kind: finding)
      } ?? ([], 0)
    remarks.clipped += clipped
    let image = shown(maps.picture.path, tableName)
    let name = [split, item.id, maps.view, finding].compactMap { $0 }.joined(separator: "/")
    var seen = Seen(split: split, cases: [], found: [])
    for one in maps.images {
      let (map, peak) = (one.map, one.map.peak)
      let place = geometry.original(
        x: Double(peak % map.width) + 0.5, y: Double(peak / map.width) + 0.5)
      let hasPeak = !map.isFlat && map.values[peak] > 0
      seen.cases.append(
        settings.sensitivities.map { sensitivity in
          let sight = Sight(map, sensitivity: sensitivity, rule: settings.explanation.rule)
          let circles = sight.neighbourhoods.map { $0.circle(in: geometry, mapWidth: map.width) }
          for (circle, found) in zip(circles, sight.neighbourhoods) {
            seen.found.append(
              Detection.Found(
                image: image, finding: finding, method: one.method, sensitivity: sensitivity,
                circle: circle, mass: found.mass))
          }
          return LocalisationCase(
            name: name, width: Double(geometry.width), height: Double(geometry.height),
            lesions: lesions, circles: circles, peak: hasPeak ? place : nil)
        })
    }
    return seen
  }

  private func scores(_ titles: [(name: String, title: String)], _ seen: [Seen])
    -> [Detection.Row]
  {
    var rows: [Detection.Row] = []
    for (method, title) in titles.enumerated() {
      for shape in settings.shapes {
        for (place, sensitivity) in settings.sensitivities.enumerated() {
          rows.append(
            Detection.Row(
              method: title.name, title: title.title, sensitivity: sensitivity,
              score: score(seen.map { $0.cases[method][place] }, as: shape)))
        }
      }
    }
    return rows
  }

  private func score(_ cases: [LocalisationCase], as shape: Overlap.Shape) -> LocalisationScore {
    LocalisationScore(
      cases, as: shape, controlDraws: settings.controlDraws, resamples: settings.resamples,
      stream: RandomStream(seed: settings.seed).derived("detection"))
  }

  /// For each question: every split looked at with the method and sensitivity that do best on the
  /// others.
  private func choices(_ titles: [(name: String, title: String)], _ seen: [Seen])
    -> [Detection.Choice]
  {
    let splits = selection.groups.compactMap(\.split).filter { split in
      seen.contains { $0.split == split }
    }
    guard splits.count > 1, let shape = settings.shapes.first else { return [] }
    let all = titles.indices.flatMap { method in
      settings.sensitivities.indices.map { (method: method, place: $0) }
    }
    // The answers on all splits but one need neither control nor interval.
    let others = splits.map { split in
      all.map { way in
        LocalisationScore(
          seen.filter { $0.split != split }.map { $0.cases[way.method][way.place] }, as: shape,
          controlDraws: 0, resamples: 1, stream: RandomStream(seed: settings.seed))
      }
    }
    return LocalisationQuestion.all.compactMap { question in
      var chosen: [(split: String, title: String, sensitivity: Double)] = []
      var cases: [LocalisationCase] = []
      for (index, split) in splits.enumerated() {
        let accuracies = others[index].map { $0[question]?.macro ?? 0 }
        guard let best = accuracies.max(), let way = accuracies.firstIndex(of: best) else {
          return nil
        }
        chosen.append(
          (
            split, titles[all[way].method].title, settings.sensitivities[all[way].place]
          ))
        cases += seen.filter { $0.split == split }.map {
          $0.cases[all[way].method][all[way].place]
        }
      }
      return score(cases, as: shape)[question].map {
        Detection.Choice(question: question, chosen: chosen, answer: $0)
      }
    }
  }
}
