import Basics
import Datasets
import Foundation
import Images
import WeightFiles
import WordVectors

// Reads one file through one reader and prints by how many bytes the process grew at its peak, then
// "read" or why not. The test that runs it holds the growth against the multiple of the file's size
// that docs/hostile-input.md states.

/// The most memory the process has had so far, in bytes.
func peak() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  return 1024 * (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0)
}

guard CommandLine.arguments.count == 3 else { exit(2) }
let (reader, path) = (CommandLine.arguments[1], CommandLine.arguments[2])
let before = peak()
var outcome = "read"
do {
  switch reader {
  case "json": _ = try JSONValue.parse(contentsOf: path)
  case "safetensors": _ = try TensorFile.read(path: path)
  case "torch": _ = try StateDictionary.read(path: path)
  case "glove": _ = try WordVectors.readGloVe(path: path)
  case "word2vec text": _ = try WordVectors.readWord2VecText(path: path)
  case "word2vec binary": _ = try WordVectors.readWord2VecBinary(path: path)
  case "csv": _ = try CSVTable(path: path, dialect: .found)
  case "xml": _ = try OpenI.reports(path: path)
  case "image": _ = try PixelImage.load(path: path, channels: 3)
  default: exit(2)
  }
} catch { outcome = "\(error)" }
print(peak() - before)
print(outcome.prefix(200))
