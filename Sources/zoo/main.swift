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
exit(status)
