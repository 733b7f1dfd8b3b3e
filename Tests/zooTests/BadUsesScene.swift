import Downloads
import Foundation
import TestSupport
import Testing

/// The folder that all bad uses share: small studies, a sample, models, whole and damaged.
struct BadUsesScene: SuiteTrait, TestScoping {
  @TaskLocal static var folder = ""

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withAsyncTemporaryFolder { folder in
      try Self.fill(folder)
      let lock = try FileLock("\(folder)/.busy.lock") {}
      try await Self.$folder.withValue(folder) { try await function() }
      _ = consume lock
    }
  }

  private static func fill(_ folder: String) throws {
    let study = try SmallStudy.prepare(folder)
    func write(_ text: String, _ name: String) throws {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    let whole = try String(contentsOfFile: study, encoding: .utf8)
    let start = try #require(whole.range(of: "\"image\": {\"name\""))
    let end = try #require(whole.range(of: "\"text\": {"))
    let words = whole.replacing(whole[start.lowerBound..<end.lowerBound], with: "")
    try write(words, "words.json")
    try write(words.replacing("\"word2vec\"", with: "\"glove\""), "glove.json")
    try write(words.replacing("sample/cases.csv", with: "pipe"), "pipe.json")
    try write(
      words.replacing("\"normal\", \"abnormal\"", with: "\"Normal\", \"Abnormal\""), "labels.json")
    try write(whole.replacing("sample/cases.csv", with: "cases.csv"), "nowhere.json")
    let table = try String(contentsOfFile: "\(folder)/sample/cases.csv", encoding: .utf8)
    try write(table.replacing("images/", with: "nowhere/"), "cases.csv")
    // No picture can be read, but the folds are what is told.
    try write(
      whole.replacing("\"count\": 2,", with: "\"count\": 50,")
        .replacing("sample/cases.csv", with: "blank.csv"), "folds.json")
    try write(table.replacing("images/", with: "blank/"), "blank.csv")
    mkdir("\(folder)/blank", 0o755)
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/sample/images") {
      try write("", "blank/\(name)")
    }
    let rows = table.split(whereSeparator: \.isNewline).map { $0.split(separator: ",") }
    let (id, image) = (
      try #require(rows[0].firstIndex(of: "id")), try #require(rows[0].firstIndex(of: "image"))
    )
    let lines = rows.dropFirst().enumerated().map { "\($1[id]),\($1[image]),\($0 % 2)" }
    try write((["id,image,Mass"] + lines).joined(separator: "\n"), "sample/findings.csv")
    let text = try #require(words.range(of: "\"text\": {"))
    let fusion = try #require(words.range(of: "\"fusion\""))
    let one = words[text.upperBound..<fusion.lowerBound].trimmingCharacters(
      in: .whitespacesAndNewlines.union([","]))
    try write(
      "\(words[..<text.lowerBound])\"text\": [{\(one), {\(one.replacing("\"words\"", with: "\"Words\""))],"
        + words[fusion.lowerBound...], "names.json")
    try write(findings, "findings.json")
    let archive = words.replacing(
      /"data": \{[^}]*\}[^}]*\}/, with: "\"data\": {\"format\": \"open-i\", \"path\": \"pipe\"}")
    try write(archive, "archive.json")
    try write("file", "file")
    try write("no effusion\n", "texts.txt")
    mkfifo("\(folder)/pipe", 0o600)
    mkdir("\(folder)/folder", 0o755)
    symlink("\(folder)/nothing/here", "\(folder)/link")
    try ProgramRunner.succeed([
      "train", "\(folder)/words.json", "--output", "\(folder)/model", "--quiet",
    ])
    try ProgramRunner.succeed([
      "pretrain", "\(folder)/findings.json", "--output", "\(folder)/cxr", "--quiet",
    ])
    try copy("\(folder)/model", "\(folder)/flipped") { $0[$0.count - 1] ^= 1 }
    try copy(packageFile("weights/phantom-words"), "\(folder)/bundle") { $0[$0.count - 1] ^= 1 }
    try copy(packageFile("weights/phantom-words"), "\(folder)/nan") {
      $0.replaceSubrange($0.count - 4..<$0.count, with: [0, 0, 0xc0, 0x7f])
    }
    // Without its manifest nothing tells that the file is another one.
    unlink("\(folder)/nan/bundle.json")
  }

  /// A copy of a model whose weights were changed.
  private static func copy(_ model: String, _ target: String, _ change: (inout Data) -> Void) throws
  {
    try FileManager.default.copyItem(atPath: model, toPath: target)
    let weights = URL(fileURLWithPath: "\(target)/model.safetensors")
    var bytes = try Data(contentsOf: weights)
    change(&bytes)
    try bytes.write(to: weights)
  }

  private static let findings = """
    {"schema": 1, "name": "findings",
     "data": {"format": "csv", "path": "sample/findings.csv", "synthetic": true,
       "columns": {"id": "id", "image": "image", "findings": ["Mass"]}},
     "image": {"name": "net", "encoder": "densenet121", "size": 32,
       "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
       "training": {"epochs": 1, "batchSize": 16}}}
    """
}
