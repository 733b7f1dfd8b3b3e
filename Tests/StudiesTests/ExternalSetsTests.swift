import Basics
import Datasets
import Downloads
import Foundation
import Images
import Registry
import Synchronization
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("External data, before anything is trained")
struct ExternalSetsTests {
  /// Says that it was asked, and evaluates nothing.
  private struct Silent: ExternalEvaluator {
    func check(_ item: ExternalSpecification, _ set: CaseSet) throws -> [String] {
      ["\(item.name) was looked at with \(set.cases.count) cases"]
    }

    func evaluate(_ item: ExternalSpecification, _ set: CaseSet, of run: FinishedComparison) throws
      -> ReportExternal
    {
      throw ZooError(.unsupported, "evaluates nothing")
    }
  }

  private func picture(_ shade: UInt8, _ path: String) throws {
    try PixelImage(
      width: 20, height: 20, channels: 1, pixels: [UInt8](repeating: shade, count: 400)
    ).savePNG(path: path)
  }

  /// The external data of a study in a folder, checked against its own cases.
  private func checked(_ folder: String, skipsBad: Bool = false, own: [Case] = []) throws
    -> (sets: ExternalSets, lines: [String])
  {
    let text = """
      {"schema": 2, "name": "s",
       "data": {"format": "csv", "path": "own.csv", "columns": {"image": "i", "label": "l"}},
       "external": [{"name": "north", "data": {"format": "csv", "path": "table.csv",
         "columns": {"id": "id", "image": "i", "text": "t", "label": "l"}}}],
       "text": {"name": "words", "encoder": "word2vec"},
       "image": {"name": "net", "encoder": "densenet121", "size": 16}}
      """
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    let study = try StudySpecification(
      JSONValue.parse(Data(text.utf8), path: "study.json"), folder: folder, registry: registry)
    var sets = try ExternalSets(
      study, labels: ["a", "b"], skipsBad: skipsBad, isBegun: false, registry)
    let lines = Lines()
    try sets.check(
      study.images, own: DataDigest(CaseSet(name: "own", cases: own)), by: Silent(),
      in: "\(folder)/run", skipsBad: skipsBad,
      progress: ProgressReporter(mode: .plain, write: { lines.add($0) }))
    return (sets, lines.all)
  }

  private final class Lines: Sendable {
    private let texts = Mutex([String]())
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
  }

  private func prepare(_ folder: String) throws {
    for (name, shade) in [("1", UInt8(10)), ("2", 200)] {
      try picture(shade, "\(folder)/\(name).png")
    }
    try AtomicFile.write("no picture", to: "\(folder)/3.png")
    try AtomicFile.write(
      "id,i,t,l\nx1,1.png,clear lungs,a\nx2,2.png,large heart,b\nx3,3.png,same,a\n",
      to: "\(folder)/table.csv")
  }

  @Test("A picture that can't be read is named, or its case is left out and counted")
  func pictures() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let text = errorText { _ = try checked(folder) }
      #expect(text.contains("3.png") && text.contains("1 unreadable image"), "\(text)")
      let (sets, _) = try checked(folder, skipsBad: true)
      #expect(sets.sets[0].set.cases.map(\.id) == ["x1", "x2"])
      #expect(sets.sets[0].set.leftOut.map(\.id) == ["x3"])
      #expect(sets.notes.contains("north was looked at with 2 cases"))
    }
  }

  @Test("Pictures that a run knows are not read again, changed ones are")
  func known() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      // Files that have just changed are never known by their times.
      Thread.sleep(forTimeInterval: 3.5)
      let (sets, first) = try checked(folder, skipsBad: true)
      #expect(first.contains { $0.contains("checking 3 images of north") })
      try sets.write(to: "\(folder)/run")
      let (again, second) = try checked(folder, skipsBad: true)
      #expect(!second.contains { $0.contains("checking") }, "\(second)")
      #expect(again.sets[0].set.cases == sets.sets[0].set.cases)
      #expect(again.sets[0].set.leftOut.map(\.id) == ["x3"])
      // Mended, it is the data's again.
      try picture(90, "\(folder)/3.png")
      #expect(try checked(folder).sets.sets[0].set.cases.count == 3)
    }
  }

  @Test("Cases of the study itself are found by their pictures' files, and texts are counted")
  func overlap() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      try picture(90, "\(folder)/3.png")
      var own = Case(id: "mine", text: "of mine", label: "a", source: Place())
      own.images = [
        CaseImage(
          path: "own.png", picture: CasePicture(file: try sha256(ofFile: "\(folder)/2.png")))
      ]
      let other = Case(id: "other", text: "same", label: "a", source: Place())
      let sets = try checked(folder, own: [own, other]).sets
      #expect(
        sets.warnings.count == 1
          && sets.warnings[0].hasPrefix(
            "1 of the 3 cases of north are of this study, 1 by the very file of the picture"),
        "\(sets.warnings)")
      #expect(
        sets.notes.contains {
          $0.hasPrefix(
            "1 of the 3 cases of north have word for word the text of a case of this study")
        }, "\(sets.notes)")
      #expect(try checked(folder).sets.warnings.isEmpty)
    }
  }
}
