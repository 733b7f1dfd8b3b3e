import Basics
import Foundation
import Studies
import Tensors

Interruption.install()
Running.nameTraps()
let status = Program(
  root: ZooCommand.root, version: programVersion, globalOptions: ZooCommand.globalOptions
).run(Array(CommandLine.arguments.dropFirst()))
if let rows = Profile.stop() {
  Program.Output.process.error(Profile.table(rows))
}
if let reason = StandardOutput.failure {
  Program.Output.process.error("zoo: the standard output can't be written: \(reason)\n")
  exit(status == Program.Status.success ? Program.Status.failure : status)
}
exit(status)
