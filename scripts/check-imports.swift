// Reads `ENCODERZOO_CHECK_IMPORTS=1 swift package dump-package` and says which target imports a module of the
// package that its entry in Package.swift does not name. The package manager's own check
// (--explicit-target-dependency-import-check) finds none of them in Swift 6.3.
import Foundation

struct Manifest: Decodable {
  struct Target: Decodable {
    let name: String
    let type: String
    let path: String?
    let exclude: [String]
    let dependencies: [Dependency]
  }
  /// `{"byName": [NAME, null]}` or `{"target": [NAME, null]}`.
  struct Dependency: Decodable {
    let byName: [String?]?
    let target: [String?]?
    var name: String? { (byName ?? target)?.first ?? nil }
  }
  let targets: [Target]
}

/// The modules that a file imports.
func imports(of path: String) throws -> [String] {
  let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "let", "var"]
  let before: Set<Substring> = ["internal", "private", "package", "public", "fileprivate"]
  return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
    var words = $0.split(separator: " ")[...]
    while let word = words.first, word.hasPrefix("@") || before.contains(word) {
      words.removeFirst()
    }
    guard words.popFirst() == "import" else { return nil }
    if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
    return words.first?.split(separator: ".").first.map(String.init)
  }
}

let input = FileHandle.standardInput.readDataToEndOfFile()
let targets = try JSONDecoder().decode(Manifest.self, from: input).targets
let modules = Set(targets.map(\.name))
var isClean = true
for target in targets where target.type != "system" {
  let folder = target.path ?? (target.type == "test" ? "Tests/" : "Sources/") + target.name
  let declared = Set(target.dependencies.compactMap(\.name)).union([target.name])
  var undeclared: [String: String] = [:]
  for case let file as String in FileManager.default.enumerator(atPath: folder) ?? .init()
  where file.hasSuffix(".swift") && !target.exclude.contains(where: { file.hasPrefix("\($0)/") }) {
    for name in try imports(of: "\(folder)/\(file)")
    where modules.subtracting(declared).contains(name) {
      undeclared[name] = "\(folder)/\(file)"
    }
  }
  for (name, file) in undeclared.sorted(by: { $0.key < $1.key }) {
    print(
      "\(file): imports \(name), which Package.swift does not name among the dependencies of \(target.name)"
    )
    isClean = false
  }
}
if targets.isEmpty { print("Package.swift names no targets") }
exit(isClean && !targets.isEmpty ? 0 : 1)
