import Basics
import Foundation
import Tensors

// As zoo does before it computes.
Compute.settleLibraries()
do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  print(
    arguments.first == "read" ? try ReadRun(arguments).run() : try SpeedRun(arguments).run())
} catch {
  FileHandle.standardError.write(Data("zoo-bench: \(error)\n".utf8))
  exit(1)
}
