import Foundation
import TestSupport
import Testing

@testable import Pages

/// Node.js, which knows whether a script parses, where it is installed.
private let node: String? = ["/usr/bin/node", "/usr/bin/nodejs", "/usr/local/bin/node"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite("Style sheets and scripts as what they are")
struct ResourceTests {
  private static let folders = ["Sources/Pages/Resources", "Sources/Explanation/Resources"]
  /// Those of every page first.
  private static let sheets = paths(".css")
  private static let scripts = paths(".js")

  private static func paths(_ suffix: String) -> [String] {
    folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: packageFile(folder))) ?? []).sorted()
        .filter { $0.hasSuffix(suffix) }.map { "\(folder)/\($0)" }
    }
  }

  private static func read(_ path: String) throws -> String {
    try String(contentsOfFile: packageFile(path), encoding: .utf8)
  }

  @Test("What is embedded is what stands in the files")
  func embedded() throws {
    #expect(Self.sheets.count == 4 && Self.scripts.count == 3)
    let files = try ["colours", "drawing", "page"].map {
      try Self.read("Sources/Pages/Resources/\($0).css")
    }
    #expect(PageResource.sheet == files.joined(separator: "\n"))
    #expect(try PageResource.sorting == Self.read("Sources/Pages/Resources/sort.js"))
  }

  @Test("Nothing in them ends the element that they stand in", arguments: sheets + scripts)
  func closing(path: String) throws {
    let text = try Self.read(path)
    #expect(!text.contains("</") && !text.contains("<!--"), "\(path)")
    // A page asks for nothing from outside.
    #expect(!text.contains("https:"), "\(path)")
    #expect(text.hasSuffix("\n") && !text.contains("\t") && !text.contains("\r"), "\(path)")
    for line in text.split(separator: "\n") { #expect(line.count <= 125, "\(path): \(line)") }
  }

  @Test("A sheet is rules of declarations, each of a name and a value", arguments: sheets)
  func rules(path: String) throws {
    #expect(try StyleSheetCheck(Self.read(path)).faults == [], "\(path)")
  }

  @Test("The check of sheets finds a missing brace, a bad declaration and a lost semicolon")
  func faults() {
    #expect(StyleSheetCheck("a { b: c; }").faults == [])
    #expect(StyleSheetCheck("@media print { a { b: c; } d { --e: \"}\"; } }").faults == [])
    for sheet in ["a { b: c;", "a { b: c; } }", "a { b c; }", "a { b: c\n d: e; }", "a { : c; }"] {
      #expect(StyleSheetCheck(sheet).faults.count == 1, "\(sheet)")
    }
  }

  @Test("Every variable that a sheet asks for is set by it, by that of every page, or by the page")
  func variables() throws {
    let all = try Self.sheets.map(Self.read).joined()
    let known = Set(all.matches(of: /(--[a-z0-9-]+):/).map { String($0.1) })
    for one in all.matches(of: /var\((--[a-z0-9-]+)/) where one.1 != "--share" {
      #expect(known.contains(String(one.1)), "\(one.1)")
    }
  }

  @Test("Brackets of a script close in order", arguments: scripts)
  func brackets(path: String) throws {
    #expect(try ScriptCheck(Self.read(path)).fault == nil, "\(path)")
  }

  @Test("The check of scripts looks past strings, templates and comments, and finds a lost bracket")
  func lostBracket() {
    #expect(ScriptCheck("f({ a: [\")\", `(${g(1)}`], 'x' }); // ( [").fault == nil)
    #expect(ScriptCheck("/* { */ f();").fault == nil)
    for script in ["f((1);", "f(1]);", "const a = { b: [1 };", "g(`${h(1`);", "'a"] {
      #expect(ScriptCheck(script).fault != nil, "\(script)")
    }
  }

  @Test(
    "Node.js parses every script", .enabled(if: node != nil, "Node.js is not installed"),
    arguments: scripts)
  func parses(path: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: node ?? "")
    process.arguments = ["--check", packageFile(path)]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(path)")
  }
}
