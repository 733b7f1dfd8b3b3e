import Basics
import Datasets
import Foundation
import Images
import Ranks
import TestSupport
import Testing

@testable import Studies

/// A grey picture of 8 × 8 pixels.
private func picture(_ value: (Int) -> Int) -> PixelImage {
  PixelImage(
    width: 8, height: 8, channels: 1, pixels: (0..<64).map { UInt8(truncatingIfNeeded: value($0)) })
}

private func set(_ paths: [String?]) -> CaseSet {
  CaseSet(
    name: "pictures",
    cases: paths.enumerated().map {
      Case(id: "c\($0)", imagePath: $1, label: "a", source: Place())
    })
}

@Suite("Which cases show the same picture")
struct PictureDigestsTests {
  @Test(
    "One file, its copy and its re-encoding in colour are one picture; black files link nothing")
  func shared() throws {
    try withTemporaryFolder { folder in
      func path(_ name: String) -> String { "\(folder)/\(name).png" }
      let (one, other) = (picture { $0 * 3 }, picture { $0 * 3 + ($0 == 63 ? 1 : 0) })
      try one.savePNG(path: path("one"))
      try FileManager.default.copyItem(atPath: path("one"), toPath: path("copy"))
      try one.converted(channels: 3).savePNG(path: path("colour"))
      try other.savePNG(path: path("other"))
      for name in ["black", "black2"] { try picture { _ in 0 }.savePNG(path: path(name)) }
      let names: [String?] = ["one", "one", "copy", "colour", "other", "black", "black2", nil]
      // All fingerprints are equal, as if the encoder's size made all pictures alike.
      let found = try PictureDigests.added(
        to: set(names.map { $0.map(path) }), fingerprints: names.map { _ in 7 })
      let keys = found.cases.map { $0.images.first?.picture?.shared }
      #expect(keys[0] != nil)
      #expect(keys[1] == keys[0] && keys[2] == keys[0] && keys[3] == keys[0])
      #expect(keys[4...].allSatisfy { $0 == nil })
      let files = found.cases.map { $0.images.first?.picture?.file }
      #expect(files[1] == files[2] && files[3] != files[0] && files[5] == files[6])
      #expect(files[7] == nil)
      #expect(CaseGroups(found.cases).indices == [0, 0, 0, 0, 1, 2, 3, 4])
      // Of ranks each reads a part of the files, and all know the same.
      let paths = names.map { $0.map(path) }
      let digest = try DataDigest(found)
      for count in [2, 3] {
        let all = try RanksOfThreads.run(count) { ranks in
          try DataDigest(
            PictureDigests.added(
              to: set(paths), fingerprints: names.map { _ in 7 }, sharedBy: ranks))
        }
        #expect(all.allSatisfy { $0 == digest })
      }
    }
  }

  @Test("A file of another size, or none, on one rank is named there")
  func sizes() throws {
    try withTemporaryFolder { folder in
      for rank in [0, 1] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(rank)", withIntermediateDirectories: true)
        for name in ["a", "b"] {
          try Data(repeating: 1, count: name == "b" ? 3 + rank : 3).write(
            to: URL(fileURLWithPath: "\(folder)/\(rank)/\(name)"))
        }
      }
      /// What the second rank says, which has other files or so many more.
      func told(_ names: [String], _ more: [String] = []) throws -> String {
        try RanksOfThreads.run(2) { ranks in
          let files = (names + (ranks.isFirst ? [] : more)).map { "\(folder)/\(ranks.rank)/\($0)" }
          let text = errorText { try RankAgreement(ranks).check(files: files) }
          // The first waits to be ended.
          if !ranks.isFirst, !text.isEmpty { _ = ranks.gather("ended") }
          return text
        }[1]
      }
      #expect(try told(["a"]) == "")
      #expect(
        try told(["a", "b"])
          == "\(folder)/1/b: has 4 bytes here, and has 3 bytes on rank 0\n  give all hosts the same data"
      )
      try Data([1, 1, 2]).write(to: URL(fileURLWithPath: "\(folder)/1/a"))
      #expect(try told(["a"]).contains("/1/a: is another file than on rank 0, of the same size"))
      #expect(try told(["a"], ["c"]).hasPrefix("2 picture files are to be read here, 1 on rank 0"))
      try FileManager.default.removeItem(atPath: "\(folder)/1/a")
      #expect(try told(["a"]).contains("/1/a: is missing here, and has 3 bytes on rank 0"))
    }
  }

  @Test("A picture that is gone is named")
  func gone() throws {
    let text = errorText {
      _ = try PictureDigests.added(to: set(["/nowhere/a.png"]), fingerprints: [0])
    }
    #expect(text == "/nowhere/a.png: no such file")
  }
}

@Suite("What a run's data were")
struct DataDigestTests {
  private func made(_ edit: (Int, inout Case) -> Void = { _, _ in }) -> CaseSet {
    CaseSet(
      name: "data",
      cases: (0..<6).map { index in
        var item = Case(
          id: "c\(index)", imagePath: "images/c\(index).png", text: "text \(index)",
          label: index % 2 == 0 ? "a" : "b", group: "p\(index)", source: Place())
        item.images[0].picture = CasePicture(file: "f\(index)")
        edit(index, &item)
        return item
      })
  }

  @Test("It is read back equal, and everything that differs is named")
  func differences() throws {
    let before = try DataDigest(made())
    try withTemporaryFolder { folder in
      try before.write(to: folder)
      #expect(try DataDigest.read(folder: folder) == before)
      #expect(try DataDigest.read(folder: "\(folder)/none") == nil)
      let text = try String(contentsOfFile: "\(folder)/data-digest.csv", encoding: .utf8)
      #expect(!text.contains("text 1") && !text.contains(",p1"))
    }
    func found(_ set: CaseSet) throws -> [String] {
      try DataDigest(set).differences(from: before, of: set)
    }
    #expect(try found(made()).isEmpty)
    #expect(
      try found(
        made { $1.images[0].picture = $0 > 1 ? CasePicture(file: "new") : $1.images[0].picture })
        == [
          "4 pictures are other files: images/c2.png, images/c3.png, images/c4.png, …"
        ])
    #expect(
      try found(made { if $0 == 4 { $1.text = "other" } }) == ["the text of 1 case differs: c4"])
    #expect(
      try found(made { if $0 < 2 { $1.label = "c" } }) == [
        "the labels of 2 cases differ: c0, c1"
      ])
    #expect(
      try found(made { if $0 == 3 { $1.findings = ["Mass"] } }) == [
        "the label of 1 case differs: c3"
      ])
    #expect(
      try found(made { if $0 == 3 { $1.group = nil } }) == ["the patient of 1 case differs: c3"])
    #expect(
      try found(made { if $0 == 5 { $1.id = "d" } }) == [
        "1 case is not there any more: c5", "1 case was not there: d",
      ])
    let turned = made { $1.id = "c\(5 - $0)" }
    #expect(try found(turned).first == "the cases stand in another order")
  }

  @Test("A study that reads no texts is not held against a run's texts; its cases are the run's")
  func deviations() throws {
    let shown = made {
      if $0 < 2 { $1.images[0].picture = CasePicture(file: "f\($0)", shared: "s") }
    }
    let known = try DataDigest(shown)
    let now = made { $1.text = nil }
    #expect(try known.deviations(of: now, ofCommonCases: true).isEmpty)
    let other = made { if $0 == 1 { $1.images[0].picture = CasePicture(file: "x") } }
    #expect(
      try known.deviations(of: other, ofCommonCases: true) == [
        "The data are not those that the model was trained on and tested with: "
          + "1 picture is another file: images/c1.png."
      ])
    let grown = CaseSet(
      name: "more", cases: [Case(id: "new", label: "a", source: Place())] + made().cases)
    #expect(known.restored(grown).cases.map(\.id) == shown.cases.map(\.id))
    #expect(
      known.restored(grown).pictures.map { $0?.picture } == shown.pictures.map { $0?.picture })
  }
}
