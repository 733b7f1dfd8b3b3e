import Basics
import Foundation

do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  if arguments.first == "ward", arguments.count == 2 {
    try WardRun(folder: arguments[1]).run()
  } else if arguments.first == "text", (3...4).contains(arguments.count) {
    try TextParityRun(
      encoder: arguments[1], folder: arguments[2], options: arguments.dropFirst(3).first ?? "{}"
    ).run()
  } else {
    try ParityRun(ParitySettings(arguments)).run()
  }
} catch {
  FileHandle.standardError.write(Data("zoo-parity: \(error)\n".utf8))
  exit(1)
}
