import Basics
import Foundation
import TestSupport
import Testing

@testable import Bundles

@Suite("Folders of bundles")
struct FolderTests {
  @Test("A folder as its manifest lists it is whole")
  func whole() throws {
    try withTemporaryFolder { folder in
      let others = try SmallBundle.write(to: folder).verify()
      #expect(others.isEmpty)
    }
  }

  @Test("What git, hubs and file managers leave is named and not looked into")
  func byProducts() throws {
    try withTemporaryFolder { folder in
      let bundle = try SmallBundle.write(to: folder)
      for path in [
        ".gitattributes", ".git/HEAD", ".cache/huggingface/CACHEDIR.TAG", ".DS_Store",
        "golden/.DS_Store",
      ] {
        let file = "\(folder)/\(path)"
        try AtomicFile.makeFolder((file as NSString).deletingLastPathComponent)
        try AtomicFile.write("x", to: file)
      }
      symlink("/etc/hostname", "\(folder)/.git/link")
      let others = try bundle.verify()
      #expect(others == [".DS_Store", ".cache", ".git", ".gitattributes", "golden/.DS_Store"])
      // Their names hide nothing else.
      try AtomicFile.write("x", to: "\(folder)/.gitconfig")
      #expect(errorText { _ = try bundle.verify() }.contains(".gitconfig: is not listed"))
    }
  }

  @Test(
    "A folder that differs from its manifest is refused, by the path",
    arguments: [
      ("changed", "README.md", "has the SHA-256"), ("longer", "README.md", "expected 7"),
      ("gone", "model.json", "no such file"), ("more", "extra.txt", "is not listed"),
      ("link", "link.txt", "is a symbolic link"),
      ("linked", "model.json", "is a symbolic link"), ("hidden", ".hidden", "is not listed"),
    ])
  func differs(_ kind: String, _ path: String, _ expected: String) throws {
    try withTemporaryFolder { outside in
      let folder = "\(outside)/bundle"
      try AtomicFile.makeFolder(folder)
      let bundle = try SmallBundle.write(to: folder)
      let file = "\(folder)/\(path)"
      switch kind {
      case "changed": try AtomicFile.write("A card\n", to: file)
      case "longer": try AtomicFile.write("a card\n\n", to: file)
      case "gone": try FileManager.default.removeItem(atPath: file)
      case "link": symlink("/etc/hostname", file)
      case "linked":
        rename(file, "\(outside)/model.json")
        symlink("\(outside)/model.json", file)
      default: try AtomicFile.write("?", to: file)
      }
      let found = errorText { _ = try bundle.verify() }
      #expect(found.contains(expected) && found.contains(path), "\(found)")
    }
  }

  @Test("A manifest that is a link or far too large is not read")
  func manifestFile() throws {
    try withTemporaryFolder { folder in
      try SmallBundle.write(to: folder)
      let file = "\(folder)/bundle.json"
      rename(file, "\(folder)/other.json")
      symlink("\(folder)/other.json", file)
      #expect(errorText { _ = try BundleFolder(folder) }.contains("is a symbolic link"))
      unlink(file)
      try AtomicFile.write(Data(count: BundleManifest.maximumSize + 1), to: file)
      #expect(errorText { _ = try BundleFolder(folder) }.contains("expected at most"))
    }
  }

  @Test("A folder under way gets its name when it is whole, and leaves nothing when it is not")
  func staged() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/bundle"
      #expect(
        errorText {
          try StagedFolder.write(to: path) {
            try AtomicFile.write("x", to: "\($0)/a")
            throw ZooError(.system, "stopped")
          }
        } == "stopped")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      try StagedFolder.write(to: path) { try AtomicFile.write("x", to: "\($0)/a") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["bundle"])
      var refusal: ZooError?
      do {
        try StagedFolder.write(to: path) { try AtomicFile.write("y", to: "\($0)/b") }
      } catch let error as ZooError { refusal = error }
      #expect(refusal?.code == .conflict)
      #expect(try readFile("\(path)/a") == Data("x".utf8))
    }
  }
}
