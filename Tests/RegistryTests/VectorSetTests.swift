import Basics
import Downloads
import Foundation
import TestSupport
import Testing

@testable import Registry

@Suite("Sets of word vectors")
struct VectorSetTests {
  private static let text = Data("lungs 1 2\nclear 3 4\n".utf8)
  private static let zip = ArchiveBuilder.zip([("tiny.2d.txt", text)])

  private static func entry(_ changes: [String: String] = [:]) -> String {
    var members = [
      "name": "\"tiny-2d\"", "url": "\"https://example.org/tiny.zip\"", "bytes": "\(zip.count)",
      "sha256": "\"\(String(repeating: "0", count: 64))\"", "member": "\"tiny.2d.txt\"",
      "memberBytes": "\(text.count)", "words": "2", "dimension": "2",
      "licences": "{\"code\": \"a\", \"weights\": \"b\", \"data\": \"c\"}",
    ]
    members.merge(changes) { $1 }
    return "{" + members.map { "\"\($0)\": \($1)" }.sorted().joined(separator: ", ") + "}"
  }

  private func withCatalogue<Result>(
    _ entries: [String], _ body: (Catalogue, String) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      try AtomicFile.write(
        "{\"schema\": 1, \"encoders\": [], \"fusionHeads\": [],\n\"vectorSets\": ["
          + entries.joined(separator: ",\n") + "]}", to: "\(folder)/registry.json")
      return try body(Catalogue(path: "\(folder)/registry.json"), folder)
    }
  }

  @Test("The sets of the registry are whole, and those of one zip agree about it")
  func registry() throws {
    let sets = try Catalogue(path: packageFile("registry.json")).vectorSets
    #expect(
      sets.map(\.name)
        == ["glove-6b-50d", "glove-6b-100d", "glove-6b-200d", "glove-6b-300d", "glove-840b-300d"])
    for set in sets {
      #expect(set.file.archive.url.hasPrefix("https://nlp.stanford.edu/data/"))
      #expect(set.name.hasSuffix("-\(set.dimension)d"))
      #expect(set.file.member.hasSuffix(".\(set.dimension)d.txt"))
      #expect(set.licences.weights == "PDDL 1.0")
      // At least a digit and a space a number; no more than twelve bytes, and a word.
      if let size = set.file.size {
        #expect(size > 2 * set.words * set.dimension && size < 12 * set.words * set.dimension)
      }
    }
    #expect(Set(sets.prefix(4).map(\.file.archive.hash.description)).count == 1)
    #expect(sets[0].file.archive.hash.description.hasPrefix("617afb2fe6cb"))
  }

  @Test(
    "What is wrong is named",
    arguments: [
      (["sha256": "\"00\""], "expected 64 hexadecimal digits"),
      (["member": "\"a/\\u0000\""], "is no plain name"), (["dimension": "0"], "dimension"),
      (["url": "\"https://a b/c.zip\""], "blanks"), (["wrods": "1"], "unknown key \"wrods\""),
    ])
  func refusals(changes: [String: String], message: String) throws {
    let text = errorText { try withCatalogue([Self.entry(changes)]) { _, _ in } }
    #expect(text.contains(message), "\(text)")
  }

  @Test("A name that stands twice is refused")
  func twice() throws {
    let text = errorText { try withCatalogue([Self.entry(), Self.entry()]) { _, _ in } }
    #expect(text.contains("the vector set \"tiny-2d\" stands twice"))
  }

  @Test("A set that was not fetched says how to get it; a misspelt one which may be meant")
  func notFetched() throws {
    try withCatalogue([Self.entry()]) { catalogue, folder in
      let cache = DownloadCache(folder: "\(folder)/cache")
      let place = Place(path: "study.json", line: 7)
      #expect(
        errorText { _ = try VectorSource("tiny-2d", catalogue, at: place, cache: cache) }
          == "study.json:7: the vector set \"tiny-2d\" is not on this machine\n"
          + "  get it by: zoo weights fetch tiny-2d")
      #expect(
        errorText { _ = try VectorSource("tiny-d2", catalogue, cache: cache) }
          .hasPrefix("no file and no vector set is called \"tiny-d2\"; did you mean \"tiny-2d\"?"))
    }
  }

  @Test("A set whose zip is in the cache becomes a file; a path stays what it is")
  func path() throws {
    let progress = ProgressReporter(mode: .quiet)
    try withTemporaryFolder { folder in
      let cache = DownloadCache(folder: "\(folder)/cache")
      try AtomicFile.makeFolder(cache.folder)
      let zip = "\(cache.folder)/tiny.zip"
      try AtomicFile.write(Self.zip, to: zip)
      let hash = try sha256(ofFile: zip)
      try withCatalogue([Self.entry(["sha256": "\"\(hash)\""])]) { catalogue, _ in
        let source = try VectorSource("tiny-2d", catalogue, cache: cache)
        let path = try source.path(progress: progress)
        #expect(path == "\(cache.folder)/tiny.2d.txt")
        #expect(try readFile(path) == Self.text)
        #expect(try VectorSource(path, catalogue, cache: cache).path(progress: progress) == path)
        // Taken away between the check and the use.
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.removeItem(atPath: zip)
        #expect(
          errorText { _ = try source.path(progress: progress) }.contains("zoo weights fetch"))
      }
    }
  }
}
