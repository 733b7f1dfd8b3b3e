import Basics
import Foundation

// Reads a question a line from standard input, an object with its `kind`, and answers each by a line.
do {
  while let line = readLine() {
    var question = try Question(JSONValue.parse(Data(line.utf8), path: "standard input"))
    // Not by print, which would keep lines back from a pipe.
    FileHandle.standardOutput.write(Data((try question.answer().text(pretty: false) + "\n").utf8))
  }
} catch {
  FileHandle.standardError.write(Data("evaluation-parity: \(error)\n".utf8))
  exit(1)
}
