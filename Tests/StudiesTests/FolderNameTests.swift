import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("Names of folders")
struct FolderNameTests {
  @Test("Ids that every disk takes are kept, signs become numbers, and nothing meets")
  func plainIDs() throws {
    #expect(try FolderName.ofID("c-01_a.png") == "c-01_a.png")
    #expect(try FolderName.ofID("../a b") == "%2E.%2Fa%20b")
    let ids = ["a/b", "a%2Fb", "a b", ".a", "%2Ea", "肺", "A"]
    #expect(Set(try ids.map { try FolderName.ofID($0) }).count == ids.count)
  }

  @Test("A long id is cut and told by a hash that is the same for ever")
  func longIDs() throws {
    let id = String(repeating: "肺", count: 30)
    let name = try FolderName.ofID(id)
    #expect(name.utf8.count <= FolderName.limit)
    #expect(name.hasPrefix("%E8%82%BA%E8%82%BA"))
    #expect(name.hasSuffix("~9714ef75dabdecd0"))
    #expect(try FolderName.ofID(id) == name)
    #expect(try FolderName.ofID(id + "肺") != name)
    #expect(FolderName.ofLongID(id) == nil)
    #expect(FolderName.ofLongID(String(repeating: "a", count: 200))?.utf8.count == 200)
    #expect(try FolderName.ofID(String(repeating: "a", count: 100)).utf8.count == 100)
  }

  @Test("Ids that differ in the case of letters alone don't meet where a disk tells none")
  func letterCase() throws {
    let ids = ["P1", "p1", "P2"]
    let alike = FolderName.differingInCase(ids)
    #expect(alike == ["P1", "p1"])
    let names = try ids.map { try FolderName.ofID($0, marksCase: alike.contains($0)).lowercased() }
    #expect(Set(names).count == 3)
    #expect(names[2] == "p2")
  }

  @Test("Combinations keep their names, unsafe or long ones a part; earlier folders are found")
  func combinations() throws {
    #expect(try FolderName.ofCombination("net + words film") == "net + words film")
    #expect(try FolderName.ofCombination("Lunge (groß)") == "Lunge (groß)")
    let long = String(repeating: "编码器", count: 20) + " + words"
    for name in [long, "a/b", "..", "a?b", "a "] {
      let folder = try FolderName.ofCombination(name)
      #expect(folder.utf8.count <= FolderName.limit && folder.contains("~"), "\(folder)")
      #expect(!folder.contains("/") && folder.first != ".")
    }
    try withTemporaryFolder { run in
      #expect(
        try FolderName.cell(long, split: "r1f1", in: run)
          == "\(run)/cells/r1f1/\(FolderName.ofCombination(long))")
      let earlier = "\(run)/cells/r1f1/a?b"
      try FileManager.default.createDirectory(
        atPath: earlier, withIntermediateDirectories: true)
      #expect(try FolderName.cell("a?b", split: "r1f1", in: run) == earlier)
    }
  }
}
