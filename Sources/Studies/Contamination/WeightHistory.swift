import Basics
import Bundles
import Datasets
import Foundation
import Registry
import Training

/// The collections that weights were trained on, with those that these started from.
struct WeightHistory {
  /// A collection, and what was trained on it.
  struct Step: Equatable {
    let collection: String
    /// With what is known of its split.
    let sentence: String
    /// The weights' own name, or that of what they started from.
    let weights: String
  }

  private(set) var steps: [Step] = []
  /// The names of weights of which nothing says what they were trained on.
  private(set) var unknown: [String] = []
  private var visited: Set<String> = []
  private let catalogue: Catalogue

  /// Follows weights by name or path; nothing but names and notes is read.
  init(_ name: String, _ catalogue: Catalogue) {
    self.catalogue = catalogue
    follow(name)
  }

  /// The collections, each once.
  var collections: [String] { Set(steps.map(\.collection)).sorted() }

  private mutating func follow(_ name: String) {
    // What two models started from is looked at once, whatever loop names make.
    guard name != "random", visited.insert(name).inserted else { return }
    if let trainedOn = catalogue.trainedOn(name) {
      guard let trainedOn else { return unknown.append(name) }
      steps += trainedOn.map {
        Step(collection: $0.collection, sentence: $0.sentence, weights: name)
      }
      return
    }
    guard let path = try? ModelFolders(catalogue).find(name)?.path else {
      return unknown.append((name as NSString).lastPathComponent)
    }
    let shown = (name as NSString).lastPathComponent
    let own: [String]
    var earlier = WeightHistory.start(ofModel: path)
    if let training = (try? BundleFolder(path))?.manifest.training {
      own = training.collections ?? WeightHistory.collections(ofSet: training.dataSet)
      // "NAME, prefix "P"" where a file had several encoders.
      earlier += training.startedFrom.map { String($0.split(separator: ",")[0]) }
    } else if let note = DataNote.above(path) {
      own = note.collections ?? WeightHistory.collections(ofSet: note.name)
    } else {
      return unknown.append(shown)
    }
    steps += own.map { Step(collection: $0, sentence: $0, weights: shown) }
    for start in earlier { follow(start) }
  }

  /// Older notes say the name of the set alone.
  private static func collections(ofSet name: String) -> [String] {
    ["chestxray14": ["chestx-ray14"], "open-i": ["open-i"]][name] ?? []
  }

  /// What a model's image encoder started from.
  private static func start(ofModel folder: String) -> [String] {
    guard let model = try? JSONValue.parse(contentsOf: "\(folder)/model.json"),
      var root = try? model.object(), var image = try? root.object("image"),
      let weights = image.value("weights"), let start = try? ImageBranch.origin(weights)
    else { return [] }
    return [start.name]
  }
}

extension Catalogue {
  /// What a weight or vector set of that name was trained on, nil within where its entry does not say; nil where there
  /// is no such set.
  fileprivate func trainedOn(_ name: String) -> [TrainingCollection]?? {
    if let set = weightSets.first(where: { $0.name == name }) { return .some(set.trainedOn) }
    return vectorSets.first { $0.name == name }.map(\.trainedOn)
  }

  /// The names of the collections that its sets were trained on.
  var collections: [String] {
    (weightSets.compactMap(\.trainedOn) + vectorSets.compactMap(\.trainedOn))
      .joined().map(\.collection)
  }
}

extension DataNote {
  /// The note of the run that a model lies in; nil where there is none.
  static func above(_ folder: String) -> DataNote? {
    var root = URL(fileURLWithPath: folder).standardizedFileURL
    for _ in 0..<5 {
      if let note = try? DataNote(folder: root.path) { return note }
      root.deleteLastPathComponent()
    }
    return nil
  }
}
