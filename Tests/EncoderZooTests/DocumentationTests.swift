import EncoderKit
import EncoderZoo
import Foundation
import TestSupport
import Testing

/// The lines of the examples in a text: between ```` ```swift ```` and ```` ``` ````, without the marks of
/// doc comments.
private func exampleLines(_ text: String) -> [String] {
  var (lines, isExample): ([String], Bool) = ([], false)
  for raw in text.split(separator: "\n") {
    var line = raw.trimmingCharacters(in: .whitespaces)
    if line.hasPrefix("///") {
      line = line.dropFirst(3).trimmingCharacters(in: .whitespaces)
    }
    if line.hasPrefix("```") {
      isExample = line == "```swift"
    } else if isExample, !line.isEmpty {
      lines.append(line)
    }
  }
  return lines
}

@Suite struct DocumentationTests {
  @Test func `Every example of the public library stands among those that are compiled`() throws {
    let compiled = try String(
      contentsOfFile: packageFile("Tests/EncoderZooTests/DocumentedExamples.swift"),
      encoding: .utf8
    ).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let folder = packageFile("Sources/EncoderZoo")
    let files = try #require(FileManager.default.enumerator(atPath: folder))
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
    var count = 0
    for file in files + [packageFile("docs/public-api.md")] {
      for line in exampleLines(try String(contentsOfFile: file, encoding: .utf8))
      where !line.hasPrefix("import ") && !line.hasPrefix(".") {
        count += 1
        #expect(
          compiled.contains(line) || compiled.contains("_ = \(line)"),
          "\(file): \(line) is not among the compiled examples")
      }
    }
    #expect(count > 15)
  }

  @Test func `The quick examples run`() throws {
    try DocumentedExamples.listing()
    let zoo = try Zoo()
    try DocumentedExamples.imageFeatures(zoo, Tensor(repeating: 0.5, shape: [1, 64, 64, 1]))
    try DocumentedExamples.textFeatures(
      zoo, (0..<10).map { "No effusion. The lungs are clear. \($0)" })
    #expect(DocumentedExamples.describing().images.map(\.size) == [128])
  }

  @Test func `The package's version is that of the program`() { #expect(Zoo.version == "0.1.0") }
}
