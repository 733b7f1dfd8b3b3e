import Basics
import Datasets
import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("Starting weights that have seen a study's cases")
struct SeenCasesTests {
  private func study(_ weights: String, _ data: String = "", format: String = "csv") throws
    -> (StudySpecification, EncoderRegistry)
  {
    let columns = format == "csv" ? #", "columns": {"image": "i", "label": "l"}"# : ""
    let text = """
      {"schema": 2, "name": "s",
       "data": {"format": "\(format)", "path": "table.csv"\(columns)\(data)},
       "image": {"name": "net", "encoder": "densenet121", "weights": "\(weights)", "size": 224}}
      """
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    return (
      try StudySpecification(
        JSONValue.parse(Data(text.utf8), path: "study.json"), folder: "", registry: registry),
      registry
    )
  }

  private func seen(_ weights: String, _ data: String = "", format: String = "csv", ids: [String])
    throws -> (SeenCases, DataOrigin)
  {
    let (study, registry) = try study(weights, data, format: format)
    let set = CaseSet(
      name: "set", cases: ids.map { Case(id: $0, label: "a", source: Place()) })
    let split = Split(
      name: "s1", index: 0, repeatIndex: 0, training: [0], validation: [], test: [1])
    return (
      try SeenCases(
        images: study.images, texts: study.texts, of: set, study.data.origin, splits: [split],
        registry), study.data.origin
    )
  }

  private let chest = ["00000001_000", "00030805_012", "mine-1", "20230101_001"]

  @Test("A weight set that has seen the images is refused by branch, name, collection and count")
  func refused() throws {
    let (cases, origin) = try seen("densenet121-chestxray14", ids: chest)
    let text = errorText { _ = try cases.warnings(origin, isBegun: false) }
    for part in [
      "net: \"densenet121-chestxray14\" was trained on chestx-ray14",
      "2 of the 4 cases of this study are of chestx-ray14", "allowSeen", "other weights",
    ] { #expect(text.contains(part), "\(text)") }
    #expect(try cases.warnings(origin, isBegun: true).count == 1)
  }

  @Test("Allowed, it goes on under a banner")
  func allowed() throws {
    let (cases, origin) = try seen(
      "densenet121-chestxray14", #", "allowSeen": true"#, ids: chest)
    let banner = try cases.warnings(origin, isBegun: false)
    #expect(banner.count == 1 && banner[0].contains("its scores are not those on new images"))
  }

  @Test("Neither a phantom study nor weights of other images are touched")
  func untouched() throws {
    for (weights, ids) in [
      ("densenet121-chestxray14", ["phantom-0001", "CXR7"]), ("densenet121-imagenet", chest),
    ] {
      let (cases, origin) = try seen(weights, ids: ids)
      #expect(cases.findings.isEmpty && cases.notes.isEmpty)
      #expect(try cases.warnings(origin, isBegun: false).isEmpty)
    }
  }

  @Test(
    "Collections that share images overlap, whether named, laid out or recognised",
    arguments: [
      (#", "collection": "rsna-pneumonia""#, "csv", "densenet121-chestxray14"),
      ("", "chestx-ray14", "densenet121-chexnet"), ("", "open-i", "densenet121-xrv-all"),
    ])
  func overlap(_ data: String, _ format: String, _ weights: String) throws {
    let (cases, origin) = try seen(weights, data, format: format, ids: ["a", "b"])
    let text = errorText { _ = try cases.warnings(origin, isBegun: false) }
    #expect(text.contains("2 of the 2 cases"), "\(text)")
  }

  @Test("Data that are said to be one's own are, and it is said what they look like")
  func own() throws {
    let (cases, _) = try seen("densenet121-chexnet", #", "collection": "own""#, ids: chest)
    #expect(cases.findings.isEmpty)
    #expect(cases.notes.first?.contains("2 of the 4 cases") == true)
  }

  @Test(
    "External data that the starting weights have seen are refused by name, and allowed under a banner"
  )
  func external() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(
        "i,l\n00000001_000.png,a\n00030805_012.png,b\n", to: "\(folder)/table.csv")
      func sets(_ data: String) throws -> ExternalSets {
        let text = """
          {"schema": 2, "name": "s",
           "data": {"format": "csv", "path": "own.csv", "columns": {"image": "i", "label": "l"}},
           "external": [{"name": "north", "data": {"format": "csv", "path": "table.csv",
             "columns": {"image": "i", "label": "l"}\(data)}}],
           "image": {"name": "net", "encoder": "densenet121", "weights": "densenet121-chestxray14"}}
          """
        let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
        for name in ["00000001_000", "00030805_012"] {
          try AtomicFile.write("", to: "\(folder)/\(name).png")
        }
        let study = try StudySpecification(
          JSONValue.parse(Data(text.utf8), path: "study.json"), folder: folder,
          registry: registry)
        return try ExternalSets(
          study, labels: ["a", "b"], skipsBad: false, isBegun: false, registry)
      }
      let text = errorText { _ = try sets("") }
      #expect(text.contains("2 of the 2 cases of the external data \"north\""), "\(text)")
      #expect(try sets(#", "allowSeen": true"#).warnings.count == 1)
      #expect(try sets(#", "collection": "own""#).warnings.isEmpty)
    }
  }

  @Test("An unknown collection, and one that contradicts the layout, are refused")
  func unknown() {
    let text = errorText {
      _ = try seen("densenet121-chexnet", #", "collection": "chestxray14""#, ids: chest)
    }
    #expect(text.contains("chestx-ray14"), "\(text)")
    let other = errorText {
      _ = try seen(
        "densenet121-chexnet", #", "collection": "padchest""#, format: "open-i", ids: chest)
    }
    #expect(other.contains("layout of open-i"), "\(other)")
  }

  @Test("A model's run says what its cases were of, and so does what started from it")
  func chain() throws {
    try withTemporaryFolder { folder in
      let note = """
        {"schema": 1, "name": "cases", "description": "d", "terms": "t", "synthetic": false,
         "revision": null, "folds": "f", "seed": 1, "splits": [], "collections": ["open-i"]}
        """
      for (name, weights) in [("first", "densenet121-chexnet"), ("second", "\(folder)/first")] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        try note.replacing("open-i", with: name == "first" ? "open-i" : "padchest").write(
          toFile: "\(folder)/\(name)/data.json", atomically: true, encoding: .utf8)
        try #"{"image": {"weights": "\#(weights)"}}"#.write(
          toFile: "\(folder)/\(name)/model.json", atomically: true, encoding: .utf8)
      }
      let catalogue = try Catalogue(path: packageFile("registry.json"))
      let history = WeightHistory("\(folder)/second", catalogue)
      #expect(history.collections == ["chestx-ray14", "open-i", "padchest"])
      #expect(history.unknown.isEmpty)
      #expect(history.steps.map(\.weights) == ["second", "first", "densenet121-chexnet"])
    }
  }

  @Test("A model of shuffled labels may not start from weights that have seen the cases either")
  func shuffled() throws {
    func banner(_ data: String) throws -> [String] {
      let (study, registry) = try study("densenet121-chestxray14", data)
      let set = CaseSet(
        name: "set", cases: chest.map { Case(id: $0, label: "a", source: Place()) })
      let split = Split(
        name: "s1", index: 0, repeatIndex: 0, training: [0], validation: [], test: [1])
      return try ShuffledTraining(
        study: study,
        session: Session(
          registry: registry, kernels: ReferenceKernels(),
          progress: ProgressReporter(mode: .quiet, write: { _ in }))
      ).seen(set, split)
    }
    #expect(errorText { _ = try banner("") }.contains("2 of the 4 cases of this study"))
    #expect(try banner(#", "allowSeen": true"#).count == 1)
  }

  @Test("Training vectors notes what those to go on from have seen, and whose texts it reads")
  func vectors() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(
        "t,l\nclear lungs,a\nlarge heart,b\n", to: "\(folder)/table.csv")
      try AtomicFile.write(
        """
        {"schema": 2, "name": "s", "data": {"format": "csv", "path": "table.csv",
          "collection": "wikipedia-2014", "columns": {"text": "t", "label": "l"}},
         "text": {"name": "words", "encoder": "word2vec"}}
        """, to: "\(folder)/study.json")
      let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
      func notes(_ start: String?) throws -> String {
        let progress = ProgressReporter(mode: .quiet, write: { _ in })
        _ = try VectorTraining.documents(
          at: "\(folder)/study.json", from: start, dataFolder: nil, skipsBad: false,
          registry: registry, progress: progress)
        return progress.notes.joined(separator: "\n")
      }
      let alone = try notes(nil)
      #expect(alone.contains("the texts are of wikipedia-2014") && !alone.contains("--from"))
      let found = try notes("glove-6b-50d")
      #expect(
        found.contains("--from: \"glove-6b-50d\" was trained on wikipedia-2014"), "\(found)")
      #expect(found.contains("2 of the 2 cases of this study"))
    }
  }
}
