import Basics
import Foundation
import Tensors

// As zoo does before it computes.
Compute.settleLibraries()
do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  switch arguments.first {
  case "read": print(try ReadRun(arguments).run())
  case "depthwise": print(try DepthwiseRun(arguments).run())
  default: print(try SpeedRun(arguments).run())
  }
} catch {
  FileHandle.standardError.write(Data("zoo-bench: \(error)\n".utf8))
  exit(1)
}
