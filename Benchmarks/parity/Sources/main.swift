import Basics
import Foundation

do {
  let settings = try ParitySettings(Array(CommandLine.arguments.dropFirst()))
  try ParityRun(settings).run()
} catch {
  FileHandle.standardError.write(Data("zoo-parity: \(error)\n".utf8))
  exit(1)
}
