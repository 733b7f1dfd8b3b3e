import Basics
import Foundation

do {
  print(try SpeedRun(Array(CommandLine.arguments.dropFirst())).run())
} catch {
  FileHandle.standardError.write(Data("zoo-bench: \(error)\n".utf8))
  exit(1)
}
